package org.olmo4j.backend.cpu;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The backend knows the interface it implements and what a model consists of, nothing of text or requests. */
@AnalyzeClasses(packages = "org.olmo4j.backend.cpu", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule onlyTheBackendInterfaceAndItsTermsAreUsed = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "org.olmo4j.backend..",
                    "org.olmo4j.checkpoint..",
                    "org.olmo4j.spec..",
                    "org.olmo4j.quantization..",
                    "org.olmo4j.sampling..",
                    "org.olmo4j.energy..",
                    "org.olmo4j.error..",
                    "java..",
                    "com.sun.management..",
                    "jdk.incubator.vector..",
                    "org.jspecify..",
                    "org.slf4j.."));

    /** Everything else must load on a JVM that was started without the incubator module. */
    @ArchTest
    static final ArchRule onlyKernelsSeeTheVectorApi = noClasses()
            .that()
            .resideOutsideOfPackage("org.olmo4j.backend.cpu.kernel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector..");

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("org.olmo4j.backend.(**)").should().beFreeOfCycles();
}
