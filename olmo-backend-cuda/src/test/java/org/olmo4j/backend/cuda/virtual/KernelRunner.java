package org.olmo4j.backend.cuda.virtual;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.UnaryOperator;
import org.olmo4j.backend.cuda.virtual.instruction.LoadedModule;
import org.olmo4j.backend.cuda.virtual.machine.Checks;
import org.olmo4j.backend.cuda.virtual.machine.Dimensions;
import org.olmo4j.backend.cuda.virtual.machine.Launch;
import org.olmo4j.backend.cuda.virtual.machine.Machine;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.memory.DeviceMemory;
import org.olmo4j.backend.cuda.virtual.ptx.PtxModule;

/** Runs kernels written in the test itself, on the machine, with no driver between. */
final class KernelRunner implements AutoCloseable {

    private static final String HEADER = """
        .version 8.0
        .target sm_90
        .address_size 64
        """;

    /** Registers for whatever a snippet needs; the machine does not ask which type a register has. */
    private static final String REGISTERS = """
        .reg .pred %p<10>;
        .reg .b32 %r<40>;
        .reg .b64 %rd<20>;
        """;

    private final DeviceMemory memory = new DeviceMemory(0, 64 << 20);
    private final Machine machine = new Machine(2);
    private final LoadedModule module;
    private Checks checks = Checks.all();

    private KernelRunner(String source) {
        module = LoadedModule.load(PtxModule.parse(source), memory).orElseThrow();
    }

    /** A module as it is. */
    static KernelRunner ofModule(String source) {
        return new KernelRunner(HEADER + source);
    }

    /** A kernel {@code test} with parameters {@code a} to {@code d} of 64 bits, in {@code %rd0} to {@code %rd3}, and {@code %tid.x} in {@code %r0}. */
    static KernelRunner of(String body) {
        return ofModule(".visible .entry test(.param .u64 a, .param .u64 b, .param .u64 c, .param .u64 d)\n{\n"
                + REGISTERS
                + """
                ld.param.u64 %rd0, [a];
                ld.param.u64 %rd1, [b];
                ld.param.u64 %rd2, [c];
                ld.param.u64 %rd3, [d];
                mov.u32 %r0, %tid.x;
                """
                + body
                + "\nret;\n}\n");
    }

    KernelRunner checking(UnaryOperator<Checks> change) {
        checks = change.apply(checks);
        return this;
    }

    Allocation allocate(long bytes) {
        return memory.allocate("allocation of the test", bytes).orElseThrow();
    }

    Allocation ints(int... values) {
        Allocation allocation = allocate((long) values.length * Integer.BYTES);
        for (int i = 0; i < values.length; i++) {
            allocation.write((long) i * Integer.BYTES, Integer.BYTES, values[i]);
        }
        return allocation;
    }

    int[] ints(Allocation allocation) {
        int[] values = new int[(int) (allocation.bytes() / Integer.BYTES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (int) allocation.read((long) i * Integer.BYTES, Integer.BYTES);
        }
        return values;
    }

    void free(Allocation allocation) {
        memory.free(allocation.base());
    }

    void run(int blocks, int threads, long... parameters) {
        run("test", blocks, threads, 0, false, parameters);
    }

    void run(String kernel, int blocks, int threads, int sharedBytes, boolean cooperative, long... parameters) {
        ByteBuffer values = ByteBuffer.allocate(4 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long parameter : parameters) {
            values.putLong(parameter);
        }
        machine.run(new Launch(
                module.kernel(kernel).orElseThrow(),
                new Dimensions(blocks, 1, 1),
                new Dimensions(threads, 1, 1),
                sharedBytes,
                values.array(),
                cooperative,
                0,
                memory,
                checks));
    }

    /** What an instruction makes of up to four numbers of 64 bits: they are in {@code %rd4} to {@code %rd7}, and it leaves its result in {@code %rd8}. */
    static long evaluate(String body, long... operands) {
        try (KernelRunner runner = of("""
            ld.global.u64 %rd4, [%rd1];
            ld.global.u64 %rd5, [%rd1+8];
            ld.global.u64 %rd6, [%rd1+16];
            ld.global.u64 %rd7, [%rd1+24];
            """ + body + "\nst.global.u64 [%rd0], %rd8;")) {
            Allocation in = runner.allocate(4 * Long.BYTES);
            in.markWritten(0, in.bytes());
            in.content().fill((byte) 0);
            for (int i = 0; i < operands.length; i++) {
                in.write((long) i * Long.BYTES, Long.BYTES, operands[i]);
            }
            Allocation out = runner.allocate(Long.BYTES);
            runner.run(1, 1, out.base(), in.base());
            return out.read(0, Long.BYTES);
        }
    }

    @Override
    public void close() {
        machine.close();
        memory.close();
    }
}
