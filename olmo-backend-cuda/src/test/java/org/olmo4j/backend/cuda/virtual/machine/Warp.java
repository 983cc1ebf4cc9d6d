package org.olmo4j.backend.cuda.virtual.machine;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * 32 lanes in step: their registers, and where they are.
 *
 * <p>A register is a row of 32 numbers of 64 bits, one a lane, whatever its type; what lies above its width means nothing. A predicate is one number of 32
 * bits, one a lane. Constants and special registers are rows too, so that an instruction need not know what its operands are.
 *
 * <p>Lanes that have gone different ways are kept as {@link Fragments}; those that are least far in the code run first, so that they meet the others where
 * the ways join. An instruction that needs lanes which are elsewhere waits for them. Lanes that wait for others of their own warp in a loop would wait
 * forever in that order: after many turns of a loop the other lanes get their time.
 */
public final class Warp {

    /** Lanes of a warp. */
    public static final int LANES = 32;

    private static final int TURNS_BEFORE_OTHERS = 10_000;

    enum State {
        RUNNING,
        AT_BARRIER,
        ENDED
    }

    private final int number;
    private final Instruction[] code;
    private final long[] registers;
    private final int[] written;
    private final int[] writtenAtStart;
    private final int[] predicates;
    private final int[] predicatesWritten;
    private final Fragments fragments = new Fragments();
    private final LaneMemory memory;
    private final AsynchronousCopies copies = new AsynchronousCopies(this);

    private final Block block;
    private int position;
    private int active;
    private int alive;
    private int frontier;
    private int turns;
    private State state = State.ENDED;
    private @Nullable BarrierWait barrierWait;
    private long laneInstructions;

    Warp(Block block, int number) {
        this.block = block;
        this.number = number;
        Kernel kernel = block.launch().kernel();
        code = kernel.code().toArray(Instruction[]::new);
        registers = new long[kernel.registerRows() * LANES];
        written = new int[kernel.registerRows()];
        writtenAtStart = new int[kernel.registerRows()];
        predicates = new int[kernel.predicates()];
        predicatesWritten = new int[kernel.predicates()];
        kernel.constants().forEach((row, value) -> {
            Arrays.fill(registers, row * LANES, (row + 1) * LANES, value);
            writtenAtStart[row] = -1;
        });
        kernel.specials().keySet().forEach(row -> writtenAtStart[row] = -1);
        memory = new LaneMemory(this, block, code.length);
    }

    /** Makes the warp stand at the kernel's first instruction, with registers that nobody wrote. */
    void start() {
        Launch launch = block.launch();
        System.arraycopy(writtenAtStart, 0, written, 0, written.length);
        Arrays.fill(predicatesWritten, 0);
        predicates[Predicates.FALSE] = 0;
        predicates[Predicates.TRUE] = -1;
        predicatesWritten[Predicates.FALSE] = -1;
        predicatesWritten[Predicates.TRUE] = -1;
        for (Map.Entry<Integer, SpecialRegister> special :
                launch.kernel().specials().entrySet()) {
            for (int lane = 0; lane < LANES; lane++) {
                registers[special.getKey() * LANES + lane] = special.getValue().value(block, number, lane);
            }
        }
        long threads = launch.threads().count() - (long) number * LANES;
        alive = threads >= LANES ? -1 : (1 << threads) - 1;
        active = alive;
        position = 0;
        frontier = Integer.MAX_VALUE;
        turns = 0;
        fragments.clear();
        copies.clear();
        barrierWait = null;
        state = State.RUNNING;
    }

    /** Runs until the warp ends, or waits at a barrier, or has executed that many instructions; returns how many it has. */
    int run(int limit) {
        int steps = 0;
        Instruction instruction = null;
        try {
            while (steps < limit && state == State.RUNNING) {
                if (position >= frontier) {
                    switchFragment();
                }
                instruction = code[position];
                steps++;
                if (instruction instanceof ConvergentInstruction convergent && !allHere(convergent)) {
                    continue;
                }
                position++;
                int mask = instruction.participants(this, active);
                if (mask != 0) {
                    checkWritten(instruction, mask);
                    instruction.execute(this, mask);
                    noteWritten(instruction, mask);
                    laneInstructions += Integer.bitCount(mask);
                    if (turns > TURNS_BEFORE_OTHERS) {
                        letOthersRun();
                    }
                }
            }
        } catch (IndexOutOfBoundsException | NullPointerException | ArithmeticException | ClassCastException e) {
            throw new IllegalStateException("The virtual GPU itself failed in " + place(instruction, active), e);
        }
        return steps;
    }

    private void checkWritten(Instruction instruction, int mask) {
        int missing = 0;
        for (int row : instruction.reads) {
            missing |= mask & ~written[row];
        }
        for (int predicate : instruction.predicatesRead) {
            missing |= mask & ~predicatesWritten[predicate];
        }
        if (instruction.guard() >= 0) {
            missing |= active & ~predicatesWritten[instruction.guard()];
        }
        if (missing != 0) {
            throw fault(
                    KernelFault.Kind.UNWRITTEN_REGISTER,
                    Integer.numberOfTrailingZeros(missing),
                    "reads a register that was never written");
        }
    }

    private void noteWritten(Instruction instruction, int mask) {
        for (int row : instruction.writes) {
            written[row] |= mask;
        }
        for (int predicate : instruction.predicatesWritten) {
            predicatesWritten[predicate] |= mask;
        }
    }

    /** Whether all lanes that an instruction needs are at it; if not, those that are wait, and others run. */
    private boolean allHere(ConvergentInstruction instruction) {
        active |= fragments.takeWaiting(position);
        int absent = instruction.members(this, active) & alive & ~active;
        if (absent == 0) {
            return true;
        }
        fragments.addWaiting(position, active);
        active = 0;
        resume();
        return false;
    }

    /** The current lanes have come to, or passed, the place of others: those that are least far go on. */
    private void switchFragment() {
        if (active != 0) {
            fragments.add(position, active);
        }
        resume();
    }

    /** Goes on with the lanes that are least far. */
    private void resume() {
        if (alive == 0) {
            state = State.ENDED;
            return;
        }
        position = fragments.lowest();
        if (position == Integer.MAX_VALUE) {
            if (fragments.allAtBarrier(alive)) {
                state = State.AT_BARRIER;
                return;
            }
            throw new KernelFault(
                    KernelFault.Kind.BARRIER,
                    "divergence: the lanes of a warp wait for each other at different places, in kernel "
                            + block.launch().kernel().name() + ", block " + block.position() + ", warp " + number + ": "
                            + fragments.describe(code));
        }
        active = fragments.take(position);
        frontier = fragments.lowest();
    }

    /** Lets the lanes of a mask go on elsewhere, the others at the next instruction. */
    public void branch(int target, int mask) {
        boolean back = target < position;
        if (mask == active) {
            position = target;
        } else {
            active &= ~mask;
            fragments.add(target, mask);
            frontier = Math.min(frontier, target);
        }
        if (back) {
            turns++;
        }
    }

    /** Lets the next lanes behind these run, though these are less far, until they wait or end or have had as many turns. */
    private void letOthersRun() {
        turns = 0;
        if (active == 0 || fragments.lowest() == Integer.MAX_VALUE) {
            return;
        }
        int here = position;
        fragments.add(here, active);
        position = fragments.lowestBehind(here);
        active = fragments.take(position);
        frontier = Integer.MAX_VALUE;
    }

    /** Ends the lanes of a mask. */
    public void exit(int mask) {
        alive &= ~mask;
        active &= ~mask;
        if (active == 0) {
            resume();
        }
    }

    /** Lets the lanes that run wait at a barrier of the block, until the others of the warp have come to it and the block lets them all go on. */
    public void waitAtBarrier(BarrierWait wait) {
        BarrierWait others = barrierWait;
        if (others != null && others.barrier() != wait.barrier()) {
            throw fault(
                    KernelFault.Kind.BARRIER,
                    "divergence: lanes of a warp wait at barrier " + others.barrier() + " and others at barrier "
                            + wait.barrier());
        }
        barrierWait = wait;
        fragments.addAtBarrier(position, active);
        active = 0;
        resume();
    }

    /** What the warp waits for, in state {@link State#AT_BARRIER}. */
    BarrierWait barrierWait() {
        return Objects.requireNonNull(barrierWait);
    }

    void passBarrier(int thatHold, int ofThreads) {
        barrierWait().released(this, thatHold, ofThreads);
        barrierWait = null;
        fragments.releaseBarrier();
        state = State.RUNNING;
        resume();
    }

    /** A fault of the instruction that runs. */
    public KernelFault fault(KernelFault.Kind kind, String problem) {
        return fault(kind, active == 0 ? 0 : Integer.numberOfTrailingZeros(active), problem);
    }

    /** A fault of one lane in the instruction that runs. */
    public KernelFault fault(KernelFault.Kind kind, int lane, String problem) {
        BarrierWait wait = state == State.AT_BARRIER ? barrierWait : null;
        Instruction instruction = wait == null ? code[Math.max(0, position - 1)] : wait.instruction();
        return new KernelFault(kind, problem + ", in " + place(instruction, 1 << lane));
    }

    private String place(Instruction instruction, int mask) {
        int lane = mask == 0 ? 0 : Integer.numberOfTrailingZeros(mask);
        return "kernel %s at PTX %s; block %s, thread %s (warp %d, lane %d)"
                .formatted(
                        block.launch().kernel().name(),
                        instruction,
                        block.position(),
                        block.launch().threads().at((long) number * LANES + lane),
                        number,
                        lane);
    }

    /** The index in the code of the instruction that runs. */
    int current() {
        return position - 1;
    }

    public long[] registers() {
        return registers;
    }

    public int[] predicates() {
        return predicates;
    }

    /** By row, the lanes whose register was written. */
    public int[] written() {
        return written;
    }

    /** By predicate, the lanes whose predicate was written. */
    public int[] predicatesWritten() {
        return predicatesWritten;
    }

    public LaneMemory memory() {
        return memory;
    }

    public AsynchronousCopies copies() {
        return copies;
    }

    public Block block() {
        return block;
    }

    public Launch launch() {
        return block.launch();
    }

    public int number() {
        return number;
    }

    /** The lanes that run now. */
    public int active() {
        return active;
    }

    /** The lanes that have not ended. */
    public int alive() {
        return alive;
    }

    State state() {
        return state;
    }

    long takeLaneInstructions() {
        long taken = laneInstructions;
        laneInstructions = 0;
        return taken;
    }

    String describe() {
        return "warp " + number + " " + state.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + (active == 0 ? "" : ", lanes %08x at %s".formatted(active, code[position]))
                + (fragments.isEmpty() ? "" : ", " + fragments.describe(code));
    }
}
