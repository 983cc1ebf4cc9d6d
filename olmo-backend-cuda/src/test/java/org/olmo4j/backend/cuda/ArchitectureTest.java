package org.olmo4j.backend.cuda;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The backend knows the interface it implements and what a model consists of; the driver's binding knows neither. */
@AnalyzeClasses(packages = "org.olmo4j.backend.cuda", importOptions = ImportOption.DoNotIncludeTests.class)
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
                    "org.jspecify..",
                    "org.slf4j.."));

    @ArchTest
    static final ArchRule theDriverKnowsNoModels = noClasses()
            .that()
            .resideInAPackage("org.olmo4j.backend.cuda.driver..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "org.olmo4j.backend",
                    "org.olmo4j.backend.plan..",
                    "org.olmo4j.backend.cuda",
                    "org.olmo4j.backend.cuda.kernel..",
                    "org.olmo4j.checkpoint..",
                    "org.olmo4j.spec.."));

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("org.olmo4j.backend.(**)").should().beFreeOfCycles();
}
