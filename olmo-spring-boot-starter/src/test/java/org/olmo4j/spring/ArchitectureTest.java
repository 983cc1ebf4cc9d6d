package org.olmo4j.spring;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Keeps Boot, the web and the backends away from the chat model, so that it serves any Spring application. */
@AnalyzeClasses(packages = "org.olmo4j.spring", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule onlyAutoConfigurationAndActuatorSeeBoot = noClasses()
            .that()
            .resideOutsideOfPackages("..autoconfigure..", "..actuate..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework.boot..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTheWebSurfacesSeeTheWeb = noClasses()
            .that()
            .resideOutsideOfPackages("..openai..", "..dashboard..", "..autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.web..", "org.springframework.http..", "jakarta.servlet..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule backendsAreFoundNotNamed = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.olmo4j.backend.cpu..", "org.olmo4j.backend.cuda..");

    @ArchTest
    static final ArchRule onlyAutoConfigurationKnowsTheOthers = noClasses()
            .that()
            .resideOutsideOfPackage("..autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.olmo4j.spring.autoconfigure..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyMetersNeedMicrometersCore = noClasses()
            .that()
            .resideOutsideOfPackages("..metrics..", "..autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer.core..");

    @ArchTest
    static final ArchRule onlyResilienceNeedsResilience4j = noClasses()
            .that()
            .resideOutsideOfPackages("..resilience..", "..autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.resilience4j..");

    @ArchTest
    static final ArchRule onlyTheStoreSeesADatabase = noClasses()
            .that()
            .resideOutsideOfPackages("..promptlog.store..", "..autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "jakarta.persistence..",
                    "org.hibernate..",
                    "org.flywaydb..",
                    "com.zaxxer.hikari..",
                    "java.sql..",
                    "javax.sql..",
                    "org.springframework.jdbc..",
                    "org.springframework.orm..",
                    "org.springframework.data..");

    @ArchTest
    static final ArchRule theStoreNamesNoDriver =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("org.h2..", "org.postgresql..");

    @ArchTest
    static final ArchRule whatIsRecordedKnowsNotWhereItGoes = noClasses()
            .that()
            .resideInAPackage("org.olmo4j.spring.promptlog")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..promptlog.store..", "..promptlog.writer..", "..promptlog.journal..");

    @ArchTest
    static final ArchRule theStoreKnowsNoWriter = noClasses()
            .that()
            .resideInAPackage("..promptlog.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..promptlog.writer..", "..promptlog.journal..");

    @ArchTest
    static final ArchRule theJournalStandsAlone = knowsOfOursOnly("..promptlog.journal..", "..promptlog.file..");

    @ArchTest
    static final ArchRule redactionStandsAlone = knowsOfOursOnly("..promptlog.redaction..");

    @ArchTest
    static final ArchRule encryptionStandsAlone = knowsOfOursOnly("..promptlog.encryption..", "..promptlog.file..");

    @ArchTest
    static final ArchRule privateFilesStandAlone = knowsOfOursOnly("..promptlog.file..");

    @ArchTest
    static final ArchRule waitingStandsAlone = knowsOfOursOnly("..promptlog.concurrent..");

    @ArchTest
    static final ArchRule identityKnowsOnlyTheKeys =
            knowsOfOursOnly("..promptlog.identity..", "..promptlog.encryption..");

    @ArchTest
    static final ArchRule documentsKnowNoDatabaseAndNoKeys = noClasses()
            .that()
            .resideInAPackage("..promptlog.document..")
            .should()
            .dependOnClassesThat(
                    resideInAPackage("org.olmo4j.spring..").and(resideOutsideOfPackages("..promptlog.document..")));

    @ArchTest
    static final ArchRule recordingKnowsNotWhereRecordsGo = noClasses()
            .that()
            .resideInAPackage("..promptlog.recording..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..promptlog.store..", "..promptlog.writer..", "..promptlog.journal..", "..promptlog.admin..");

    private static ArchRule knowsOfOursOnly(String room, String... others) {
        return noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat(resideInAPackage("org.olmo4j..")
                        .and(resideOutsideOfPackages(room, "org.olmo4j.error.."))
                        .and(resideOutsideOfPackages(others)));
    }

    @ArchTest
    static final ArchRule onlyOriginsNeedSecurityAndTracing = noClasses()
            .that()
            .resideOutsideOfPackages("..origin..", "..autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.security..", "io.micrometer.tracing..");

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("org.olmo4j.(**)").should().beFreeOfCycles();
}
