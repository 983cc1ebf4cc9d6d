package org.olmo4j.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.olmo4j.backend.cpu.energy.SysfsTree;

/**
 * From the kernel's files to the figures of requests: ten faults, a hundred times each. Energy is never negative, never more than was used
 * or than the processor can draw, and unknown is never 0.
 */
class RaplFaultsTest {

    private static final long TENTH = 100_000_000;
    private static final int ROUNDS = 100;
    private static final int WINDOWS = 20;
    private static final String PACKAGE = "intel-rapl:0";
    private static final double MAX_WATTS = 2_000;

    @TempDir
    Path folder;

    private long now;

    enum Fault {
        WRAP_AT_65_KILOJOULES,
        WRAP_AT_262_KILOJOULES,
        DENIED_FROM_HALF_WAY,
        NO_DATA_FOR_A_WHILE,
        ZERO_ONCE,
        BACKWARDS,
        UNPLUGGED,
        UNPLUGGED_AND_BACK,
        DUPLICATE_DOMAINS,
        GARBAGE
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsInventedAndUnknownIsNotZero(Fault fault) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            run(fault, new Random(1_000L * fault.ordinal() + round));
        }
    }

    private void run(Fault fault, Random random) throws IOException {
        now = 0;
        long range = fault == Fault.WRAP_AT_262_KILOJOULES ? SysfsTree.INTEL_RANGE : SysfsTree.AMD_RANGE;
        long base = switch (fault) {
            case WRAP_AT_65_KILOJOULES, WRAP_AT_262_KILOJOULES -> range - random.nextLong(100_000_000);
            default -> 1 + random.nextLong(range - 1_000_000_000);
        };
        SysfsTree tree = new SysfsTree(folder).domain(PACKAGE, "package-0", base, range);
        if (fault == Fault.DUPLICATE_DOMAINS) {
            tree.domain("intel-rapl:0:0", "core", base, range)
                    .domain("intel-rapl:1", "psys", base, range)
                    .domain("intel-rapl-mmio:0", "package-0", base, range);
        }
        EnergyAccounting accounting = new EnergyAccounting(tree.find(MeterOptions.DEFAULT), () -> now, 100_000);
        StepObserver observer = accounting.observer("cpu", WorkCost.BY_TOKENS);
        accounting.sample();
        int faultWindow = 3 + random.nextInt(WINDOWS - 10);
        int faultWindows = 1 + random.nextInt(6);
        long used = 0;
        for (int window = 0; window < WINDOWS; window++) {
            List<StepRecord.Work> work = List.of(
                    new StepRecord.Work("early", 0, window <= faultWindow - 2 ? 1 : 0, window),
                    new StepRecord.Work("late", 1, 0, window));
            long start = now;
            observer.begins(start, work);
            now += TENTH;
            used += random.nextLong(2_000_000, 30_000_000);
            observer.ran(new StepRecord(start, now, work));
            boolean faulty = window >= faultWindow && window < faultWindow + faultWindows;
            show(tree, fault, faulty, window - faultWindow, (base + used) % range);
            accounting.sample();
        }
        check(fault, accounting, used);
    }

    private static void show(SysfsTree tree, Fault fault, boolean faulty, int sinceFault, long value) {
        tree.heal(PACKAGE).energy(PACKAGE, value);
        switch (fault) {
            case WRAP_AT_65_KILOJOULES, WRAP_AT_262_KILOJOULES -> {}
            case DENIED_FROM_HALF_WAY -> {
                if (sinceFault >= 0) {
                    tree.fail(PACKAGE, new AccessDeniedException("energy_uj"));
                }
            }
            case NO_DATA_FOR_A_WHILE -> {
                if (faulty) {
                    tree.fail(PACKAGE, new IOException("No data available"));
                }
            }
            case ZERO_ONCE -> {
                if (sinceFault == 0) {
                    tree.energy(PACKAGE, 0);
                }
            }
            case BACKWARDS -> {
                if (sinceFault >= 0) {
                    tree.energy(PACKAGE, value / 2);
                }
            }
            case UNPLUGGED -> {
                if (sinceFault >= 0) {
                    tree.remove(PACKAGE);
                }
            }
            case UNPLUGGED_AND_BACK -> {
                if (faulty) {
                    tree.remove(PACKAGE);
                }
            }
            case DUPLICATE_DOMAINS -> {
                tree.energy("intel-rapl:0:0", value)
                        .energy("intel-rapl:1", value)
                        .energy("intel-rapl-mmio:0", value);
            }
            case GARBAGE -> {
                if (faulty) {
                    tree.energy(PACKAGE, sinceFault % 2 == 0 ? "" : "-17");
                }
            }
        }
    }

    private void check(Fault fault, EnergyAccounting accounting, long used) {
        CompletableFuture<RequestEnergy> late = accounting.ended("late").toCompletableFuture();
        CompletableFuture<RequestEnergy> never = accounting.ended("never ran").toCompletableFuture();
        accounting.sample();
        accounting.sample();
        accounting.sample();
        RequestEnergy energy = late.join();
        EnergyReport.MeterReport meter = accounting.report().meters().getFirst();

        assertThat(accounting.report().meters()).hasSize(1);
        assertThat(List.of(meter.active(), meter.idle(), meter.idleShared(), meter.unattributed()))
                .allMatch(part -> part >= 0);
        assertThat(meter.active() + meter.idleShared() + meter.idle() + meter.unattributed())
                .isEqualTo(meter.counted());
        assertThat(meter.counted()).isLessThanOrEqualTo((long) (MAX_WATTS * now / 1e3));
        assertThat(energy.active().map(EnergyAmount::microjoules))
                .hasValueSatisfying(known -> assertThat(known).isPositive().isLessThanOrEqualTo(meter.counted()));
        assertThat(never.join().parts()).isEqualTo(Optional.empty());
        switch (fault) {
            case WRAP_AT_65_KILOJOULES,
                    WRAP_AT_262_KILOJOULES,
                    NO_DATA_FOR_A_WHILE,
                    ZERO_ONCE,
                    UNPLUGGED_AND_BACK,
                    DUPLICATE_DOMAINS,
                    GARBAGE -> {
                assertThat(meter.counted()).isEqualTo(used);
                assertThat(energy.missing()).isEmpty();
            }
            case DENIED_FROM_HALF_WAY, UNPLUGGED, BACKWARDS -> {
                assertThat(meter.counted()).isLessThan(used);
                assertThat(energy.missing()).containsExactly(Component.CPU);
            }
        }
    }
}
