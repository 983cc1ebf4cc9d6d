package org.olmo4j.backend.cpu.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.energy.Component;
import org.olmo4j.energy.EnergyMeter;
import org.olmo4j.energy.EnergyMeterProvider;
import org.olmo4j.energy.FoundMeters;
import org.olmo4j.energy.MeterDescription;
import org.olmo4j.energy.MeterOptions;
import org.olmo4j.energy.MeterReading;
import org.olmo4j.energy.Provenance;

class CpuEnergyMeterProviderTest {

    @TempDir
    Path folder;

    private SysfsTree tree;

    @BeforeEach
    void plant() throws IOException {
        tree = new SysfsTree(folder);
    }

    @Test
    void everyPartOfTheMachineIsCountedOnce() {
        // A laptop's tree: the board, the package with its parts, and the package a second time.
        tree.domain("intel-rapl:0", "package-0", 10, SysfsTree.INTEL_RANGE)
                .domain("intel-rapl:0:0", "core", 11, SysfsTree.INTEL_RANGE)
                .domain("intel-rapl:0:1", "uncore", 12, SysfsTree.INTEL_RANGE)
                .domain("intel-rapl:0:2", "dram", 13, SysfsTree.AMD_RANGE)
                .domain("intel-rapl:1", "psys", 14, SysfsTree.INTEL_RANGE)
                .domain("intel-rapl-mmio:0", "package-0", 15, SysfsTree.INTEL_RANGE)
                .domain("intel-rapl-mmio:0:0", "dram", 16, SysfsTree.INTEL_RANGE)
                .domain("dtpm", "package-9", 17, SysfsTree.INTEL_RANGE);

        List<EnergyMeter> meters = tree.find(MeterOptions.DEFAULT).meters();

        assertThat(meters)
                .extracting(EnergyMeter::description)
                .extracting(MeterDescription::name, MeterDescription::covers, MeterDescription::wrapMicrojoules)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "rapl:package-0", Component.CPU, OptionalLong.of(SysfsTree.INTEL_RANGE)),
                        org.assertj.core.groups.Tuple.tuple(
                                "rapl:package-0:dram", Component.MEMORY, OptionalLong.of(SysfsTree.AMD_RANGE)));
        assertThat(meters)
                .extracting(EnergyMeter::read)
                .containsExactly(new MeterReading.Energy(10, 1), new MeterReading.Energy(13, 1));
        assertThat(meters).allMatch(meter -> meter.description().provenance() == Provenance.MEASURED_SHARED);
    }

    @Test
    void everyPackageCounts() {
        tree.domain("intel-rapl:0", "package-0-die-0", 1, SysfsTree.AMD_RANGE)
                .domain("intel-rapl:1", "package-0-die-1", 2, SysfsTree.AMD_RANGE)
                .domain("intel-rapl:2", "package-1-die-0", 3, SysfsTree.AMD_RANGE)
                .domain("intel-rapl:0:0", "core", 4, SysfsTree.AMD_RANGE);

        assertThat(tree.find(MeterOptions.DEFAULT).meters())
                .extracting(EnergyMeter::read)
                .containsExactly(
                        new MeterReading.Energy(1, 1), new MeterReading.Energy(2, 1), new MeterReading.Energy(3, 1));
    }

    @Test
    void aPackageOfTheNewerInterfaceAloneCounts() {
        tree.domain("intel-rapl-mmio:0", "package-0", 5, SysfsTree.INTEL_RANGE);

        assertThat(tree.find(MeterOptions.DEFAULT).meters())
                .extracting(EnergyMeter::read)
                .containsExactly(new MeterReading.Energy(5, 1));
    }

    @Test
    void aCounterThatMayNotBeReadIsModelledAndTheHintSaysHowToAllowIt() {
        tree.domain("intel-rapl:0", "package-0", 1, SysfsTree.INTEL_RANGE)
                .fail("intel-rapl:0", new AccessDeniedException("energy_uj"));

        FoundMeters found = tree.find(MeterOptions.DEFAULT);

        assertThat(found.meters())
                .extracting(meter -> meter.description().provenance())
                .containsExactly(Provenance.MODELLED);
        assertThat(found.notes().getFirst())
                .contains(tree.counter("intel-rapl:0").toString(), "CVE-2020-8694", "chgrp", "chmod g+r");
        assertThat(found.notes().getLast()).contains("modelled, not measured");
    }

    @Test
    void withOnePackageOfTwoTheProcessorIsModelled() {
        tree.domain("intel-rapl:0", "package-0", 1, SysfsTree.INTEL_RANGE)
                .domain("intel-rapl:0:0", "dram", 1, SysfsTree.INTEL_RANGE)
                .domain("intel-rapl:1", "package-1", 1, SysfsTree.INTEL_RANGE)
                .fail("intel-rapl:1", new IOException("No data available"));

        FoundMeters found = tree.find(MeterOptions.DEFAULT);

        assertThat(found.meters())
                .extracting(meter -> meter.description().name())
                .containsExactly("model:cpu");
        assertThat(found.notes().getFirst()).contains("No data available");
    }

    @Test
    void memoryThatCannotBeReadIsLeftOut() {
        tree.domain("intel-rapl:0", "package-0", 1, SysfsTree.INTEL_RANGE)
                .domain("intel-rapl:0:0", "dram", 1, SysfsTree.INTEL_RANGE)
                .energy("intel-rapl:0:0", "garbage");

        FoundMeters found = tree.find(MeterOptions.DEFAULT);

        assertThat(found.meters())
                .extracting(meter -> meter.description().covers())
                .containsExactly(Component.CPU);
        assertThat(found.notes()).hasSize(1);
    }

    @Test
    void aCounterThatStandsAtZeroIsNone() {
        tree.domain("intel-rapl:0", "package-0", 0, SysfsTree.INTEL_RANGE);

        FoundMeters found = tree.find(MeterOptions.DEFAULT);

        assertThat(found.meters().getFirst().description().provenance()).isEqualTo(Provenance.MODELLED);
        assertThat(found.notes().getFirst()).contains("stands at 0");
    }

    @Test
    void withoutPowercapTheModelSaysWhatItAssumes() {
        FoundMeters found = new CpuEnergyMeterProvider(folder.resolve("absent"), folder, tree::open)
                .find(new MeterOptions(OptionalDouble.of(65)));

        assertThat(found.meters().getFirst().description().method()).contains("65.0 W", "as configured", "10 %");
        assertThat(found.notes().getFirst()).contains("There is no " + folder.resolve("absent"));
    }

    @Test
    void limitsSayWhatIsPossible() {
        tree.domain("intel-rapl:0", "package-0", 1, SysfsTree.INTEL_RANGE)
                .write("intel-rapl:0", "constraint_0_power_limit_uw", "165000000")
                .write("intel-rapl:0", "constraint_1_power_limit_uw", "198000000")
                .write("intel-rapl:0", "constraint_0_max_power_uw", "165000000")
                .domain("intel-rapl:1", "package-1", 1, SysfsTree.INTEL_RANGE);

        assertThat(tree.find(MeterOptions.DEFAULT).meters())
                .extracting(meter -> meter.description().maxWatts())
                .containsExactly(396.0, 2000.0);
    }

    @Test
    void failuresOfAReadingAreMissingAndNotZero() {
        tree.domain("intel-rapl:0", "package-0", 7, SysfsTree.INTEL_RANGE);
        EnergyMeter meter = tree.find(MeterOptions.DEFAULT).meters().getFirst();

        tree.fail("intel-rapl:0", new IOException("No data available"));
        assertThat(meter.read())
                .isEqualTo(new MeterReading.Missing("rapl:package-0 cannot be read: No data available"));
        tree.heal("intel-rapl:0").energy("intel-rapl:0", "");
        assertThat(meter.read()).isInstanceOf(MeterReading.Missing.class);
        tree.energy("intel-rapl:0", "-5");
        assertThat(meter.read()).isInstanceOf(MeterReading.Missing.class);
        tree.remove("intel-rapl:0");
        assertThat(meter.read()).isInstanceOf(MeterReading.Missing.class);
        tree.energy("intel-rapl:0", 8);
        assertThat(meter.read()).isEqualTo(new MeterReading.Energy(8, 1));
    }

    @Test
    void theServiceLoaderFindsIt() {
        assertThat(ServiceLoader.load(EnergyMeterProvider.class))
                .hasAtLeastOneElementOfType(CpuEnergyMeterProvider.class);
        FoundMeters found = FoundMeters.discover(MeterOptions.DEFAULT);

        assertThat(found.meters()).isNotEmpty();
        found.meters().forEach(EnergyMeter::close);
    }

    @Test
    void aFileThatIsKeptOpenShowsItsNewText() throws IOException {
        Path path = Files.writeString(folder.resolve("counter"), "1234567");
        try (CounterFile file = new CounterFile.Kept(path)) {
            assertThat(file.read()).isEqualTo("1234567");
            Files.writeString(path, "89");
            assertThat(file.read()).isEqualTo("89");
        }
        assertThat(new CounterFile.Kept(folder.resolve("absent")))
                .satisfies(absent ->
                        org.assertj.core.api.Assertions.assertThatIOException().isThrownBy(absent::read));
    }
}
