package org.olmo4j.backend.cuda.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;

/** How threads, warps and blocks run together. */
class ExecutionTest {

    @Test
    void lanesTakeTheirOwnWaysAndMeetAgain() {
        String body = """
            and.b32 %r2, %r0, 3;
            mov.u32 %r1, 0;
            setp.eq.u32 %p1, %r2, 0;
            @%p1 bra ZERO;
            setp.eq.u32 %p2, %r2, 1;
            @%p2 bra ONE;
            add.s32 %r1, %r1, 100;
            bra.uni JOIN;
            ZERO:
            add.s32 %r1, %r1, 7;
            bra.uni JOIN;
            ONE:
            add.s32 %r1, %r1, 8;
            JOIN:
            activemask.b32 %r3;
            setp.ne.u32 %p3, %r3, -1;
            @%p3 trap;
            add.s32 %r1, %r1, %r0;
            """;

        assertThat(ThreadResults.of(body, 1, 32))
                .isEqualTo(ThreadResults.expect(32, t -> t + (t % 4 == 0 ? 7 : t % 4 == 1 ? 8 : 100)));
    }

    @Test
    void lanesChooseTheirWayByAnIndex() {
        String body = """
            rem.u32 %r2, %r0, 3;
            TARGETS: .branchtargets ZERO, ONE, TWO;
            brx.idx %r2, TARGETS;
            ONE:
            mov.u32 %r1, 100;
            bra.uni JOIN;
            TWO:
            mov.u32 %r1, 200;
            bra.uni JOIN;
            ZERO:
            mov.u32 %r1, 0;
            JOIN:
            activemask.b32 %r3;
            setp.ne.u32 %p3, %r3, -1;
            @%p3 trap;
            """;

        assertThat(ThreadResults.of(body, 1, 64)).isEqualTo(ThreadResults.expect(64, t -> t % 3 * 100));
    }

    @Test
    void lanesLeaveALoopAfterDifferentTurns() {
        String body = """
            mov.u32 %r1, 0;
            mov.u32 %r2, 0;
            LOOP:
            add.s32 %r1, %r1, %r2;
            add.s32 %r2, %r2, 1;
            setp.le.u32 %p1, %r2, %r0;
            @%p1 bra LOOP;
            bar.warp.sync -1;
            """;

        assertThat(ThreadResults.of(body, 1, 40)).isEqualTo(ThreadResults.expect(40, t -> t * (t + 1) / 2));
    }

    @Test
    void lanesThatEndEarlyAreNotWaitedFor() {
        try (KernelRunner runner = KernelRunner.of("""
            setp.ge.u32 %p1, %r0, 20;
            @%p1 exit;
            bar.sync 0;
            shfl.sync.idx.b32 %r1, %r0, 5, 31, -1;
            """ + ThreadResults.STORE_R1)) {
            Allocation out = runner.allocate(20 * Integer.BYTES);

            runner.run(1, 64, out.base());

            assertThat(runner.ints(out)).isEqualTo(ThreadResults.expect(20, t -> 5));
        }
    }

    @Test
    void aLaneThatWaitsForAnotherOfItsWarpLetsItRun() {
        // Lane 0 spins until lane 1, which is further on in the code, has set the flag.
        String body = """
            .shared .align 4 .b8 flag[4];
            st.shared.u32 [flag], 0;
            bar.warp.sync -1;
            mov.u32 %r1, 0;
            setp.ne.u32 %p1, %r0, 0;
            @%p1 bra SET;
            SPIN:
            atom.shared.add.u32 %r2, [flag], 0;
            add.s32 %r1, %r1, 1;
            setp.eq.u32 %p2, %r2, 0;
            @%p2 bra SPIN;
            mov.u32 %r1, 42;
            bra.uni DONE;
            SET:
            atom.shared.exch.b32 %r2, [flag], 1;
            mov.u32 %r1, 43;
            DONE:
            """;

        assertThat(ThreadResults.of(body, 1, 2)).containsExactly(42, 43);
    }

    @ParameterizedTest
    @CsvSource({
        "up, 3, 0",
        "down, 3, 31",
        "bfly, 5, 31",
        "idx, 9, 31",
        // segments of 8 lanes: the mask of the segment is 11000 in binary, for up with a limit of 0
        "up, 3, 6144",
        "down, 3, 6175",
        "idx, 9, 6175"
    })
    void shuffles(String mode, int by, int limits) {
        int[] result = ThreadResults.of(
                "shfl.sync.%s.b32 %%r1|%%p1, %%r0, %d, %d, -1;\n@!%%p1 add.s32 %%r1, %%r1, 1000;\n"
                        .formatted(mode, by, limits),
                1,
                32);
        int width = limits > 31 ? 8 : 32;

        assertThat(result).isEqualTo(ThreadResults.expect(32, lane -> {
            int first = lane / width * width;
            int source = switch (mode) {
                case "up" -> lane - by;
                case "down" -> lane + by;
                case "bfly" -> lane ^ by;
                default -> first + by % width;
            };
            return source >= first && source < first + width ? source : lane + 1000;
        }));
    }

    @Test
    void votesMatchesAndReduces() {
        String body = """
            and.b32 %r2, %r0, 1;
            setp.eq.u32 %p1, %r2, 1;
            vote.sync.ballot.b32 %r3, %p1, -1;
            vote.sync.any.pred %p2, %p1, -1;
            vote.sync.all.pred %p3, %p1, -1;
            vote.sync.uni.pred %p4, !%p1, -1;
            match.any.sync.b32 %r4, %r2, -1;
            match.all.sync.b32 %r5|%p5, %r2, -1;
            redux.sync.add.s32 %r6, %r0, -1;
            sub.s32 %r7, %r0, 5;
            redux.sync.min.s32 %r8, %r7, -1;
            redux.sync.max.u32 %r9, %r7, -1;
            xor.b32 %r1, %r3, %r4;
            selp.b32 %r10, 1, 0, %p2;
            selp.b32 %r11, 2, 0, %p3;
            selp.b32 %r12, 4, 0, %p4;
            selp.b32 %r13, 8, 0, %p5;
            or.b32 %r10, %r10, %r11;
            or.b32 %r10, %r10, %r12;
            or.b32 %r10, %r10, %r13;
            add.s32 %r1, %r1, %r10;
            add.s32 %r1, %r1, %r5;
            add.s32 %r1, %r1, %r6;
            add.s32 %r1, %r1, %r8;
            add.s32 %r1, %r1, %r9;
            """;
        int ballot = 0xAAAA_AAAA;

        // match.any gives even lanes the even ones; the sum of 0 to 31 is 496; the least is -5; -1 is the largest as
        // unsigned.
        assertThat(ThreadResults.of(body, 1, 32))
                .isEqualTo(ThreadResults.expect(32, t -> (ballot ^ (t % 2 == 1 ? ballot : ~ballot)) + 1 + 496 - 5 - 1));
    }

    @Test
    void aBarrierCanCountAndCombine() {
        String body = """
            and.b32 %r2, %r0, 3;
            setp.eq.u32 %p1, %r2, 0;
            barrier.cta.red.popc.aligned.u32 %r1, 0, %p1;
            setp.ge.u32 %p2, %r0, 0;
            bar.red.and.pred %p3, 0, %p1;
            bar.red.or.pred %p4, 0, %p1;
            bar.red.and.pred %p5, 0, %p2;
            @%p3 add.s32 %r1, %r1, 1000;
            @%p4 add.s32 %r1, %r1, 2000;
            @%p5 add.s32 %r1, %r1, 4000;
            """;

        assertThat(ThreadResults.of(body, 1, 96)).isEqualTo(ThreadResults.expect(96, t -> 24 + 2000 + 4000));
    }

    @Test
    void producersArriveAtABarrierForConsumers() {
        String body = """
            .shared .align 4 .b8 staged[128];
            mov.u32 %r2, staged;
            and.b32 %r3, %r0, 31;
            shl.b32 %r4, %r3, 2;
            add.s32 %r5, %r2, %r4;
            mov.u32 %r1, 0;
            setp.ge.u32 %p1, %r0, 32;
            @%p1 bra PRODUCER;
            bar.sync 1, 64;
            ld.shared.u32 %r1, [%r5];
            bra.uni DONE;
            PRODUCER:
            st.shared.u32 [%r5], %r0;
            bar.arrive 1, 64;
            DONE:
            """;

        assertThat(ThreadResults.of(body, 1, 64)).isEqualTo(ThreadResults.expect(64, t -> t < 32 ? t + 32 : 0));
    }

    @Test
    void specialRegistersTellWhoAThreadIs() {
        try (KernelRunner runner = KernelRunner.of("""
            mov.u32 %r2, %laneid;
            mov.u32 %r3, %warpid;
            mov.u32 %r4, %lanemask_lt;
            popc.b32 %r5, %r4;
            mov.u32 %r6, %nctaid.x;
            mad.lo.s32 %r1, %r3, 100, %r2;
            mad.lo.s32 %r1, %r5, 10000, %r1;
            mad.lo.s32 %r1, %r6, 1000000, %r1;
            """ + ThreadResults.STORE_R1)) {
            Allocation out = runner.allocate(2 * 40 * Integer.BYTES);

            runner.run(2, 40, out.base());

            assertThat(runner.ints(out)).isEqualTo(ThreadResults.expect(80, i -> {
                int thread = i % 40;
                int lane = thread % 32;
                return 2_000_000 + lane * 10_000 + thread / 32 * 100 + lane;
            }));
        }
    }

    @Test
    void atomicOperationsOfManyBlocksAddUp() {
        try (KernelRunner runner = KernelRunner.of("""
            atom.global.add.u32 %r1, [%rd0], 1;
            red.global.add.u32 [%rd0+4], %r0;
            atom.global.max.s32 %r2, [%rd0+8], %r0;
            atom.global.min.u32 %r3, [%rd0+12], %r0;
            mov.b32 %r4, 0f3F000000;
            atom.global.add.f32 %r5, [%rd0+16], %r4;
            atom.global.inc.u32 %r6, [%rd0+20], 99;
            atom.global.or.b32 %r7, [%rd0+24], %r0;
            cvt.u64.u32 %rd5, %r0;
            atom.global.add.u64 %rd6, [%rd0+32], %rd5;
            mov.b32 %r8, 0x3F803F80;
            atom.global.add.noftz.bf16x2 %r9, [%rd0+40], %r8;
            """)) {
            Allocation counters = runner.ints(0, 0, -5, 1000, 0, 0, 0, 0, 0, 0, 0, 0);

            runner.run(16, 128, counters.base());

            int[] result = runner.ints(counters);
            assertThat(result[0]).isEqualTo(2048);
            assertThat(result[1]).isEqualTo(16 * 127 * 64);
            assertThat(result[2]).isEqualTo(127);
            assertThat(result[3]).isZero();
            assertThat(Float.intBitsToFloat(result[4])).isEqualTo(1024f);
            assertThat(result[5]).isEqualTo(2048 % 100);
            assertThat(result[6]).isEqualTo(127);
            assertThat(result[8]).isEqualTo(16 * 127 * 64);
            // Adding 1 to 256 in bfloat16 is a tie, rounded to even: it stays.
            assertThat(result[10]).isEqualTo(0x4380_4380);
        }
    }

    @Test
    void exactlyOneThreadWinsACompareAndSwap() {
        try (KernelRunner runner = KernelRunner.of("""
            add.s32 %r2, %r0, 1;
            atom.global.cas.b32 %r1, [%rd0], 0, %r2;
            setp.eq.u32 %p1, %r1, 0;
            @%p1 atom.global.add.u32 %r3, [%rd0+4], 1;
            """)) {
            Allocation memory = runner.ints(0, 0);

            runner.run(8, 64, memory.base());

            assertThat(runner.ints(memory)[1]).isEqualTo(1);
            assertThat(runner.ints(memory)[0]).isBetween(1, 64);
        }
    }

    @Test
    void theBlocksOfACooperativeLaunchCanWaitForEachOther() {
        try (KernelRunner runner = KernelRunner.of("""
            atom.global.add.u32 %r1, [%rd0], 1;
            SPIN:
            ld.acquire.gpu.global.u32 %r2, [%rd0];
            setp.lt.u32 %p1, %r2, 160;
            @%p1 bra SPIN;
            """)) {
            Allocation counter = runner.ints(0);

            runner.run("test", 5, 32, 0, true, counter.base());

            assertThat(runner.ints(counter)).containsExactly(160);
        }
    }

    @Test
    void readsAndWritesAllWidths() {
        try (KernelRunner runner = KernelRunner.of("""
            ld.global.nc.L1::no_allocate.v2.u64 {%rd4, %rd5}, [%rd0];
            ld.global.s8 %r1, [%rd0+7];
            ld.global.u16 %r2, [%rd0+6];
            ld.volatile.global.s16 %r3, [%rd0+6];
            st.global.v2.b32 [%rd0+16], {%r1, %r2};
            st.global.u16 [%rd0+24], %r3;
            st.global.b8 [%rd0+26], %r1;
            st.global.v2.u64 [%rd0+32], {%rd5, %rd4};
            """)) {
            Allocation memory = runner.ints(1, 0x80_7F_0102, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0);

            runner.run(1, 1, memory.base());

            assertThat(runner.ints(memory))
                    .containsExactly(1, 0x80_7F_0102, 3, 4, 0xFFFF_FF80, 0x807F, 0x0080_807F, 0, 3, 4, 1, 0x80_7F_0102);
        }
    }

    @Test
    void threadsHaveLocalMemoryOfTheirOwn() {
        String body = """
            .local .align 8 .b8 depot[32];
            mov.u64 %rd4, depot;
            cvta.local.u64 %rd5, %rd4;
            st.local.u32 [%rd4+8], %r0;
            ld.u32 %r1, [%rd5+8];
            isspacep.local %p1, %rd5;
            @!%p1 trap;
            """;

        assertThat(ThreadResults.of(body, 1, 48)).isEqualTo(ThreadResults.expect(48, t -> t));
    }

    @Test
    void genericAddressesLeadToSharedMemory() {
        String body = """
            .shared .align 4 .b8 staged[256];
            mov.u64 %rd4, staged;
            cvta.shared.u64 %rd5, %rd4;
            mul.wide.u32 %rd6, %r0, 4;
            add.s64 %rd7, %rd5, %rd6;
            st.u32 [%rd7], %r0;
            cvta.to.shared.u64 %rd8, %rd7;
            ld.shared.u32 %r1, [%rd8];
            isspacep.shared %p1, %rd7;
            @!%p1 trap;
            isspacep.global %p2, %rd0;
            @!%p2 trap;
            """;

        assertThat(ThreadResults.of(body, 1, 64)).isEqualTo(ThreadResults.expect(64, t -> t));
    }

    @Test
    void functionsAreCalledWithArgumentsAndResults() {
        try (KernelRunner runner = KernelRunner.ofModule("""
            .func (.param .b32 result) twice(.param .b32 value) {
            .reg .b32 %r<3>; .reg .pred %p<2>;
            ld.param.u32 %r0, [value];
            setp.eq.u32 %p0, %r0, 3;
            @%p0 bra THREE;
            add.s32 %r1, %r0, %r0;
            st.param.b32 [result], %r1;
            ret;
            THREE:
            st.param.b32 [result], 1000;
            ret; }
            .visible .entry test(.param .u64 out) {
            .reg .b32 %r<6>; .reg .b64 %rd<4>;
            ld.param.u64 %rd0, [out];
            mov.u32 %r0, %tid.x;
            { .param .b32 p0; st.param.b32 [p0+0], %r0; .param .b32 r0;
              call.uni (r0), twice, (p0); ld.param.b32 %r1, [r0+0]; }
            { .param .b32 p0; st.param.b32 [p0+0], %r1; .param .b32 r0;
              call.uni (r0), twice, (p0); ld.param.b32 %r2, [r0+0]; }
            mul.wide.u32 %rd1, %r0, 4;
            add.s64 %rd2, %rd0, %rd1;
            st.global.u32 [%rd2], %r2;
            ret; }
            """)) {
            Allocation out = runner.allocate(8 * Integer.BYTES);

            runner.run("test", 1, 8, 0, false, out.base());

            assertThat(runner.ints(out)).containsExactly(0, 4, 8, 2000, 16, 20, 24, 28);
        }
    }

    @Test
    void moduleVariablesHaveTheirInitialValues() {
        try (KernelRunner runner = KernelRunner.ofModule("""
            .const .align 4 .b8 table[8] = {0, 0, 128, 63, 1, 2, 3, 4};
            .global .align 4 .u32 numbers[3] = {5, 6};
            .global .align 8 .u64 pointer = generic(numbers)+4;
            .visible .entry test(.param .u64 out) {
            .reg .b32 %r<6>; .reg .b64 %rd<4>;
            ld.param.u64 %rd0, [out];
            ld.const.u32 %r0, [table];
            mov.u64 %rd1, table;
            ld.const.u8 %r1, [%rd1+7];
            ld.global.u64 %rd2, [pointer];
            ld.global.u32 %r2, [%rd2];
            ld.global.u32 %r3, [numbers+8];
            st.global.v4.u32 [%rd0], {%r0, %r1, %r2, %r3};
            ret; }
            """)) {
            Allocation out = runner.allocate(16);

            runner.run("test", 1, 1, 0, false, out.base());

            assertThat(runner.ints(out)).containsExactly(Float.floatToIntBits(1f), 4, 6, 0);
        }
    }
}
