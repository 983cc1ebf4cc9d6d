package org.olmo4j.spring.promptlog.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationId;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.spring.metrics.PromptLogMetrics;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.admin.PromptFilter;
import org.olmo4j.spring.promptlog.identity.IdentityMode;
import org.olmo4j.spring.promptlog.journal.JournalException;
import org.olmo4j.spring.promptlog.journal.JournalOptions;
import org.olmo4j.spring.promptlog.redaction.Redactor;
import org.olmo4j.spring.promptlog.store.Retention;
import org.olmo4j.spring.promptlog.store.StoreOptions;
import org.springframework.util.unit.DataSize;

/** The whole log on an H2 file, told of generations as an engine tells it. */
@Timeout(180)
class PromptLogServiceTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SECRET = "Rumpelstiltskin";
    private static final JournalOptions JOURNAL = new JournalOptions(
            DataSize.ofMegabytes(16),
            DataSize.ofGigabytes(1),
            DataSize.ofMegabytes(64),
            DataSize.ofMegabytes(64),
            Duration.ofMillis(50));

    @TempDir
    private Path folder;

    private PromptLogOptions options(Path own, StoreOptions store, TextRetention content, Retention retention) {
        PromptLogOptions defaults = PromptLogOptions.in(folder.resolve("key"));
        return new PromptLogOptions(
                own,
                null,
                content,
                IdentityMode.PLAIN,
                defaults.keys(),
                store,
                JOURNAL,
                defaults.writer(),
                Duration.ofSeconds(5),
                retention,
                Duration.ofHours(1),
                Duration.ofMillis(50));
    }

    private PromptLogOptions options(TextRetention content) {
        return options(
                folder.resolve("log"),
                StoreOptions.h2(folder.resolve("log").resolve("prompts")),
                content,
                new Retention(Duration.ofDays(30), null));
    }

    private static PromptLogService start(PromptLogOptions options, Redactor redactor, Clock clock) {
        return PromptLogService.start(options, redactor, name -> Optional.empty(), clock);
    }

    private static PromptLogService start(PromptLogOptions options) {
        return start(options, text -> text, Clock.systemUTC());
    }

    private static GenerationRequest request(@Nullable String user, String text) {
        return GenerationRequest.builder(new Prompt.Text(text)).user(user).build();
    }

    private static GenerationResult result(Instant received) {
        return new GenerationResult(
                GenerationId.next(),
                "An answer with " + SECRET,
                List.of(1, 2),
                FinishReason.STOP,
                Optional.empty(),
                new Usage(3, 0, 2),
                new Timings(received, Optional.empty(), Optional.empty(), Duration.ofSeconds(1)),
                0,
                Optional.empty(),
                List.of(1, 2, 3),
                List.of(),
                List.of(),
                null);
    }

    private static void generate(PromptLogService log, String user) {
        log.listener("demo")
                .ended(request(user, "Who is " + SECRET + "?"), result(Instant.now()))
                .toCompletableFuture()
                .join();
    }

    private static List<PromptRecord> records(PromptLogService log) throws InterruptedException {
        assertThat(log.flush(PATIENCE)).isTrue();
        return log.log().page("reader", PromptFilter.ALL, 0, 100).items();
    }

    @Test
    void aStartThatFailsLeavesNeitherLockNorThread() throws Exception {
        PromptLogOptions good = options(TextRetention.FULL);
        // Where the name of the instance should be, nothing can be written.
        Files.createDirectories(good.folder().resolve("instance"));
        Files.createFile(good.folder().resolve("instance").resolve("file"));
        long before = threads();

        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> start(good));

        Files.delete(good.folder().resolve("instance").resolve("file"));
        Files.delete(good.folder().resolve("instance"));
        while (threads() > before) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        try (PromptLogService log = start(good)) {
            generate(log, "ada");
            assertThat(records(log)).hasSize(1);
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("olmo-"))
                .count();
    }

    @Test
    void closingGivesTheFolderBack() {
        PromptLogOptions options = options(TextRetention.NONE);
        PromptLogService log = start(options);
        assertThatExceptionOfType(JournalException.class).isThrownBy(() -> start(options));
        log.close();
        start(options).close();
    }

    @Test
    void whatIsTooOldGoesSoonAfterTheStart() throws Exception {
        PromptLogOptions options = options(TextRetention.FULL);
        try (PromptLogService log = start(options)) {
            generate(log, "ada");
            assertThat(records(log).getFirst().contentState()).isEqualTo(ContentState.FULL);
        }
        Clock later = Clock.fixed(Instant.now().plus(Duration.ofDays(31)), ZoneOffset.UTC);
        PromptLogOptions quick = new PromptLogOptions(
                options.folder(),
                options.instance(),
                options.content(),
                options.identities(),
                options.keys(),
                options.store(),
                options.journal(),
                options.writer(),
                options.redactionTimeout(),
                options.retention(),
                Duration.ofMillis(20),
                options.erasureInterval());
        try (PromptLogService log = start(quick, text -> text, later)) {
            while (records(log).getFirst().contentState() != ContentState.EXPIRED) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    @Test
    void whatIsStillBeingRedactedWhenItClosesIsOnRecord() throws Exception {
        Redactor slow = text -> {
            try {
                TimeUnit.MILLISECONDS.sleep(text.contains(SECRET) ? 500 : 0);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return "[redacted]";
        };
        PromptLogOptions options = options(TextRetention.REDACTED);
        PromptLogService log = start(options, slow, Clock.systemUTC());
        GenerationListener listener = log.listener("demo");
        for (int i = 0; i < 3; i++) {
            var _ = listener.ended(request("ada", SECRET), result(Instant.now()));
        }

        log.close();

        try (PromptLogService next = start(options)) {
            assertThat(records(next)).hasSize(3).allMatch(record -> record.contentState() == ContentState.REDACTED);
        }
    }

    @Test
    void erasedTextsAreInNoFileOfAnyInstanceNorInTheCompactedDatabase() throws Exception {
        // Instances of one process can share an H2 file.
        StoreOptions database = StoreOptions.h2(folder.resolve("shared"));
        Retention retention = new Retention(Duration.ofDays(30), null);
        PromptLogOptions first = options(folder.resolve("first"), database, TextRetention.FULL, retention);
        PromptLogOptions second = options(folder.resolve("second"), database, TextRetention.FULL, retention);
        List<byte[]> hers;
        try (PromptLogService here = start(first);
                PromptLogService there = start(second)) {
            // Refused rows, so that dead letters have texts too.
            execute(database, "alter table olmo_prompt add constraint no_session check (session_key is null)");
            for (int i = 0; i < 5; i++) {
                generate(here, "ada-lovelace");
                generate(there, "ada-lovelace");
                generate(there, "ben");
                refused(there, "ada-lovelace");
            }
            assertThat(here.flush(PATIENCE)).isTrue();
            assertThat(there.flush(PATIENCE)).isTrue();
            hers = traces(database, there, second);
            assertThat(hers).hasSize(1 + 10 + 2 + 5);
            assertThat(hers).allMatch(trace -> found(trace) > 0);

            assertThat(here.log().erase("reader", "ada-lovelace").records()).isEqualTo(10);

            awaitNoneInFolders(hers);
            assertThat(there.status().deadLetters()).isEqualTo(5);
            execute(database, "shutdown compact");
        }
        assertThat(hers).allMatch(trace -> found(trace) == 0);
        assertThat(found("ben".getBytes(StandardCharsets.UTF_8))).isPositive();
    }

    @Test
    void whatIsKeptAsideIsAGaugeAndWhatWasRefusedACounter() throws Exception {
        PromptLogOptions options = options(TextRetention.NONE);
        String constraint = "alter table olmo_prompt %s constraint no_session";
        try (PromptLogService log = start(options)) {
            assertThat(records(log)).isEmpty();
            execute(options.store(), constraint.formatted("add") + " check (session_key is null)");
            refused(log, "ada");
            assertThat(log.flush(PATIENCE)).isTrue();
            assertThat(meters(log)).containsExactly(1.0, 1.0);
            execute(options.store(), constraint.formatted("drop"));
        }
        try (PromptLogService log = start(options)) {
            assertThat(records(log)).hasSize(1);
            assertThat(meters(log)).containsExactly(0.0, 0.0);
        }
    }

    private static List<Double> meters(PromptLogService log) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new PromptLogMetrics(log).bindTo(registry);
        return List.of(
                registry.get("olmo.log.dead-letters").gauge().value(),
                registry.get("olmo.log.records")
                        .tag("result", "refused")
                        .functionCounter()
                        .count());
    }

    private static void refused(PromptLogService log, String user) {
        GenerationRequest request = GenerationRequest.builder(new Prompt.Text("Who is " + SECRET + "?"))
                .origin(Origin.UNKNOWN.withUser(user).withSession("session"))
                .build();
        log.listener("demo")
                .ended(request, result(Instant.now()))
                .toCompletableFuture()
                .join();
    }

    /** Her name, and the ciphertexts and wrapped keys of hers: what could be read with the master key. */
    private List<byte[]> traces(StoreOptions database, PromptLogService there, PromptLogOptions second)
            throws Exception {
        List<byte[]> all = new ArrayList<>();
        all.add("ada-lovelace".getBytes(StandardCharsets.UTF_8));
        try (Connection connection = DriverManager.getConnection(database.url());
                Statement statement = connection.createStatement()) {
            for (String sql : List.of(
                    "select c.answer from olmo_prompt_content c join olmo_prompt p on p.id = c.id where p.user_key ="
                            + " 'ada-lovelace'",
                    "select wrapped from olmo_content_key where user_key = 'ada-lovelace'")) {
                try (var rows = statement.executeQuery(sql)) {
                    while (rows.next()) {
                        all.add(rows.getBytes(1));
                    }
                }
            }
        }
        try (Stream<Path> files = Files.list(second.folder().resolve("refused"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".entry")).toList()) {
                byte[] entry = Files.readAllBytes(file);
                // Its end is the ciphertext of the answer.
                all.add(Arrays.copyOfRange(entry, entry.length - 40, entry.length));
            }
        }
        return all;
    }

    /** The other instance follows within its interval; journals within theirs. */
    private void awaitNoneInFolders(List<byte[]> traces) throws InterruptedException {
        while (traces.stream()
                .anyMatch(
                        trace -> found(trace, folder.resolve("first")) + found(trace, folder.resolve("second")) > 0)) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private long found(byte[] trace) {
        return found(trace, folder);
    }

    private static long found(byte[] trace, Path place) {
        String wanted = new String(trace, StandardCharsets.ISO_8859_1);
        try (Stream<Path> files = Files.walk(place)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> content(file).contains(wanted))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private static void execute(StoreOptions database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
