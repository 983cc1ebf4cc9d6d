package org.olmo4j.backend.cuda.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.olmo4j.backend.cuda.virtual.machine.KernelFault;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.ptx.PtxSyntaxException;

/** What a kernel does wrong is a fault that says what, where and who. */
class KernelChecksTest {

    private static KernelFault fault(KernelRunner runner, int threads, long... parameters) {
        KernelFault fault = catchThrowableOfType(KernelFault.class, () -> runner.run(1, threads, parameters));
        assertThat(fault).as("a fault").isNotNull();
        return fault;
    }

    /** Each thread writes its number to an element of an array. */
    private static final String STORE_OWN_NUMBER = """
        mul.wide.u32 %rd4, %r0, 4;
        add.s64 %rd5, %rd0, %rd4;
        st.global.u32 [%rd5], %r0;
        """;

    @Test
    void writingBehindAnAllocation() {
        try (KernelRunner runner = KernelRunner.of(STORE_OWN_NUMBER)) {
            KernelFault fault = fault(runner, 64, runner.allocate(40 * 4).base());

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.OUT_OF_BOUNDS);
            assertThat(fault)
                    .hasMessageContaining("kernel test")
                    .hasMessageContaining("line 16")
                    .hasMessageContaining("st.global.u32 [%rd5], %r0")
                    .hasMessageContaining("block (0,0,0), thread (40,0,0)")
                    .hasMessageContaining("0 bytes behind allocation of the test")
                    .hasMessageContaining("160 bytes");
        }
    }

    @Test
    void readingBeforeAnAllocation() {
        try (KernelRunner runner = KernelRunner.of("ld.global.u32 %r1, [%rd0+-4];")) {
            assertThat(fault(runner, 1, runner.ints(1, 2, 3).base()))
                    .hasMessageContaining("4 bytes before allocation of the test");
        }
    }

    @Test
    void followingANullPointer() {
        try (KernelRunner runner = KernelRunner.of("ld.global.u32 %r1, [%rd0+8];")) {
            KernelFault fault = fault(runner, 1, 0);

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.OUT_OF_BOUNDS);
            assertThat(fault).hasMessageContaining("a null pointer");
        }
    }

    @Test
    void usingFreedMemory() {
        try (KernelRunner runner = KernelRunner.of("ld.global.u32 %r1, [%rd0];")) {
            Allocation freed = runner.ints(1);
            runner.free(freed);

            assertThat(fault(runner, 1, freed.base()))
                    .hasMessageContaining("0 bytes into allocation of the test")
                    .hasMessageContaining("freed");
        }
    }

    @Test
    void followingAHostPointer() {
        try (KernelRunner runner = KernelRunner.of("ld.global.u32 %r1, [%rd0];")) {
            assertThat(fault(runner, 1, 0x7FFF_1234_5678L).kind()).isEqualTo(KernelFault.Kind.OUT_OF_BOUNDS);
        }
    }

    @Test
    void aVectorThatIsNotAligned() {
        try (KernelRunner runner = KernelRunner.of("ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%rd0+8];")) {
            KernelFault fault = fault(runner, 1, runner.ints(new int[16]).base());

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.MISALIGNED);
            assertThat(fault).hasMessageContaining("16 bytes");
        }
    }

    @Test
    void readingGlobalMemoryThatNobodyWrote() {
        try (KernelRunner runner = KernelRunner.of("ld.global.u32 %r1, [%rd0+4];")) {
            Allocation half = runner.allocate(8);
            half.write(0, 4, 1);

            KernelFault fault = fault(runner, 1, half.base());

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.UNWRITTEN_MEMORY);
            assertThat(fault).hasMessageContaining("4 bytes into allocation of the test");
        }
    }

    @Test
    void readingGlobalMemoryThatNobodyWroteIsAllowedOnRequest() {
        try (KernelRunner runner = KernelRunner.of("ld.global.u32 %r1, [%rd0];\nst.global.u32 [%rd0], %r1;")
                .checking(checks -> checks.withoutUnwrittenMemory())) {
            Allocation unwritten = runner.allocate(4);

            runner.run(1, 1, unwritten.base());

            assertThat(runner.ints(unwritten)).containsExactly(-1);
        }
    }

    @Test
    void readingSharedMemoryThatNobodyWrote() {
        try (KernelRunner runner =
                KernelRunner.of(".shared .align 4 .b8 staged[64];\nld.shared.u32 %r1, [staged+12];")) {
            KernelFault fault = fault(runner, 1);

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.UNWRITTEN_MEMORY);
            assertThat(fault).hasMessageContaining("12 bytes into staged");
        }
    }

    @Test
    void readingWhatAnEarlierBlockLeftInSharedMemory() {
        try (KernelRunner runner = KernelRunner.of("""
            .shared .align 4 .b8 staged[4];
            mov.u32 %r1, %ctaid.x;
            setp.eq.u32 %p1, %r1, 0;
            @%p1 st.shared.u32 [staged], %r1;
            ld.shared.u32 %r2, [staged];
            """)) {
            assertThatThrownBy(() -> runner.run(2, 1))
                    .isInstanceOf(KernelFault.class)
                    .hasMessageContaining("never written")
                    .hasMessageContaining("block (1,0,0)");
        }
    }

    @Test
    void runningOverTheEndOfASharedArrayIntoTheNext() {
        try (KernelRunner runner = KernelRunner.of("""
            .shared .align 4 .b8 first[16];
            .shared .align 4 .b8 second[16];
            mov.u32 %r1, first;
            st.shared.u32 [%r1+16], %r0;
            st.shared.u32 [second], %r0;
            """)) {
            KernelFault fault = fault(runner, 1);

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.OUT_OF_BOUNDS);
            assertThat(fault).hasMessageContaining("0 bytes behind first");
        }
    }

    @Test
    void runningOverTheEndOfDynamicSharedMemory() {
        try (KernelRunner runner = KernelRunner.ofModule("""
            .extern .shared .align 16 .b8 dynamic[];
            .visible .entry test() {
            st.shared.u32 [dynamic+60], 1;
            st.shared.u32 [dynamic+64], 1;
            ret; }
            """)) {
            assertThatThrownBy(() -> runner.run("test", 1, 1, 64, false))
                    .hasMessageContaining("line 7")
                    .hasMessageContaining("dynamic shared memory");
        }
    }

    @Test
    void computingWithARegisterThatNobodyWrote() {
        try (KernelRunner runner = KernelRunner.of("add.s32 %r1, %r0, %r39;")) {
            KernelFault fault = fault(runner, 1);

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.UNWRITTEN_REGISTER);
            assertThat(fault).hasMessageContaining("add.s32 %r1, %r0, %r39");
        }
    }

    @Test
    void computingWithARegisterThatOnlyOtherLanesWrote() {
        try (KernelRunner runner = KernelRunner.of("""
            setp.lt.u32 %p1, %r0, 3;
            @%p1 mov.u32 %r1, 7;
            add.s32 %r2, %r1, 1;
            """)) {
            assertThat(fault(runner, 32)).hasMessageContaining("thread (3,0,0)");
        }
    }

    @Test
    void movingARegisterThatNobodyWroteIsNoFaultAsLongAsNobodyComputesWithIt() {
        try (KernelRunner runner = KernelRunner.of(
                "mov.u32 %r1, %r39;\nselp.b32 %r2, %r0, %r1, 1;\n" + STORE_OWN_NUMBER.replace("%r0;", "%r2;"))) {
            Allocation out = runner.allocate(8);

            runner.run(1, 2, out.base());

            assertThat(runner.ints(out)).containsExactly(0, 1);
        }
    }

    @Test
    void aBarrierToWhichOnlyHalfOfAWarpComes() {
        try (KernelRunner runner = KernelRunner.of("""
            setp.lt.u32 %p1, %r0, 16;
            @%p1 bra SKIP;
            bar.sync 0;
            SKIP:
            mov.u32 %r1, 1;
            bar.warp.sync -1;
            """)) {
            KernelFault fault = fault(runner, 32);

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.BARRIER);
            assertThat(fault).hasMessageContaining("bar.sync 0").hasMessageContaining("ffff0000");
        }
    }

    @Test
    void aBarrierUnderAPredicateThatDoesNotHoldForAll() {
        try (KernelRunner runner = KernelRunner.of("setp.lt.u32 %p1, %r0, 16;\n@%p1 bar.sync 0;")) {
            assertThat(fault(runner, 32))
                    .hasMessageContaining("barrier divergence")
                    .hasMessageContaining("0000ffff");
        }
    }

    @Test
    void warpsThatWaitAtDifferentPlaces() {
        try (KernelRunner runner = KernelRunner.of("""
            setp.lt.u32 %p1, %r0, 32;
            @%p1 bra FIRST;
            bar.sync 0;
            bra.uni DONE;
            FIRST:
            bar.sync 0;
            DONE:
            """)) {
            assertThat(fault(runner, 64))
                    .hasMessageContaining("barrier divergence")
                    .hasMessageContaining("different places");
        }
    }

    @Test
    void warpsThatWaitForeverForOthers() {
        try (KernelRunner runner = KernelRunner.of("""
            setp.lt.u32 %p1, %r0, 32;
            @%p1 bra FIRST;
            bar.sync 1, 64;
            bra.uni DONE;
            FIRST:
            bar.sync 2, 64;
            DONE:
            """)) {
            KernelFault fault = fault(runner, 64);

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.BARRIER);
            assertThat(fault)
                    .hasMessageContaining("deadlock")
                    .hasMessageContaining("bar.sync 1, 64")
                    .hasMessageContaining("bar.sync 2, 64");
        }
    }

    /** Each thread writes its own element of shared memory and reads that of the thread 32 further on. */
    private static String exchangeBetweenWarps(String between) {
        return """
            .shared .align 4 .b8 staged[256];
            shl.b32 %%r1, %%r0, 2;
            mov.u32 %%r2, staged;
            add.s32 %%r3, %%r2, %%r1;
            st.shared.u32 [%%r3], %%r0;
            %s
            xor.b32 %%r4, %%r1, 128;
            add.s32 %%r5, %%r2, %%r4;
            ld.shared.u32 %%r6, [%%r5];
            %s
            st.shared.u32 [%%r3], %%r6;
            """.formatted(between, between);
    }

    @Test
    void readingWhatAnotherWarpWritesWithoutABarrier() {
        try (KernelRunner runner =
                KernelRunner.of(exchangeBetweenWarps("")).checking(checks -> checks.withoutUnwrittenMemory())) {
            KernelFault fault = fault(runner, 64);

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.RACE);
            assertThat(fault).hasMessageContaining("staged").hasMessageContaining("no barrier between");
        }
    }

    @Test
    void overwritingWhatAnotherWarpReadsWithoutABarrier() {
        try (KernelRunner runner = KernelRunner.of("""
            .shared .align 4 .b8 staged[4];
            setp.eq.u32 %p1, %r0, 0;
            setp.eq.u32 %p2, %r0, 32;
            @%p1 st.shared.u32 [staged], 1;
            bar.sync 0;
            @%p1 ld.shared.u32 %r1, [staged];
            @%p2 st.shared.u32 [staged], 2;
            """)) {
            KernelFault fault = fault(runner, 64);

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.RACE);
            assertThat(fault).hasMessageContaining("race: writes").hasMessageContaining("thread (0,0,0) accesses too");
        }
    }

    @Test
    void barriersOrderWhatWarpsDo() {
        try (KernelRunner runner = KernelRunner.of(exchangeBetweenWarps("bar.sync 0;"))) {
            runner.run(3, 64);
        }
    }

    @Test
    void exchangingWithinAWarpWithoutABarrierOfTheWarp() {
        String withinWarp = exchangeBetweenWarps("").replace("128", "4");
        try (KernelRunner runner = KernelRunner.of(withinWarp)) {
            assertThat(fault(runner, 32).kind()).isEqualTo(KernelFault.Kind.RACE);
        }
        try (KernelRunner runner =
                KernelRunner.of(exchangeBetweenWarps("bar.warp.sync -1;").replace("128", "4"))) {
            runner.run(2, 32);
        }
    }

    @Test
    void racesAreOnlyLookedForOnRequest() {
        try (KernelRunner runner = KernelRunner.of(exchangeBetweenWarps("").replace("128", "4"))
                .checking(checks -> checks.withoutRaces())) {
            runner.run(1, 32);
        }
    }

    @Test
    void threadsThatWriteTheSameNumberDoNotRace() {
        try (KernelRunner runner = KernelRunner.of(
                ".shared .align 4 .b8 flag[4];\nst.shared.u32 [flag], 1;\nbar.sync 0;\nld.shared.u32 %r1, [flag];")) {
            runner.run(1, 128);
        }
    }

    @Test
    void threadsThatWriteDifferentNumbersRace() {
        try (KernelRunner runner = KernelRunner.of(".shared .align 4 .b8 flag[4];\nst.shared.u32 [flag], %r0;")) {
            assertThat(fault(runner, 2).kind()).isEqualTo(KernelFault.Kind.RACE);
        }
    }

    @Test
    void atomicOperationsDoNotRaceWithEachOtherButWithOrdinaryOnes() {
        String count = """
            .shared .align 4 .b8 counter[4];
            setp.eq.u32 %p1, %r0, 0;
            @%p1 st.shared.u32 [counter], 0;
            bar.sync 0;
            atom.shared.add.u32 %r1, [counter], 1;
            """;
        try (KernelRunner runner = KernelRunner.of(count)) {
            runner.run(1, 96);
        }
        try (KernelRunner runner = KernelRunner.of(count + "ld.shared.u32 %r2, [counter];")) {
            assertThat(fault(runner, 96).kind()).isEqualTo(KernelFault.Kind.RACE);
        }
    }

    @Test
    void readingAnAsynchronousCopyBeforeWaitingForIt() {
        String copy = """
            .shared .align 16 .b8 staged[16];
            mov.u32 %%r1, staged;
            cp.async.ca.shared.global [%%r1], [%%rd0], 16;
            cp.async.commit_group;
            %s
            ld.shared.u32 %%r2, [staged+12];
            st.global.u32 [%%rd1], %%r2;
            """;
        try (KernelRunner runner = KernelRunner.of(copy.formatted("cp.async.wait_group 1;"))) {
            assertThat(fault(
                                    runner,
                                    1,
                                    runner.ints(1, 2, 3, 4).base(),
                                    runner.allocate(4).base())
                            .kind())
                    .isEqualTo(KernelFault.Kind.UNWRITTEN_MEMORY);
        }
        try (KernelRunner runner = KernelRunner.of(copy.formatted("cp.async.wait_group 0;"))) {
            Allocation out = runner.allocate(4);
            runner.run(1, 1, runner.ints(1, 2, 3, 4).base(), out.base());

            assertThat(runner.ints(out)).containsExactly(4);
        }
    }

    @Test
    void aLoopWithoutEnd() {
        try (KernelRunner runner =
                KernelRunner.of("AGAIN:\nbra.uni AGAIN;").checking(checks -> checks.withBudget(100_000))) {
            KernelFault fault = fault(runner, 1);

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.ENDLESS);
            assertThat(fault).hasMessageContaining("kernel test").hasMessageContaining("bra.uni AGAIN");
        }
    }

    @Test
    void aTrap() {
        try (KernelRunner runner = KernelRunner.of("setp.eq.u32 %p1, %r0, 5;\n@%p1 trap;")) {
            KernelFault fault = fault(runner, 32);

            assertThat(fault.kind()).isEqualTo(KernelFault.Kind.TRAP);
            assertThat(fault).hasMessageContaining("thread (5,0,0)");
        }
    }

    @Test
    void anAssertionOfTheKernel() {
        try (KernelRunner runner = KernelRunner.ofModule("""
            .extern .func __assertfail(.param .b64 a, .param .b64 b, .param .b32 c, .param .b64 d, .param .b64 e);
            .global .align 1 .b8 condition[4] = {120, 62, 48};
            .global .align 1 .b8 file[5] = {97, 46, 99, 117};
            .visible .entry test() {
            .reg .b64 %rd<3>;
            mov.u64 %rd0, condition;
            mov.u64 %rd1, file;
            { .param .b64 p0; st.param.b64 [p0+0], %rd0;
              .param .b64 p1; st.param.b64 [p1+0], %rd1;
              .param .b32 p2; st.param.b32 [p2+0], 34;
              .param .b64 p3; st.param.b64 [p3+0], %rd1;
              .param .b64 p4; st.param.b64 [p4+0], 1;
              call.uni __assertfail, (p0, p1, p2, p3, p4); }
            ret; }
            """)) {
            assertThatThrownBy(() -> runner.run("test", 1, 1, 0, false))
                    .hasMessageContaining("assertion failed: x>0 (a.cu:34");
        }
    }

    @Test
    void shufflingTheValueOfALaneThatTakesNoPart() {
        try (KernelRunner runner = KernelRunner.of("shfl.sync.bfly.b32 %r1, %r0, 16, 31, -1;")) {
            assertThat(fault(runner, 24)).hasMessageContaining("which takes no part");
        }
    }

    @Test
    void aMemberMaskWithoutALaneThatIsThere() {
        try (KernelRunner runner = KernelRunner.of("shfl.sync.idx.b32 %r1, %r0, 0, 31, 1;")) {
            assertThat(fault(runner, 32)).hasMessageContaining("member mask 00000001");
        }
    }

    @Test
    void anInstructionThatTheMachineDoesNotKnow() {
        assertThatThrownBy(() -> KernelRunner.of("mov.u32 %r1, 1;\nwgmma.fence.sync.aligned;"))
                .isInstanceOf(PtxSyntaxException.class)
                .hasMessageContaining("line 15")
                .hasMessageContaining("wgmma.fence.sync.aligned");
    }

    @Test
    void aNameThatNobodyDeclared() {
        assertThatThrownBy(() -> KernelRunner.of("add.s32 %r1, %r0, %undeclared;"))
                .isInstanceOf(PtxSyntaxException.class)
                .hasMessageContaining("%undeclared");
    }
}
