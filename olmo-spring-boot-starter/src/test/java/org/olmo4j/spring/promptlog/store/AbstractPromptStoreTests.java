package org.olmo4j.spring.promptlog.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.offset;
import static org.olmo4j.spring.promptlog.PromptEntries.NOON;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.olmo4j.energy.Provenance;
import org.olmo4j.spring.footprint.FootprintHistory;
import org.olmo4j.spring.footprint.FootprintSum;
import org.olmo4j.spring.footprint.FootprintTotals;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptContent;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.PromptRecord.Caller;
import org.olmo4j.spring.promptlog.PromptRecord.EnergyUse;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.UserKind;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What holds for every database: the same tests for H2 and PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
abstract class AbstractPromptStoreTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Instant LATER = NOON.plus(Duration.ofDays(1));
    static final List<String> TABLES =
            List.of("olmo_prompt_content", "olmo_prompt", "olmo_content_key", "olmo_erasure", "olmo_admin_read");

    private final PromptEntries entries = new PromptEntries(6);
    PromptStore store;

    /** A database, which may have the tables already. */
    abstract StoreOptions options();

    /** A database without any tables. */
    abstract StoreOptions emptyDatabase() throws Exception;

    @BeforeEach
    void openAndEmpty() throws Exception {
        if (store == null) {
            store = opened(options());
        }
        execute(options(), TABLES.stream().map(table -> "delete from " + table).toArray(String[]::new));
    }

    @AfterEach
    void hasCameBack() {
        assertThat(store.status().state()).isEqualTo(StoreState.UP);
    }

    static PromptStore opened(StoreOptions options) throws InterruptedException {
        PromptStore store = PromptStore.open(options, PromptEntries.HASHES, Clock.fixed(LATER, ZoneOffset.UTC));
        assertThat(store.awaitFirstAttempt(PATIENCE)).returns(StoreState.UP, StoreStatus::state);
        return store;
    }

    static void execute(StoreOptions options, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(options.url(), options.user(), options.password());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static long count(StoreOptions options, String table) throws SQLException {
        try (Connection connection = DriverManager.getConnection(options.url(), options.user(), options.password());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select count(*) from " + table)) {
            result.next();
            return result.getLong(1);
        }
    }

    private List<PromptEntry> random(int count) {
        return Stream.generate(entries::ended).limit(count).toList();
    }

    private void writeAll(Collection<PromptEntry> all) {
        assertThat(store.write(all).refused()).isEmpty();
    }

    private static void assertSame(PromptEntry actual, PromptEntry expected) {
        assertThat(actual.record()).isEqualTo(expected.record());
        assertThat(actual.content() == null).isEqualTo(expected.content() == null);
        if (expected.content() != null) {
            assertThat(Arrays.equals(
                            actual.content().prompt(), expected.content().prompt()))
                    .isTrue();
            assertThat(Arrays.equals(
                            actual.content().answer(), expected.content().answer()))
                    .isTrue();
            assertThat(actual.key()).usingRecursiveComparison().isEqualTo(expected.key());
        }
    }

    @Test
    void givesBackWhatWasWritten() {
        List<PromptEntry> all = random(250);
        writeAll(all);
        for (PromptEntry entry : all) {
            assertSame(store.entry(entry.record().id()).orElseThrow(), entry);
        }
    }

    @Test
    void aRecordThatIsWrittenAgainIsThereOnce() throws Exception {
        List<PromptEntry> all = random(120);
        writeAll(all);
        writeAll(all.subList(0, 50));
        writeAll(Stream.concat(all.stream(), all.stream()).toList());
        assertThat(count(options(), "olmo_prompt")).isEqualTo(120);
        all.forEach(entry -> assertSame(store.entry(entry.record().id()).orElseThrow(), entry));
    }

    @Test
    void theEndWinsInWhateverOrderItComes() {
        List<PromptEntry> ends = random(90);
        List<PromptEntry> begins = ends.stream().map(PromptEntries::running).toList();
        List<PromptEntry> together = new ArrayList<>(begins.subList(60, 90));
        together.addAll(ends.subList(60, 90));
        Collections.shuffle(together, new Random(1));

        writeAll(begins.subList(0, 30));
        writeAll(ends.subList(0, 30));
        writeAll(ends.subList(30, 60));
        writeAll(begins.subList(30, 60));
        writeAll(together);

        ends.forEach(end -> assertSame(store.entry(end.record().id()).orElseThrow(), end));
    }

    @Test
    void marksOnlyItsOwnUnfinishedRequestsOfEarlierAndTheirEndStillWins() {
        PromptEntry end = entries.ended(NOON);
        PromptEntry early = PromptEntries.running(end);
        PromptEntry late = PromptEntries.running(entries.ended(NOON.plusSeconds(10)));
        PromptEntry finished = entries.ended(NOON);
        writeAll(List.of(early, late, finished));

        assertThat(store.markInterrupted("instance-2", NOON.plusSeconds(5))).isZero();
        assertThat(store.markInterrupted("instance-1", NOON.plusSeconds(5))).isOne();
        assertThat(store.markInterrupted("instance-1", NOON.plusSeconds(5))).isZero();

        assertThat(status(early)).isEqualTo(PromptStatus.INTERRUPTED);
        assertThat(status(late)).isEqualTo(PromptStatus.RUNNING);
        assertThat(status(finished)).isEqualTo(finished.record().outcome().status());
        writeAll(List.of(early));
        assertThat(status(early)).isEqualTo(PromptStatus.INTERRUPTED);
        writeAll(List.of(end));
        assertSame(store.entry(end.record().id()).orElseThrow(), end);
    }

    private PromptStatus status(PromptEntry entry) {
        return store.entry(entry.record().id()).orElseThrow().record().outcome().status();
    }

    @Test
    void rowsThatTheDatabaseRefusesAreFoundAndTheOthersKept(CapturedOutput output) throws Exception {
        List<PromptEntry> mixed = new ArrayList<>(random(500));
        Set<UUID> bad = new HashSet<>();
        for (int i = 7; i < mixed.size(); i += 50) {
            mixed.set(i, PromptEntries.poisonous(mixed.get(i)));
            bad.add(mixed.get(i).record().id());
        }

        WriteResult result = store.write(mixed);

        assertThat(result.refused())
                .extracting(refused -> refused.entry().record().id())
                .containsExactlyInAnyOrderElementsOf(bad);
        assertThat(result.refused())
                .allSatisfy(refused -> assertThat(refused.reason()).contains("SQLSTATE 235"));
        // The embedded server's own log is not ours.
        assertThat(output.getAll().lines().filter(line -> !line.contains("EmbeddedPostgres")))
                .noneMatch(line -> line.contains(mixed.get(7).record().generationId()));
        assertThat(count(options(), "olmo_prompt")).isEqualTo(490);
        mixed.stream()
                .filter(entry -> !bad.contains(entry.record().id()))
                .forEach(good -> assertSame(store.entry(good.record().id()).orElseThrow(), good));
    }

    @Test
    void textThatPostgresRefusesOrChangesIsRepairedAndMarked() {
        String hostile = "a\u0000b\uD800c\uDC00d\uD83D\uDE00";
        PromptEntry entry = PromptEntries.of(entries.ended(), hostile);
        writeAll(List.of(entry));

        PromptRecord found = store.entry(entry.record().id()).orElseThrow().record();

        assertThat(found.caller().userKey()).isEqualTo("a\uFFFDb\uFFFDc\uFFFDd\uD83D\uDE00");
        assertThat(found.repaired()).isTrue();
        assertThat(store.page(PromptQuery.builder().userKeys(Set.of(hostile)).build(), 0, 10)
                        .items())
                .containsExactly(found);
    }

    @Test
    void namesThatAreTooLongForAnIndexAreCutAndStillFoundAndToldApart() {
        String first = "x".repeat(100_000) + "1";
        String second = "x".repeat(100_000) + "2";
        PromptEntry one = PromptEntries.of(entries.ended(), first);
        PromptEntry other = PromptEntries.of(entries.ended(), second);
        writeAll(List.of(one, other));

        assertThat(store.page(PromptQuery.builder().userKeys(Set.of(first)).build(), 0, 10)
                        .items())
                .containsExactly(one.record());
        assertThat(one.record().caller().userKey()).hasSize(255);
    }

    @Test
    void keepsTextsOfManyMegabytes() {
        byte[] large = new byte[8 << 20];
        new Random(3).nextBytes(large);
        PromptRecord record = entries.ended().withoutContent(ContentState.NONE).record();
        var key = PromptEntries.key("ada");
        PromptEntry entry = new PromptEntry(
                record.withContentState(ContentState.FULL), new PromptContent(large, null, key.id()), key);
        writeAll(List.of(entry));
        assertSame(store.entry(record.id()).orElseThrow(), entry);
    }

    @Test
    void pagesAndFiltersAgreeWithAnOracle() {
        List<PromptEntry> all = random(600);
        writeAll(all);
        List<PromptRecord> records = all.stream()
                .map(PromptEntry::record)
                .sorted(Comparator.comparing(
                                (PromptRecord record) -> record.times().received())
                        .thenComparing(PromptRecord::id)
                        .reversed())
                .toList();
        String trace = String.valueOf(records.get(17).caller().traceId());
        Instant from = NOON.plusSeconds(600);
        Instant until = NOON.plusSeconds(2_400);

        assertFound(records, PromptQuery.builder(), record -> true);
        assertFound(
                records,
                PromptQuery.builder().from(from).until(until),
                record -> !record.times().received().isBefore(from)
                        && record.times().received().isBefore(until));
        assertFound(
                records,
                PromptQuery.builder().userKeys(Set.of("ada", "ben")),
                record -> Set.of("ada", "ben")
                        .contains(String.valueOf(record.caller().userKey())));
        assertFound(
                records,
                PromptQuery.builder().sessionKeys(Set.of("session-3")),
                record -> "session-3".equals(record.caller().sessionKey()));
        assertFound(
                records,
                PromptQuery.builder().conversationKeys(Set.of("conversation-4")),
                record -> "conversation-4".equals(record.caller().conversation()));
        assertFound(
                records,
                PromptQuery.builder().traceId(trace),
                record -> trace.equals(record.caller().traceId()));
        assertFound(
                records,
                PromptQuery.builder().generationId(records.get(99).generationId()),
                record -> record.equals(records.get(99)));
        assertFound(
                records,
                PromptQuery.builder().model("large"),
                record -> record.model().modelName().equals("large"));
        assertFound(
                records,
                PromptQuery.builder().statuses(Set.of(PromptStatus.FAILED, PromptStatus.REFUSED)),
                record -> Set.of(PromptStatus.FAILED, PromptStatus.REFUSED)
                        .contains(record.outcome().status()));
        assertFound(records, PromptQuery.builder().tokens(500, 1_500), record -> {
            int tokens = record.tokens().promptTokens() + record.tokens().completionTokens();
            return tokens >= 500 && tokens <= 1_500;
        });
        assertFound(records, PromptQuery.builder().latency(Duration.ofSeconds(5), Duration.ofSeconds(12)), record -> {
            long micros = record.times().totalMicros();
            return micros >= 5_000_000 && micros <= 12_000_000;
        });
        assertFound(
                records,
                PromptQuery.builder()
                        .from(from)
                        .userKeys(Set.of("cleo"))
                        .model("small")
                        .tokens(null, 1_000),
                record -> !record.times().received().isBefore(from)
                        && "cleo".equals(record.caller().userKey())
                        && record.model().modelName().equals("small")
                        && record.tokens().promptTokens() + record.tokens().completionTokens() <= 1_000);
    }

    private void assertFound(List<PromptRecord> records, PromptQuery.Builder query, Predicate<PromptRecord> matches) {
        List<PromptRecord> expected = records.stream().filter(matches).toList();
        assertThat(expected).isNotEmpty();
        int size = 37;
        List<PromptRecord> found = new ArrayList<>();
        for (int page = 0; page * size <= expected.size(); page++) {
            PromptPage part = store.page(query.build(), page, size);
            assertThat(part.total()).isEqualTo(expected.size());
            found.addAll(part.items());
        }
        assertThat(found).containsExactlyElementsOf(expected);
    }

    @Test
    void countsNoFurtherThanItSays() throws Exception {
        writeAll(random(1));
        String columns = "generation_id, instance, user_kind, model_name, received, sample_index, prompt_tokens,"
                + " cached_tokens, completion_tokens, status, content_state, repaired";
        String copy = "insert into olmo_prompt (id, " + columns + ") select " + randomId() + ", " + columns
                + " from olmo_prompt, " + numbersTo(PromptPage.COUNTED - 1) + " fetch first " + (PromptPage.COUNTED - 1)
                + " rows only";
        execute(options(), copy);

        assertThat(store.page(PromptQuery.ALL, 0, 1))
                .returns((long) PromptPage.COUNTED, PromptPage::total)
                .returns(true, PromptPage::totalIsExact);
        writeAll(random(5));
        assertThat(store.page(PromptQuery.ALL, 0, 1))
                .returns((long) PromptPage.COUNTED, PromptPage::total)
                .returns(false, PromptPage::totalIsExact);
        assertThat(store.page(PromptQuery.ALL, PromptPage.COUNTED / 500, 500).items())
                .hasSize(5);
    }

    /** The database's words for a random UUID, and for a table of so many rows. */
    abstract String randomId();

    abstract String numbersTo(int count);

    @Test
    void refusesPagesOutOfRange() {
        assertThat(store.page(PromptQuery.ALL, 3, 500).items()).isEmpty();
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> store.page(PromptQuery.ALL, 0, 501))
                .withMessageContaining("501");
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> store.page(PromptQuery.ALL, -1, 10));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> store.page(PromptQuery.ALL, 0, 0));
    }

    @Test
    void searchesTextsInPartsThatAddUpToAll() {
        List<PromptEntry> all = random(400);
        writeAll(all);
        ContentMatch ending = entry -> new String(entry.content().answer(), StandardCharsets.UTF_8).endsWith("7");
        List<PromptRecord> expected = all.stream()
                .filter(entry -> entry.content() != null && ending.test(entry))
                .map(PromptEntry::record)
                .sorted(Comparator.comparing(PromptRecord::id).reversed())
                .toList();
        assertThat(expected).hasSizeGreaterThan(5);

        List<PromptRecord> found = new ArrayList<>();
        Optional<UUID> last = Optional.empty();
        int looked = 0;
        do {
            PromptScan part = store.scan(PromptQuery.ALL, last.orElse(null), 5, 60, ending);
            assertThat(part.items()).hasSizeLessThanOrEqualTo(5);
            assertThat(part.looked()).isLessThanOrEqualTo(60);
            found.addAll(part.items());
            looked += part.looked();
            last = part.last();
        } while (last.isPresent());

        assertThat(found).containsExactlyElementsOf(expected);
        assertThat(looked).isEqualTo((int)
                all.stream().filter(entry -> entry.content() != null).count());
    }

    @Test
    void givesOutAllOfAUserOldestFirst() {
        List<PromptEntry> all = random(500);
        writeAll(all);
        List<UUID> expected = all.stream()
                .filter(entry -> "ada".equals(entry.record().caller().userKey()))
                .map(entry -> entry.record().id())
                .sorted()
                .toList();
        List<UUID> found = new ArrayList<>();
        store.forEachOf(
                Set.of("ada", "nobody"), entry -> found.add(entry.record().id()));
        assertThat(found).containsExactlyElementsOf(expected);
        store.forEachOf(Set.of(), entry -> found.add(null));
        assertThat(found).doesNotContainNull();
    }

    @Test
    void erasesAUserAndKeepsAnonymousAccounts() throws Exception {
        List<PromptEntry> all = random(300);
        writeAll(all);
        List<PromptEntry> hers = all.stream()
                .filter(entry -> "ada".equals(entry.record().caller().userKey()))
                .toList();
        int herTexts =
                (int) hers.stream().filter(entry -> entry.content() != null).count();

        assertThat(store.erase(Set.of("ada"))).isEqualTo(new ErasureResult(hers.size(), herTexts, 1));

        for (PromptEntry entry : hers) {
            PromptEntry found = store.entry(entry.record().id()).orElseThrow();
            assertThat(found.content()).isNull();
            PromptRecord record = found.record();
            assertThat(record.caller()).isEqualTo(new Caller(null, UserKind.NONE, null, null, null, null));
            assertThat(record.promptHash()).isNull();
            assertThat(record.settings().options()).isNull();
            assertThat(record.settings().replayKey()).isNull();
            assertThat(record.tokens()).isEqualTo(entry.record().tokens());
            assertThat(record.energy()).isEqualTo(entry.record().energy());
            assertThat(record.contentState())
                    .isEqualTo(entry.content() == null ? ContentState.NONE : ContentState.ERASED);
            assertThat(record).isEqualTo(entry.record().anonymous());
        }
        all.stream()
                .filter(entry -> !hers.contains(entry))
                .forEach(entry -> assertSame(store.entry(entry.record().id()).orElseThrow(), entry));
        assertThat(keysOf("ada")).isZero();
        assertThat(keysOf("ben")).isOne();
        assertThat(store.erase(Set.of("ada"))).isEqualTo(new ErasureResult(0, 0, 0));
        assertThat(count(options(), "olmo_prompt")).isEqualTo(300);
    }

    private long keysOf(String user) throws SQLException {
        return count(options(), "olmo_content_key where user_key = '" + user + "'");
    }

    @Test
    void entriesOfAnErasedUserThatComeLaterAreAnonymousUnlessTheyAreOfAfterwards() throws Exception {
        PromptEntry before = PromptEntries.withText(
                PromptEntries.of(entries.ended(NOON), "ada").record(), PromptEntries.key("ada"), "secret");
        PromptEntry after = PromptEntries.withText(
                PromptEntries.of(entries.ended(LATER.plusSeconds(1)), "ada").record(), PromptEntries.key("ada"), "new");
        store.erase(Set.of("ada"));

        writeAll(List.of(before));

        assertSame(store.entry(before.record().id()).orElseThrow(), before.anonymous());
        assertThat(keysOf("ada")).isZero();
        // Its text needs the key of before, which would come back with it.
        assertThat(store.write(List.of(after)).erasedUsers()).containsExactly("ada");
        assertSame(store.entry(after.record().id()).orElseThrow(), after.withoutContent(ContentState.DROPPED));
        assertThat(keysOf("ada")).isZero();
        ContentKey ofAfterwards = new ContentKey(UUID.randomUUID(), "ada", new byte[] {1}, "m1", LATER.plusSeconds(1));
        PromptEntry later = PromptEntries.withText(
                PromptEntries.of(entries.ended(LATER.plusSeconds(2)), "ada").record(), ofAfterwards, "new");
        assertThat(store.write(List.of(later))).isEqualTo(new WriteResult(List.of(), Set.of()));
        assertSame(store.entry(later.record().id()).orElseThrow(), later);
    }

    @Test
    void marksOfErasuresNameNobodyAndAreFoundAfterARotationOfKeys() throws Exception {
        PromptEntry before = PromptEntries.withText(
                PromptEntries.of(entries.ended(NOON), "ada").record(), PromptEntries.key("ada"), "secret");
        store.erase(Set.of("ada"));
        String unkeyed = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest("ada".getBytes(StandardCharsets.UTF_8)));
        assertThat(count(options(), "olmo_erasure")).isOne();
        assertThat(count(options(), "olmo_erasure where user_hash in ('ada', '" + unkeyed + "')"))
                .isZero();

        // H2 lets one process have the file, but several stores of that.
        try (PromptStore rotated =
                PromptStore.open(options(), PromptEntries.ROTATED_HASHES, Clock.fixed(LATER, ZoneOffset.UTC))) {
            assertThat(rotated.awaitUp(PATIENCE).isUp()).isTrue();
            assertThat(rotated.write(List.of(before)).refused()).isEmpty();
            assertThat(rotated.erasedSince(LATER).allowed(before)).isEqualTo(before.anonymous());
            assertThat(rotated.erasedSince(LATER.plusSeconds(1)).isEmpty()).isTrue();
        }

        assertSame(store.entry(before.record().id()).orElseThrow(), before.anonymous());
    }

    @Test
    void whatIsRefusedOfAnErasedUserIsHandedBackWithoutText() {
        PromptRecord poisonous = PromptEntries.poisonous(PromptEntries.of(entries.ended(NOON), "ada"))
                .record();
        PromptEntry hers = PromptEntries.withText(poisonous, PromptEntries.key("ada"), "secret");
        writeAll(random(1));
        store.erase(Set.of("ada"));

        assertThat(store.write(List.of(hers)).refused())
                .extracting(WriteResult.Refused::entry)
                .containsExactly(hers.anonymous());
    }

    @Test
    void whoeverReadsMayFailWithoutTheDatabaseBeingBlamed() {
        writeAll(random(100));
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> store.forEachOf(Set.of("ada"), entry -> {
                    throw new UncheckedIOException(new IOException("Broken pipe"));
                }));
        assertThat(store.status().state()).isEqualTo(StoreState.UP);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> store.scan(PromptQuery.ALL, null, 10, 10, entry -> {
                    throw new IllegalStateException("not JSON");
                }));
        assertThat(store.status().state()).isEqualTo(StoreState.UP);
    }

    @Test
    void whoReadsSlowlyHoldsNoConnection() {
        writeAll(random(50));
        // In each step of the outer one as many calls as there are connections.
        store.forEachOf(
                Set.of("ada"),
                outer -> store.forEachOf(
                        Set.of("ada"),
                        inner -> store.scan(
                                PromptQuery.ALL,
                                null,
                                1,
                                1,
                                entry -> store.entry(outer.record().id()).isPresent())));
        assertThat(store.status().state()).isEqualTo(StoreState.UP);
    }

    @Test
    void anInterruptedCallerHasItsAnswerAndTheDatabaseStaysOpen() {
        List<PromptEntry> all = random(20);
        for (int i = 0; i < 20; i++) {
            Thread.currentThread().interrupt();
            writeAll(all.subList(i, i + 1));
            assertThat(store.entry(all.get(i).record().id())).isPresent();
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(store.status().state()).isEqualTo(StoreState.UP);
        assertThat(store.page(PromptQuery.ALL, 0, 100).total()).isEqualTo(20);
    }

    @Test
    void nothingThatTheDatabaseSaysOfARowIsRepeated(CapturedOutput output) throws Exception {
        StoreOptions narrow = emptyDatabase();
        opened(narrow).close();
        execute(narrow, "alter table olmo_prompt alter column generation_id " + narrowType());
        try (PromptStore refusing = opened(narrow)) {
            PromptEntry entry = entries.ended();

            WriteResult result = refusing.write(List.of(entry));

            assertThat(result.refused().getFirst().reason())
                    .isEqualTo("a value is not one that a column takes (SQLSTATE 22001, error "
                            + (narrow.isH2() ? "22001" : "0") + ")");
            execute(narrow, "alter table olmo_prompt_content rename to olmo_elsewhere", "drop table olmo_erasure");
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> refusing.erase(Set.of("ada-lovelace")))
                    .satisfies(
                            failure -> assertThat(stackTrace(failure)).doesNotContain("ada-lovelace", "olmo_erasure "));
            assertThat(output.getAll().lines().filter(line -> !line.contains("EmbeddedPostgres")))
                    .noneMatch(line -> line.contains(entry.record().generationId()));
        }
    }

    /** The database's words for a column of three characters. */
    abstract String narrowType();

    private static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void retentionEndsBetweenTwoStepsWhenItIsToldTo() throws Exception {
        writeAll(random(50));
        AtomicInteger asked = new AtomicInteger();
        assertThat(store.apply(
                        new Retention(Duration.ofHours(1), Duration.ofHours(1)), () -> asked.incrementAndGet() > 1))
                .returns(0, Retention.Result::records);
        assertThat(count(options(), "olmo_prompt")).isEqualTo(50);
        assertThat(count(options(), "olmo_prompt_content")).isZero();
    }

    @Test
    void anErasureWhileEntriesAreWrittenLeavesNothing() throws Exception {
        List<PromptEntry> hers = Stream.generate(() -> PromptEntries.withText(
                        PromptEntries.of(entries.ended(NOON), "ada").record(), PromptEntries.key("ada"), "secret"))
                .limit(400)
                .toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> writing = threads.submit(() -> {
                for (int i = 0; i < hers.size(); i += 20) {
                    store.write(hers.subList(i, i + 20));
                }
            });
            Thread.sleep(20);
            threads.submit(() -> store.erase(Set.of("ada"))).get();
            writing.get();
        }
        assertThat(count(options(), "olmo_prompt")).isEqualTo(400);
        assertThat(count(options(), "olmo_prompt where user_key is not null")).isZero();
        assertThat(count(options(), "olmo_prompt_content")).isZero();
        assertThat(count(options(), "olmo_content_key")).isZero();
    }

    @Test
    void deletesByAgeInBatchesAlsoWhenSeveralInstancesDoSo() throws Exception {
        List<PromptEntry> all = new ArrayList<>();
        for (int day = 1; day <= 60; day++) {
            for (int i = 0; i < 50; i++) {
                all.add(entries.ended(LATER.minus(Duration.ofDays(day)).plusSeconds(i)));
            }
        }
        for (int i = 0; i < all.size(); i += 100) {
            writeAll(all.subList(i, i + 100));
        }
        Instant noText = LATER.minus(Duration.ofDays(10));
        Instant noRecord = LATER.minus(Duration.ofDays(30));
        Retention retention = new Retention(Duration.ofDays(10), Duration.ofDays(30));

        Retention.Result sum;
        try (PromptStore second = opened(options());
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Callable<Retention.Result> first = () -> store.apply(retention, () -> false);
            Callable<Retention.Result> other = () -> second.apply(retention, () -> false);
            List<Future<Retention.Result>> results = threads.invokeAll(List.of(first, other));
            sum = new Retention.Result(
                    results.get(0).get().contents() + results.get(1).get().contents(),
                    results.get(0).get().records() + results.get(1).get().records(),
                    0);
        }
        store.apply(retention, () -> false);

        long oldTexts = all.stream()
                .filter(entry -> entry.content() != null
                        && entry.record().times().received().isBefore(noText))
                .count();
        long oldRecords = all.stream()
                .filter(entry -> entry.record().times().received().isBefore(noRecord))
                .count();
        assertThat(oldRecords).isGreaterThan(RetentionRun.BATCH_ROWS);
        assertThat((long) sum.records()).isEqualTo(oldRecords);
        // A text may go with its record, and is then counted as that.
        assertThat((long) sum.contents()).isBetween(1L, oldTexts);
        for (PromptEntry entry : all) {
            Optional<PromptEntry> found = store.entry(entry.record().id());
            Instant received = entry.record().times().received();
            if (received.isBefore(noRecord)) {
                assertThat(found).isEmpty();
            } else if (received.isBefore(noText)) {
                assertSame(found.orElseThrow(), entry.withoutContent(ContentState.EXPIRED));
            } else {
                assertSame(found.orElseThrow(), entry);
            }
        }
        assertThat(store.apply(retention, () -> false)).isEqualTo(new Retention.Result(0, 0, 0));
    }

    @Test
    void keysThatOpenNothingAnyMoreGo() throws Exception {
        PromptEntry old = PromptEntries.withText(
                PromptEntries.of(entries.ended(NOON.minus(Duration.ofDays(40))), "ada")
                        .record(),
                PromptEntries.key("ada"),
                "old");
        PromptEntry recent = PromptEntries.withText(
                PromptEntries.of(entries.ended(NOON), "ben").record(), PromptEntries.key("ben"), "new");
        writeAll(List.of(old, recent));
        assertThat(store.apply(new Retention(Duration.ofHours(23), null), () -> false))
                .isEqualTo(new Retention.Result(2, 0, 2));
        writeAll(List.of(PromptEntries.withText(
                PromptEntries.of(entries.ended(LATER), "ben").record(), PromptEntries.key("ben"), "newer")));
        assertThat(keysOf("ada")).isZero();
        assertThat(keysOf("ben")).isOne();
        assertThat(store.apply(new Retention(Duration.ofHours(23), null), () -> false))
                .isEqualTo(new Retention.Result(0, 0, 0));
    }

    @Test
    void sumsAgreeWithAnOracle() {
        List<PromptEntry> all = new ArrayList<>(random(500));
        all.add(PromptEntries.running(entries.ended()));
        writeAll(all);
        List<PromptRecord> accounted = all.stream()
                .map(PromptEntry::record)
                .filter(record -> record.energy() != EnergyUse.NOT_ACCOUNTED
                        && !record.energy().equals(EnergyUse.NOT_ACCOUNTED))
                .toList();

        FootprintSum large = totals(FootprintTotals.Dimension.MODEL, ZoneOffset.UTC).stream()
                .filter(row -> row.name().equals("large"))
                .findFirst()
                .orElseThrow()
                .sum();
        List<PromptRecord> ofLarge = accounted.stream()
                .filter(record -> record.model().modelName().equals("large"))
                .toList();
        assertThat(large.requests()).isEqualTo(ofLarge.size());
        assertThat(large.promptTokens())
                .isEqualTo(ofLarge.stream()
                        .mapToLong(record -> record.tokens().promptTokens())
                        .sum());
        assertThat(large.fullMicrojoules())
                .isEqualTo(ofLarge.stream()
                        .mapToLong(record -> record.energy().fullMicrojoules())
                        .sum());
        assertThat(large.provenance()).isEqualTo(Provenance.MODELLED);
        double low = ofLarge.stream()
                .mapToDouble(record -> record.energy().fullMicrojoules()
                        * record.energy().energyProvenance().lowFactor())
                .sum();
        assertThat((double) large.lowMicrojoules()).isCloseTo(low, offset(50.0));
        assertThat(large.locationBased().grams())
                .isCloseTo(
                        ofLarge.stream()
                                .mapToDouble(record -> record.energy().locationMicrograms() / 1e6)
                                .sum(),
                        offset(1e-9));
        assertThat(large.marketBased()).isEqualTo(FootprintSum.Grams.NONE);
        assertThat(large.embodied().requests()).isEqualTo(ofLarge.size());
        assertThat(totals(FootprintTotals.Dimension.HOUR, ZoneOffset.ofHoursMinutes(5, 45)))
                .extracting(FootprintTotals.Row::name)
                .containsExactlyInAnyOrderElementsOf(accounted.stream()
                        .map(record -> record.times().ended().atOffset(ZoneOffset.ofHoursMinutes(5, 45)))
                        .map(time -> time.withMinute(0).withSecond(0).withNano(0))
                        .map(time -> DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:00xxx")
                                .format(time))
                        .distinct()
                        .toList());

        Instant halfTime = NOON.plusSeconds(1_800);
        List<FootprintHistory.Entry> history =
                store.history("instance-1", halfTime).entries();
        assertThat(history.stream().mapToLong(entry -> entry.sum().requests()).sum())
                .isEqualTo(accounted.stream()
                        .filter(record -> record.times().ended().isBefore(halfTime))
                        .count());
        assertThat(store.history("instance-2", LATER).entries()).isEmpty();
    }

    private List<FootprintTotals.Row> totals(FootprintTotals.Dimension dimension, ZoneOffset zone) {
        return new FootprintTotals(Clock.fixed(LATER, zone), store.history("instance-1", LATER)).by(dimension);
    }

    /** The statement that shows how the database would run another one. */
    abstract List<String> plan(Statement statement, String sql) throws SQLException;

    @Test
    void listsUseTheIndexesThatAreMadeForThem() throws Exception {
        writeAll(random(300));
        assertThat(indexOf("", "")).contains("olmo_prompt_received_ix");
        assertThat(indexOf("user_key = 'ada'", "user_key desc,")).contains("olmo_prompt_user_ix");
        assertThat(indexOf("session_key = 'session-1'", "session_key desc,")).contains("olmo_prompt_session_ix");
        assertThat(indexOf("conversation = 'conversation-1'", "conversation desc,"))
                .contains("olmo_prompt_conversation_ix");
        assertThat(indexOf("trace_id = 'trace-1'", "trace_id desc,")).contains("olmo_prompt_trace_ix");
        assertThat(indexOf("model_name = 'large'", "model_name desc,")).contains("olmo_prompt_model_ix");
        assertThat(indexOf("status = 'RUNNING'", "status desc,")).contains("olmo_prompt_status_ix");
        assertThat(indexOf("generation_id = 'gen-1'", "")).contains("olmo_prompt_");
    }

    private String indexOf(String filter, String order) throws SQLException {
        String where = filter.isEmpty() ? "" : " where " + filter;
        try (Connection connection = DriverManager.getConnection(
                        options().url(), options().user(), options().password());
                Statement statement = connection.createStatement()) {
            return String.join(
                            "\n",
                            plan(
                                    statement,
                                    "select * from olmo_prompt" + where + " order by " + order
                                            + " received desc, id desc fetch first 50 rows only"))
                    .toLowerCase(Locale.ROOT);
        }
    }

    @Test
    void remembersWhoLookedAtTheLog() {
        UUID id = UUID.randomUUID();
        AdminRead read = new AdminRead(LATER.plusNanos(1_500), "admin\u0000", "read", "user=(1)", id);
        store.record(read);
        assertThat(store.adminReads(10))
                .containsExactly(new AdminRead(LATER.plusNanos(1_000), "admin\uFFFD", "read", "user=(1)", id));
    }

    @Test
    void everyTableAndIndexHasOurName() throws Exception {
        try (Connection connection = DriverManager.getConnection(
                options().url(), options().user(), options().password())) {
            List<String> names = new ArrayList<>();
            var tables = connection
                    .getMetaData()
                    .getTables(null, connection.getSchema(), "%", new String[] {"TABLE", "BASE TABLE"});
            while (tables.next()) {
                names.add(tables.getString("TABLE_NAME").toLowerCase(Locale.ROOT));
            }
            assertThat(names)
                    .containsAll(TABLES)
                    .contains("olmo_schema_history")
                    .allMatch(name -> name.startsWith("olmo_"));
        }
    }

    @Test
    void tablesAreThoseThatTheEntitiesExpect() throws Exception {
        try (PromptStore validating = opened(options().withSchema(SchemaMode.VALIDATE));
                PromptStore trusting = opened(options().withSchema(SchemaMode.NONE))) {
            assertThat(Arrays.asList(validating, trusting))
                    .allMatch(other -> other.status().isUp());
        }
    }

    @Test
    void leavesTheHostsTablesAndHistoryAsTheyAre() throws Exception {
        StoreOptions host = emptyDatabase();
        execute(
                host,
                "create table orders (id integer)",
                "create table flyway_schema_history (installed_rank integer)",
                "insert into orders values (1)");
        try (PromptStore beside = opened(host)) {
            assertThat(beside.page(PromptQuery.ALL, 0, 1).total()).isZero();
            assertThat(count(host, "orders")).isOne();
            assertThat(count(host, "flyway_schema_history")).isZero();
        }
    }

    @Test
    void saysThatTablesAreMissingAndComesUpWhenTheyAreMade() throws Exception {
        StoreOptions empty = emptyDatabase();
        try (PromptStore validating = PromptStore.open(
                        empty.withSchema(SchemaMode.VALIDATE), PromptEntries.HASHES, Clock.systemUTC());
                PromptStore trusting =
                        PromptStore.open(empty.withSchema(SchemaMode.NONE), PromptEntries.HASHES, Clock.systemUTC())) {
            for (PromptStore waiting : List.of(validating, trusting)) {
                StoreStatus status = waiting.awaitFirstAttempt(PATIENCE);
                assertThat(status.state()).isEqualTo(StoreState.SCHEMA_INVALID);
                assertThat(status.reason()).contains("olmo.log.schema");
                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(() -> waiting.page(PromptQuery.ALL, 0, 1))
                        .returns(StoreState.SCHEMA_INVALID, StoreException::state);
            }
            opened(empty).close();
            assertThat(validating.awaitUp(PATIENCE).isUp()).isTrue();
            assertThat(trusting.awaitUp(PATIENCE).isUp()).isTrue();
        }
    }

    @Test
    void refusesTablesOfALaterRelease() throws Exception {
        StoreOptions changed = emptyDatabase();
        opened(changed).close();
        execute(changed, """
            insert into "olmo_schema_history" ("installed_rank", "version", "description", "type", "script", "checksum",
                "installed_by", "installed_on", "execution_time", "success")
            values (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'x', current_timestamp, 1, true)\
            """);
        try (PromptStore earlier = PromptStore.open(changed, PromptEntries.HASHES, Clock.systemUTC())) {
            StoreStatus status = earlier.awaitFirstAttempt(PATIENCE);
            assertThat(status.state()).isEqualTo(StoreState.SCHEMA_NEWER);
            assertThat(status.reason()).contains("99 later");
        }
    }

    @Test
    void aDatabaseThatLosesItsTablesRefusesNoRowForGood() throws Exception {
        StoreOptions other = emptyDatabase();
        try (PromptStore damaged = opened(other)) {
            execute(other, "drop table olmo_prompt_content", "drop table olmo_prompt");
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> damaged.write(random(10)))
                    .returns(StoreState.SCHEMA_INVALID, StoreException::state);
            assertThat(damaged.status().state()).isEqualTo(StoreState.SCHEMA_INVALID);
        }
    }

    @Test
    void saysThatItWasClosed() throws Exception {
        PromptStore other = opened(options());
        other.close();
        other.close();
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> other.write(List.of()))
                .returns(StoreState.CLOSED, StoreException::state);
    }
}
