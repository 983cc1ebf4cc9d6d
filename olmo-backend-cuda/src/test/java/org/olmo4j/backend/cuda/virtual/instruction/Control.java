package org.olmo4j.backend.cuda.virtual.instruction;

import org.olmo4j.backend.cuda.virtual.machine.Instruction;
import org.olmo4j.backend.cuda.virtual.machine.Warp;

/** What decides which instruction comes next. */
final class Control {

    private Control() {}

    static final class Branch extends Instruction {
        private final int targetInFunction;
        private int target;

        /** @param targetInFunction the target's index in the body of the function, until all is translated */
        Branch(int targetInFunction) {
            this.targetInFunction = targetInFunction;
        }

        void resolve(int[] starts) {
            target = starts[targetInFunction];
        }

        @Override
        public void execute(Warp warp, int mask) {
            warp.branch(target, mask);
        }
    }

    static final class Exit extends Instruction {
        @Override
        public void execute(Warp warp, int mask) {
            warp.exit(mask);
        }
    }
}
