package org.olmo4j;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds the table of rooms: what each package may know of the others, and the module of the world. */
@AnalyzeClasses(packages = "org.olmo4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** A new room needs a row here, and the rooms that may enter it. */
    @ArchTest
    static final ArchRule dependenciesPointOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("facade")
            .definedBy("org.olmo4j")
            .layer("error")
            .definedBy("org.olmo4j.error..")
            .layer("hash")
            .definedBy("org.olmo4j.hash..")
            .layer("json")
            .definedBy("org.olmo4j.json..")
            .layer("hub")
            .definedBy("org.olmo4j.hub..")
            .layer("spec")
            .definedBy("org.olmo4j.spec..")
            .layer("card")
            .definedBy("org.olmo4j.card..")
            .layer("checkpoint")
            .definedBy("org.olmo4j.checkpoint..")
            .layer("text")
            .definedBy("org.olmo4j.text..")
            .layer("quantization")
            .definedBy("org.olmo4j.quantization..")
            .layer("sampling")
            .definedBy("org.olmo4j.sampling..")
            .layer("constraint")
            .definedBy("org.olmo4j.constraint..")
            .layer("backend")
            .definedBy("org.olmo4j.backend..")
            .layer("energy")
            .definedBy("org.olmo4j.energy..")
            .layer("engine")
            .definedBy("org.olmo4j.engine..")
            .layer("score")
            .definedBy("org.olmo4j.score..")
            .layer("replay")
            .definedBy("org.olmo4j.replay..")
            .whereLayer("error")
            .mayNotAccessAnyLayer()
            .whereLayer("hash")
            .mayNotAccessAnyLayer()
            .whereLayer("quantization")
            .mayNotAccessAnyLayer()
            .whereLayer("json")
            .mayOnlyAccessLayers("error")
            .whereLayer("hub")
            .mayOnlyAccessLayers("error")
            .whereLayer("spec")
            .mayOnlyAccessLayers("error", "json")
            .whereLayer("sampling")
            .mayOnlyAccessLayers("error")
            .whereLayer("card")
            .mayOnlyAccessLayers("error", "spec", "energy")
            .whereLayer("checkpoint")
            .mayOnlyAccessLayers("error", "hash", "json", "spec", "hub")
            .whereLayer("text")
            .mayOnlyAccessLayers("error", "hash", "json", "spec", "hub")
            .whereLayer("constraint")
            .mayOnlyAccessLayers("error", "hash", "text", "sampling")
            .whereLayer("backend")
            .mayOnlyAccessLayers("error", "spec", "checkpoint", "sampling")
            .whereLayer("energy")
            .mayOnlyAccessLayers("error", "backend")
            .whereLayer("engine")
            .mayOnlyAccessLayers(
                    "error", "hash", "spec", "checkpoint", "text", "sampling", "constraint", "backend", "energy")
            .whereLayer("score")
            .mayOnlyAccessLayers("error", "spec", "checkpoint", "text", "sampling", "backend", "engine")
            .whereLayer("replay")
            .mayOnlyAccessLayers("error", "sampling", "constraint", "backend", "engine");

    @ArchTest
    static final ArchRule everyPackageIsARoomOfTheTable = classes()
            .should()
            .resideInAnyPackage(
                    "org.olmo4j",
                    "org.olmo4j.error..",
                    "org.olmo4j.hash..",
                    "org.olmo4j.json..",
                    "org.olmo4j.hub..",
                    "org.olmo4j.spec..",
                    "org.olmo4j.card..",
                    "org.olmo4j.checkpoint..",
                    "org.olmo4j.text..",
                    "org.olmo4j.quantization..",
                    "org.olmo4j.sampling..",
                    "org.olmo4j.constraint..",
                    "org.olmo4j.backend..",
                    "org.olmo4j.energy..",
                    "org.olmo4j.engine..",
                    "org.olmo4j.score..",
                    "org.olmo4j.replay..");

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("org.olmo4j.(**)").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTheNamedLibrariesAreUsed = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "org.olmo4j..",
                    "java..",
                    "org.jspecify..",
                    "org.slf4j..",
                    "tools.jackson..",
                    "ai.djl..",
                    "com.hubspot.jinjava..",
                    // The expression language inside the template library's jar.
                    "jinjava.javax.el.."));

    @ArchTest
    static final ArchRule tokenizerAndTemplateLibrariesStayInText = noClasses()
            .that()
            .resideOutsideOfPackage("org.olmo4j.text..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..", "com.hubspot..", "jinjava..");

    @ArchTest
    static final ArchRule oneClassKnowsTheTemplateLibrary = noClasses()
            .that()
            .haveNameNotMatching("org\\.olmo4j\\.text\\.JinjaTemplate(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.hubspot..", "jinjava..");

    @ArchTest
    static final ArchRule nothingNativeIsBound = noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.Linker")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.SymbolLookup")
            .orShould()
            .callMethod(System.class, "load", String.class)
            .orShould()
            .callMethod(System.class, "loadLibrary", String.class);

    /** Templates come with the model's files: one class to look at for what they can reach. */
    @ArchTest
    static void onlyOneClassSeesJinjava(JavaClasses classes) {
        Set<String> seeing = classes.stream()
                .filter(type -> type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(dependency ->
                                dependency.getTargetClass().getPackageName().startsWith("com.hubspot.")))
                .map(ArchitectureTest::topLevelName)
                .collect(Collectors.toSet());

        assertThat(seeing).hasSizeLessThanOrEqualTo(1);
    }

    private static String topLevelName(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::topLevelName).orElseGet(type::getName);
    }
}
