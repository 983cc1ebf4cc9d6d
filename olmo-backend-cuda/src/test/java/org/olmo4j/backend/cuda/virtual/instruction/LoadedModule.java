package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.cuda.virtual.machine.Kernel;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.memory.DeviceMemory;
import org.olmo4j.backend.cuda.virtual.ptx.PtxFunction;
import org.olmo4j.backend.cuda.virtual.ptx.PtxModule;
import org.olmo4j.backend.cuda.virtual.ptx.StateSpace;
import org.olmo4j.backend.cuda.virtual.ptx.Variable;

/** A module on a device: its variables in the device's memory, and its kernels. */
public final class LoadedModule {

    /** Of modules without variables, whose kernels are the same wherever they are loaded. By identity, since comparing modules takes long. */
    private static final Map<PtxModule, Map<String, Kernel>> WITHOUT_VARIABLES =
            Collections.synchronizedMap(new IdentityHashMap<>());

    private final DeviceMemory memory;
    private final Map<String, Allocation> variables = new LinkedHashMap<>();
    private final Map<String, Kernel> kernels = new HashMap<>();

    private LoadedModule(DeviceMemory memory) {
        this.memory = memory;
    }

    /**
     * Allocates and sets the module's variables, and translates all of its kernels, as a device's compiler would.
     *
     * @return empty if the device has not enough memory
     * @throws org.olmo4j.backend.cuda.virtual.ptx.PtxSyntaxException naming an instruction that is not known, and its line
     */
    public static Optional<LoadedModule> load(PtxModule module, DeviceMemory memory) {
        LoadedModule loaded = new LoadedModule(memory);
        for (Variable variable : module.variables()) {
            if (variable.space() == StateSpace.GLOBAL || variable.space() == StateSpace.CONST) {
                Optional<Allocation> allocation = memory.allocate("variable " + variable.name(), variable.bytes());
                if (allocation.isEmpty()) {
                    loaded.unload();
                    return Optional.empty();
                }
                loaded.variables.put(variable.name(), allocation.get());
            }
        }
        for (Variable variable : module.variables()) {
            loaded.initialise(variable);
        }
        loaded.kernels.putAll(
                loaded.variables.isEmpty()
                        ? WITHOUT_VARIABLES.computeIfAbsent(module, loaded::translate)
                        : loaded.translate(module));
        return Optional.of(loaded);
    }

    private Map<String, Kernel> translate(PtxModule module) {
        Map<String, Kernel> translated = new HashMap<>();
        for (PtxFunction function : module.functions()) {
            if (function.entry()) {
                KernelTranslator translator = new KernelTranslator(module, this::place);
                translated.put(function.name(), translator.translate(function));
            }
        }
        return translated;
    }

    /** What has no initial value is zero. */
    private void initialise(Variable variable) {
        Allocation allocation = variables.get(variable.name());
        if (allocation == null) {
            return;
        }
        allocation.content().fill((byte) 0);
        allocation.markWritten(0, allocation.bytes());
        int width = variable.type().bytes();
        long at = 0;
        for (Variable.Element element : variable.initial()) {
            long bits = switch (element) {
                case Variable.Element.Value value -> value.bits();
                case Variable.Element.Address address ->
                    variable(address.variable()).orElseThrow().base() + address.offset();
            };
            allocation.write(at, width, bits);
            at += width;
        }
    }

    private @Nullable Place place(String name) {
        Allocation allocation = variables.get(name);
        // The base is that of no row: a variable's address is a constant, which the frame makes a row of.
        return allocation == null ? null : new Place(StateSpace.GLOBAL, -1, allocation.base());
    }

    public Optional<Kernel> kernel(String name) {
        return Optional.ofNullable(kernels.get(name));
    }

    public Collection<Kernel> kernels() {
        return kernels.values();
    }

    public Optional<Allocation> variable(String name) {
        return Optional.ofNullable(variables.get(name));
    }

    /** Frees the module's variables. */
    public void unload() {
        variables.values().forEach(allocation -> memory.free(allocation.base()));
        variables.clear();
    }
}
