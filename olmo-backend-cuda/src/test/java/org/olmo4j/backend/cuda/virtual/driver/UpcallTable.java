package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Native function pointers to the methods of Java objects that are marked as {@link NativeFunction}. */
@SuppressWarnings("restricted") // Native function pointers are what this class is for.
final class UpcallTable implements SymbolLookup {

    /** Calls a method on behalf of native code; nothing may be thrown, since that would end the JVM. */
    @FunctionalInterface
    interface Dispatcher {
        /**
         * Calls the method.
         *
         * @param method bound to its object; takes one array of all arguments
         * @return what the native function returns
         */
        Object dispatch(NativeFunction function, MethodHandle method, Object[] arguments);
    }

    private static final MethodHandle DISPATCH = dispatch();

    private final Map<String, MemorySegment> functions = new LinkedHashMap<>();
    private final Set<String> absent;

    /** @param absent names that are not found although there is a method */
    UpcallTable(Set<String> absent) {
        this.absent = Set.copyOf(absent);
    }

    private static MethodHandle dispatch() {
        try {
            return MethodHandles.lookup()
                    .findVirtual(
                            Dispatcher.class,
                            "dispatch",
                            MethodType.methodType(
                                    Object.class, NativeFunction.class, MethodHandle.class, Object[].class));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("The interface above has that method", e);
        }
    }

    /** Adds the functions of an object; the pointers live as long as the arena. */
    void add(Object object, Dispatcher dispatcher, Arena arena) {
        Arrays.stream(object.getClass().getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(NativeFunction.class))
                .forEach(method -> functions.put(
                        method.getAnnotation(NativeFunction.class).value(), stub(object, method, dispatcher, arena)));
    }

    private static MemorySegment stub(Object object, Method method, Dispatcher dispatcher, Arena arena) {
        NativeFunction function = method.getAnnotation(NativeFunction.class);
        Class<?> returned = method.getReturnType() == void.class ? int.class : method.getReturnType();
        try {
            MethodHandle bound = MethodHandles.lookup()
                    .unreflect(method)
                    .bindTo(object)
                    .asSpreader(Object[].class, method.getParameterCount());
            MethodHandle entry = MethodHandles.insertArguments(DISPATCH, 0, dispatcher, function, bound)
                    .asCollector(Object[].class, method.getParameterCount())
                    .asType(MethodType.methodType(returned, method.getParameterTypes()));
            MemoryLayout[] layouts = Arrays.stream(method.getParameterTypes())
                    .map(UpcallTable::layout)
                    .toArray(MemoryLayout[]::new);
            return Linker.nativeLinker().upcallStub(entry, FunctionDescriptor.of(layout(returned), layouts), arena);
        } catch (IllegalAccessException e) {
            throw new AssertionError("The methods are of this package", e);
        }
    }

    private static MemoryLayout layout(Class<?> type) {
        if (type == int.class) {
            return ValueLayout.JAVA_INT;
        }
        if (type == long.class) {
            return ValueLayout.JAVA_LONG;
        }
        if (type == byte.class) {
            return ValueLayout.JAVA_BYTE;
        }
        if (type == MemorySegment.class) {
            return ValueLayout.ADDRESS;
        }
        throw new AssertionError("No C type for " + type);
    }

    @Override
    public Optional<MemorySegment> find(String name) {
        return absent.contains(name) ? Optional.empty() : Optional.ofNullable(functions.get(name));
    }
}
