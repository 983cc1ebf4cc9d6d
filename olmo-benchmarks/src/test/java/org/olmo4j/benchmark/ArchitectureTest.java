package org.olmo4j.benchmark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** One room for each thing that is measured; they share the lower rooms and do not know each other. */
@AnalyzeClasses(packages = "org.olmo4j.benchmark", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** A new room needs a row here, and the rooms that it may enter. */
    @ArchTest
    static final ArchRule dependenciesPointOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("command line")
            .definedBy("org.olmo4j.benchmark")
            .layer("measure")
            .definedBy("org.olmo4j.benchmark.measure..")
            .layer("model")
            .definedBy("org.olmo4j.benchmark.model..")
            .layer("machine")
            .definedBy("org.olmo4j.benchmark.machine..")
            .layer("load")
            .definedBy("org.olmo4j.benchmark.load..")
            .layer("accounting")
            .definedBy("org.olmo4j.benchmark.accounting..")
            .layer("speed")
            .definedBy("org.olmo4j.benchmark.speed..")
            .layer("quality")
            .definedBy("org.olmo4j.benchmark.quality..")
            .layer("kernel")
            .definedBy("org.olmo4j.benchmark.kernel..")
            .layer("llama.cpp")
            .definedBy("org.olmo4j.benchmark.llamacpp..")
            .ensureAllClassesAreContainedInArchitecture()
            .whereLayer("command line")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("measure")
            .mayNotAccessAnyLayer()
            .whereLayer("model")
            .mayOnlyAccessLayers("measure")
            .whereLayer("machine")
            .mayOnlyAccessLayers("measure")
            .whereLayer("load")
            .mayOnlyAccessLayers("measure", "model", "machine")
            .whereLayer("accounting")
            .mayOnlyAccessLayers("measure", "load")
            .whereLayer("speed")
            .mayOnlyAccessLayers("measure", "model", "machine")
            .whereLayer("quality")
            .mayOnlyAccessLayers("measure", "model")
            .whereLayer("kernel")
            .mayOnlyAccessLayers("measure", "machine")
            .whereLayer("llama.cpp")
            .mayOnlyAccessLayers("measure");

    /** Everything else measures what a user gets: the engine, or the backend behind its interface. */
    @ArchTest
    static final ArchRule onlyTheKernelBenchmarksSeeTheBackendsInside = noClasses()
            .that()
            .resideOutsideOfPackage("org.olmo4j.benchmark.kernel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.olmo4j.backend.cpu..");

    /** Without the incubator module the tool must start, and say what is missing. */
    @ArchTest
    static final ArchRule onlyTheCeilingsSeeTheVectorApi = noClasses()
            .that()
            .resideOutsideOfPackage("org.olmo4j.benchmark.machine..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector..");

    @ArchTest
    static final ArchRule theSampleIsNotMeasured =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.olmo4j.sample..");

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("org.olmo4j.benchmark.(**)").should().beFreeOfCycles();
}
