package org.olmo4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.ModelNotFoundException;

class ModelSourceTest {

    @TempDir
    Path folder;

    @Test
    void aFolderGivesItsFilesAndTheirPaths() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        ModelSource source = ModelSource.of(folder.toString());
        assertThat(source.location()).isEqualTo(folder.toString());
        assertThat(source.path("config.json")).hasValue(folder.resolve("config.json"));
        assertThat(text(source, "config.json")).isEqualTo("{}");
        assertThat(source.open("other.json")).isEmpty();
        assertThat(source.path("other.json")).isEmpty();
    }

    @Test
    void aBlankLocationIsRefused() {
        for (String blank : new String[] {"", "  ", "\n"}) {
            assertNotFound(blank, "blank");
        }
    }

    @Test
    void aMissingFolderIsNamed() {
        assertNotFound(
                folder.resolve("missing").toString(), folder.resolve("missing").toString(), "Check the path");
    }

    @Test
    void aRelativePathIsNamedInFullToo() {
        assertNotFound(
                "no/such/folder",
                "no/such/folder",
                Path.of("no/such/folder").toAbsolutePath().toString());
    }

    @Test
    void aNameOnTheHubGetsTheCommandThatDownloadsIt() {
        assertNotFound(
                "allenai/OLMo-2-0425-1B",
                "allenai/OLMo-2-0425-1B",
                "hf download allenai/OLMo-2-0425-1B --local-dir models/OLMo-2-0425-1B");
    }

    @Test
    void aPathThatIsNoNameOnTheHubGetsNoSuchHint() {
        assertThatExceptionOfType(ModelNotFoundException.class)
                .isThrownBy(() -> ModelSource.of("/no/such/folder"))
                .satisfies(missing -> assertThat(missing.hint()).doesNotContain("hf download"));
    }

    @Test
    void aTildeAndAFileUrlGetAHint() {
        assertNotFound("~/models/olmo", "'~'");
        assertNotFound("file:/models/olmo", "without 'file:'");
    }

    @Test
    void aFileInsteadOfAFolderIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("model.safetensors"), "x");
        assertNotFound(file.toString(), file.toString(), "is a file", folder.toString());
        Path gguf = Files.writeString(folder.resolve("model.gguf"), "x");
        assertNotFound(gguf.toString(), "GGUF");
    }

    @Test
    void aFolderWithoutConfigIsRefusedWithWhatItHolds() throws IOException {
        assertNotFound(folder.toString(), "no config.json", "nothing");
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        Files.createDirectory(folder.resolve("snapshots"));
        assertNotFound(folder.toString(), "no config.json", "snapshots/, tokenizer.json", "below snapshots/");
        for (int i = 0; i < 20; i++) {
            Files.createFile(folder.resolve("file" + i));
        }
        assertNotFound(folder.toString(), "and more");
    }

    @Test
    void aFolderNamedConfigIsNoConfig() throws IOException {
        Files.createDirectory(folder.resolve("config.json"));
        assertNotFound(folder.toString(), "no config.json");
    }

    @Test
    void anUnreadableConfigIsRefused() throws IOException {
        Path config = Files.writeString(folder.resolve("config.json"), "{}");
        assumeTrue(
                config.toFile().setReadable(false) && !Files.isReadable(config),
                "this user can read every file: permissions cannot be tested");
        assertNotFound(folder.toString(), config.toString(), "permission");
    }

    @Test
    void aLocationThatNoPathCanHaveIsRefused() {
        assertNotFound("models\0olmo", "not a path");
    }

    @Test
    void linksAreFollowedAsTheHubsCacheNeeds() throws IOException {
        Path blobs = Files.createDirectory(folder.resolve("blobs"));
        Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
        Files.writeString(blobs.resolve("1234"), "{}");
        Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../blobs/1234"));
        assertThat(text(ModelSource.of(snapshot.toString()), "config.json")).isEqualTo("{}");
    }

    @Test
    void aFolderInThePlaceOfAFileIsAnErrorWhenOpened() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.createDirectory(folder.resolve("model.safetensors"));
        ModelSource source = ModelSource.of(folder.toString());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> source.open("model.safetensors"))
                .withMessageContaining("not a regular file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../config.json",
                "..",
                ".",
                "",
                " ",
                "a/b",
                "/etc/passwd",
                "a\\b",
                "C:config.json",
                "config.json\0",
                "a\nb"
            })
    void onlyPlainFileNamesAreTaken(String fileName) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        assertThat(ModelSource.isPlainFileName(fileName)).isFalse();
        for (ModelSource source :
                new ModelSource[] {ModelSource.of(folder.toString()), ModelSource.of("classpath:hub/model")}) {
            assertThatIllegalArgumentException().isThrownBy(() -> source.open(fileName));
            assertThatIllegalArgumentException().isThrownBy(() -> source.path(fileName));
        }
    }

    @Test
    void aDirectoryOfTheClassPathGivesItsFilesButNoPaths() throws IOException {
        for (String location : new String[] {
            "classpath:hub/model", "classpath:/hub/model", "classpath:hub/model/", "classpath:/hub/model/"
        }) {
            ModelSource source = ModelSource.of(location);
            assertThat(source.location()).isEqualTo(location);
            assertThat(text(source, "config.json")).contains("from the class path");
            assertThat(source.open("model.safetensors")).isEmpty();
            assertThat(source.path("config.json")).isEmpty();
        }
    }

    @Test
    void aMissingDirectoryOfTheClassPathIsNamed() {
        assertNotFound("classpath:no/such", "classpath:no/such", "no/such/config.json", "src/main/resources/no/such");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"classpath:", "classpath:/", "classpath:..", "classpath:hub/../hub/model", "classpath:a//b"})
    void aClassPathLocationWithoutAPlainDirectoryIsRefused(String location) {
        assertNotFound(location, location, "names no directory");
    }

    @Test
    void theContextClassLoaderComesFirstAndServesAllFiles() throws IOException {
        Path jar = folder.resolve("model.jar");
        try (JarOutputStream output = new JarOutputStream(Files.newOutputStream(jar))) {
            output.putNextEntry(new JarEntry("hub/model/config.json"));
            output.write("{\"from\": \"the jar\"}".getBytes(StandardCharsets.UTF_8));
            output.closeEntry();
        }
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            Thread.currentThread().setContextClassLoader(loader);
            ModelSource source = ModelSource.of("classpath:hub/model");
            Thread.currentThread().setContextClassLoader(before);
            assertThat(text(source, "config.json")).contains("the jar");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void aContextClassLoaderWithoutTheModelOrNoneAtAllIsNoObstacle() throws IOException {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try {
            for (ClassLoader other : new ClassLoader[] {null, ClassLoader.getPlatformClassLoader()}) {
                Thread.currentThread().setContextClassLoader(other);
                assertThat(text(ModelSource.of("classpath:hub/model"), "config.json"))
                        .contains("from the class path");
            }
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** Boot's loader for jars within jars offers streams, whose URLs no file system knows: only streams may be used. */
    @Test
    void onlyStreamsOfTheClassLoaderAreUsed() throws IOException {
        ClassLoader streamsOnly = new ClassLoader(null) {
            @Override
            public InputStream getResourceAsStream(String name) {
                return name.equals("nested/config.json")
                        ? new ByteArrayInputStream("nested".getBytes(StandardCharsets.UTF_8))
                        : null;
            }
        };
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try {
            Thread.currentThread().setContextClassLoader(streamsOnly);
            assertThat(text(ModelSource.of("classpath:nested"), "config.json")).isEqualTo("nested");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static String text(ModelSource source, String fileName) throws IOException {
        try (InputStream content = source.open(fileName).orElseThrow()) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void assertNotFound(String location, String... parts) {
        assertThatExceptionOfType(ModelNotFoundException.class)
                .isThrownBy(() -> ModelSource.of(location))
                .withMessageContainingAll(parts);
    }
}
