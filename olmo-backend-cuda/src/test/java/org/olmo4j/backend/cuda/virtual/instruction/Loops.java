package org.olmo4j.backend.cuda.virtual.instruction;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Makes the loops over the lanes of a warp: one class for each operation, defined from the same template with the operation as a constant of the class.
 * The compiler of the JVM can then inline the operation into the loop, which it could not do in one loop that all operations share.
 */
final class Loops {

    /** Of one operand. */
    interface Unary {
        void run(long[] registers, int result, int operand, int mask);
    }

    /** Of two operands. */
    interface Binary {
        void run(long[] registers, int result, int first, int second, int mask);
    }

    /** Of three operands. */
    interface Ternary {
        void run(long[] registers, int result, int first, int second, int third, int mask);
    }

    /** Of two operands, with the lanes for which something holds as the result. */
    interface Comparison {
        int run(long[] registers, int first, int second, int mask);
    }

    /** An operation on three numbers. */
    @FunctionalInterface
    interface LongTernaryOperator {
        long applyAsLong(long first, long second, long third);
    }

    /** Something that holds for two numbers or not. */
    @FunctionalInterface
    interface LongComparison {
        boolean test(long first, long second);
    }

    private static final Map<Class<?>, byte[]> TEMPLATES = new ConcurrentHashMap<>();

    private Loops() {}

    static Unary unary(LongUnaryOperator operation) {
        return (Unary) specialise(UnaryLoop.class, operation);
    }

    static Binary binary(LongBinaryOperator operation) {
        return (Binary) specialise(BinaryLoop.class, operation);
    }

    static Ternary ternary(LongTernaryOperator operation) {
        return (Ternary) specialise(TernaryLoop.class, operation);
    }

    static Comparison comparison(LongComparison operation) {
        return (Comparison) specialise(ComparisonLoop.class, operation);
    }

    private static Object specialise(Class<?> template, Object operation) {
        byte[] bytes = TEMPLATES.computeIfAbsent(template, Loops::bytesOf);
        try {
            return MethodHandles.lookup()
                    .defineHiddenClassWithClassData(bytes, operation, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(
                    "The template " + template + " has an accessible constructor without parameters", e);
        }
    }

    private static byte[] bytesOf(Class<?> template) {
        try (InputStream file = template.getResourceAsStream(template.getSimpleName() + ".class")) {
            if (file == null) {
                throw new AssertionError("The class file of " + template + " is not beside it");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The operation that a class was made with. */
    static <T> T operation(MethodHandles.Lookup lookup, Class<T> type) {
        try {
            return MethodHandles.classData(lookup, "_", type);
        } catch (IllegalAccessException e) {
            throw new AssertionError("A class asks for its own data", e);
        }
    }
}
