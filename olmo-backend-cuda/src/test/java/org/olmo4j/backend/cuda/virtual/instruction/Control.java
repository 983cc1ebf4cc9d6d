package org.olmo4j.backend.cuda.virtual.instruction;

import java.util.Arrays;
import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.KernelFault;
import org.olmo4j.backend.cuda.virtual.machine.Warp;

/** What decides which instruction comes next. */
final class Control {

    private Control() {}

    /** Goes to places of the function's body, which are known in the code only when all is translated. */
    interface Jump {
        /**
         * Finds the places.
         *
         * @param starts by index in the body, the index in the code
         */
        void resolve(int[] starts);
    }

    static final class Branch extends Instruction implements Jump {
        private int target;

        Branch(int target) {
            this.target = target;
        }

        @Override
        public void resolve(int[] starts) {
            target = starts[target];
        }

        @Override
        public void execute(Warp warp, int mask) {
            warp.branch(target, mask);
        }
    }

    /** Each lane goes to the target that its index chooses. */
    static final class IndexedBranch extends Instruction implements Jump {
        private final int index;
        private int[] targets;

        IndexedBranch(int index, int[] targets) {
            this.index = index * Warp.LANES;
            this.targets = targets;
        }

        @Override
        public void resolve(int[] starts) {
            targets = Arrays.stream(targets).map(target -> starts[target]).toArray();
        }

        @Override
        public void execute(Warp warp, int mask) {
            int[] masks = new int[targets.length];
            for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                long chosen = warp.registers()[index + lane] & 0xFFFF_FFFFL;
                if (chosen >= targets.length) {
                    throw warp.fault(KernelFault.Kind.ILLEGAL_INSTRUCTION, lane, "there is no target number " + chosen);
                }
                masks[(int) chosen] |= 1 << lane;
            }
            for (int i = 0; i < targets.length; i++) {
                if (masks[i] != 0) {
                    warp.branch(targets[i], masks[i]);
                }
            }
        }
    }

    static final class Exit extends Instruction {
        @Override
        public void execute(Warp warp, int mask) {
            warp.exit(mask);
        }
    }
}
