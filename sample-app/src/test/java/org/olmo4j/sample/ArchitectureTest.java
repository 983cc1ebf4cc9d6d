package org.olmo4j.sample;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The sample shows what an application has to write, so it reaches for nothing behind the starter. */
@AnalyzeClasses(packages = "org.olmo4j.sample", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule modelFilesAndBackendsAreTheStartersBusiness = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.olmo4j.backend..",
                    "org.olmo4j.checkpoint..",
                    "org.olmo4j.text..",
                    "ai.djl..",
                    "com.hubspot..");
}
