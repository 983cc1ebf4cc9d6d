package org.olmo4j.spring.promptlog.encryption;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.spring.promptlog.encryption.EncryptionException.Reason;

class MasterKeysTests {

    private static final String FIRST =
            Base64.getEncoder().encodeToString("first key, of thirty-two bytes!!".getBytes(US_ASCII));
    private static final String SECOND =
            Base64.getEncoder().encodeToString("another key of thirty-two bytes!".getBytes(US_ASCII));

    @TempDir
    private Path folder;

    private static void assertFails(Reason reason, String hint, Runnable action) {
        assertThatExceptionOfType(EncryptionException.class)
                .isThrownBy(action::run)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
                .withMessageContaining(hint);
    }

    private static void assumePosix() {
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews())
                .as("POSIX permissions")
                .contains("posix");
    }

    private Path write(String content, String permissions) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), content);
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        }
        return file;
    }

    @Test
    void knowKeysByAnIdThatIsTheSameEverywhereAndShowNone() {
        MasterKeys keys = MasterKeys.ofBase64(List.of(FIRST, SECOND));

        assertThat(keys.current().id())
                .matches("[0-9a-f]{8}")
                .isEqualTo(MasterKey.ofBase64(FIRST + "\n").id())
                .isNotEqualTo(keys.keys().getLast().id());
        assertThat(keys.find(MasterKey.ofBase64(SECOND).id()))
                .containsSame(keys.keys().getLast());
        assertThat(keys.find("00000000")).isEmpty();
        assertThat(keys.toString() + keys.current()).doesNotContain(FIRST, SECOND);
    }

    @Test
    void aNewKeyFilesNameIsDurableBeforeTheKeyIsUsed() {
        Path file = folder.resolve("keys").resolve("master.key");
        List<String> forced = new ArrayList<>();

        KeyFile.readOrCreate(file, forcedFolder -> forced.add(forcedFolder + " with key: " + Files.exists(file)));
        KeyFile.readOrCreate(file, again -> forced.add("again"));

        assertThat(forced).containsExactly(file.getParent() + " with key: true");
    }

    @Test
    void deriveKeysOfPurposesThatHaveNothingToDoWithEachOther() {
        MasterKey key = MasterKey.ofBase64(FIRST);

        assertThat(key.derive("one", "AES").getEncoded())
                .hasSize(32)
                .isEqualTo(key.derive("one", "AES").getEncoded())
                .isNotEqualTo(key.derive("two", "AES").getEncoded())
                .isNotEqualTo(MasterKey.ofBase64(SECOND).derive("one", "AES").getEncoded())
                .isNotEqualTo(Base64.getDecoder().decode(FIRST));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c2hvcnQ=", "not base64!", "Zmlyc3Qga2V5LCBvZiB0aGlydHktdHdvIGJ5dGVzISEh"})
    void refuseWhatIsNoKeyWithoutShowingIt(String value) {
        assertThatExceptionOfType(EncryptionException.class)
                .isThrownBy(() -> MasterKey.ofBase64(value))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_KEY))
                .satisfies(e -> assertThat(value.isEmpty() || !e.getMessage().contains(value))
                        .isTrue())
                .withMessageContaining("openssl rand -base64 32");
    }

    @Test
    void refuseNoneAndTheSameTwice() {
        assertFails(Reason.INVALID_KEY, "no master key", () -> MasterKeys.ofBase64(List.of()));
        assertFails(Reason.INVALID_KEY, "given twice", () -> MasterKeys.ofBase64(List.of(FIRST, SECOND, FIRST)));
    }

    @Test
    void makeAFileThatOnlyItsOwnerCanReadAndReadItAgain() throws IOException {
        Path file = folder.resolve("secrets/key");
        MasterKeys made = MasterKeys.readOrCreate(file);
        String content = Files.readString(file);

        assertThat(MasterKeys.readOrCreate(file).current().id())
                .isEqualTo(made.current().id());
        assertThat(Files.readString(file)).isEqualTo(content);
        assertThat(Base64.getDecoder().decode(content.strip())).hasSize(32);
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
        assertThat(MasterKeys.readOrCreate(folder.resolve("other")).current().id())
                .isNotEqualTo(made.current().id());
        assumePosix();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void areTheSameForAllThatMakeTheFileAtOnce() {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 50; round++) {
                Path file = folder.resolve("key" + round);
                CountDownLatch begin = new CountDownLatch(1);
                List<CompletableFuture<String>> ids = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    ids.add(CompletableFuture.supplyAsync(
                            () -> {
                                await(begin);
                                return MasterKeys.readOrCreate(file).current().id();
                            },
                            executor));
                }
                begin.countDown();
                assertThat(ids.stream().map(CompletableFuture::join).distinct()).hasSize(1);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void areReadFromLinesTheCurrentOneFirst() throws IOException {
        Path file = write("# since November\n" + SECOND + "\n\n# until then\n  " + FIRST + "\n", "rw-r-----");

        assertThat(MasterKeys.readOrCreate(file).keys())
                .extracting(MasterKey::id)
                .containsExactly(
                        MasterKey.ofBase64(SECOND).id(),
                        MasterKey.ofBase64(FIRST).id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-rw----", "rw-----w-", "rwxrwxrwx"})
    void refuseAFileThatOthersCanReadOrChange(String permissions) throws IOException {
        assumePosix();
        Path file = write(FIRST, permissions);

        assertFails(Reason.KEY_FILE_EXPOSED, "chmod 600 " + file, () -> MasterKeys.readOrCreate(file));
        assertFails(Reason.KEY_FILE_EXPOSED, permissions, () -> MasterKeys.readOrCreate(file));
    }

    @Test
    void sayWhatIsWrongWithAFile() throws IOException {
        Path empty = write("# nothing\n", "rw-------");
        assertFails(
                Reason.KEY_FILE_UNUSABLE, empty + " cannot be used: it is empty", () -> MasterKeys.readOrCreate(empty));

        Path wrong = write("c2hvcnQ=\n", "rw-------");
        assertFails(Reason.INVALID_KEY, "has 5 bytes, in the key file " + wrong, () -> MasterKeys.readOrCreate(wrong));

        assertFails(Reason.KEY_FILE_UNUSABLE, "in/the/way", () -> MasterKeys.readOrCreate(wrong.resolve("in/the/way")));
        assertFails(Reason.KEY_FILE_UNUSABLE, folder.toString(), () -> MasterKeys.readOrCreate(folder));
        assertThat(Files.readString(wrong)).isEqualTo("c2hvcnQ=\n");
    }
}
