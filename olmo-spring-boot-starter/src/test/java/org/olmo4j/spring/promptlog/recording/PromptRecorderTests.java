package org.olmo4j.spring.promptlog.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationId;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.engine.Prompt;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptContent;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.document.Documents;
import org.olmo4j.spring.promptlog.document.PromptDocument;
import org.olmo4j.spring.promptlog.encryption.ContentKeys;
import org.olmo4j.spring.promptlog.encryption.MasterKey;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;
import org.olmo4j.spring.promptlog.identity.IdentityMode;
import org.olmo4j.spring.promptlog.identity.PromptHashes;
import org.olmo4j.spring.promptlog.redaction.GuardedRedaction;
import org.olmo4j.spring.promptlog.redaction.PatternRedactor;
import org.olmo4j.spring.promptlog.redaction.Redactor;
import org.olmo4j.spring.testing.ReplayKeys;
import org.olmo4j.spring.testing.ScriptedGeneration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Timeout(60)
class PromptRecorderTests {

    private static final JsonSchema SCHEMA = JsonSchema.parse("{\"const\": \"Melusine\"}");
    private static final GenerationRequest REQUEST = GenerationRequest.builder(new Prompt.Text("Who am I?"))
            .sampling(ReplayKeys.withTexts().settings().sampling())
            .stopStrings(List.of(ReplayKeys.STOP))
            .stopIds(Set.of(ReplayKeys.BIASED - 1))
            .origin(new Origin("ada", "s1", "conversation of ada", "t1", TextRetention.FULL))
            .build();

    private final MasterKeys masterKeys = new MasterKeys(List.of(MasterKey.random()));
    private final ContentKeys keys = new ContentKeys(masterKeys, Clock.systemUTC(), 10);
    private final List<PromptEntry> entries = Collections.synchronizedList(new ArrayList<>());
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    private PromptRecorder recorder(TextRetention most, IdentityMode mode, Redactor redactor, EntrySink sink) {
        GuardedRedaction redaction = new GuardedRedaction(redactor, Duration.ofSeconds(10), 2);
        PromptRecorder recorder =
                new PromptRecorder("i1", Identities.of(mode, masterKeys), new TextKeeper(most, redaction, keys), sink);
        open.addAll(List.of(recorder, redaction));
        return recorder;
    }

    private GenerationListener listener(TextRetention most) {
        return recorder(most, IdentityMode.HMAC, new PatternRedactor(), this::keep)
                .listener("demo");
    }

    private CompletableFuture<Void> keep(PromptEntry entry) {
        entries.add(entry);
        return CompletableFuture.completedFuture(null);
    }

    private static GenerationResult result(@Nullable ReplayKey key) throws InterruptedException {
        ScriptedGeneration.Script script =
                ScriptedGeneration.of(1, 2, 3).delta("Me", 4).delta("lusine", 5);
        return (key == null ? script : script.replayKey(key))
                .endsBy(FinishReason.STOP)
                .awaitEnd();
    }

    private PromptEntry ended(GenerationListener listener, GenerationRequest request) throws Exception {
        listener.ended(request, result(ReplayKeys.withTexts()))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        return entries.getLast();
    }

    private PromptDocument prompt(PromptEntry entry) {
        PromptContent content = entry.content();
        return new Documents()
                .prompt(keys.decrypt(entry.key(), entry.record().id(), PromptContent.PROMPT, content.prompt()));
    }

    @ParameterizedTest
    @EnumSource
    void noColumnHasStopStringsOrTokenIdsOrAHashWithoutAKey(TextRetention most) throws Exception {
        GenerationListener listener = listener(most);
        listener.admitted("7", REQUEST, Instant.EPOCH);

        ended(listener, REQUEST);

        assertThat(entries)
                .hasSize(2)
                .allSatisfy(entry -> assertThat(entry.record().toString())
                        .doesNotContain(
                                ReplayKeys.STOP,
                                String.valueOf(ReplayKeys.BIASED),
                                String.valueOf(ReplayKeys.BIASED - 1),
                                "a".repeat(64),
                                "b".repeat(64))
                        .contains("\"stopStrings\":1", "\"stopIds\":1", "\"logitBiases\":1"));
    }

    @Test
    void theKeyInTheColumnSaysAllThatIsNoText() throws Exception {
        ReplayKey whole = ReplayKeys.withTexts();

        ReplayKey kept = ReplayKey.parse(
                ended(listener(TextRetention.NONE), REQUEST).record().settings().replayKey());

        assertThat(kept.model()).isEqualTo(whole.model());
        assertThat(kept.promptHash()).isEmpty();
        assertThat(kept.settings())
                .isEqualTo(new ReplayKey.Settings(
                        new SamplingOptions(0.5, 40, 0.9, 0.1, 1.1, 0.2, 0.3, Map.of()),
                        64,
                        List.of(),
                        Set.of(0),
                        Optional.empty(),
                        7,
                        0));
    }

    @Test
    void stopStringsAndTheWholeKeyAreAmongTheEncryptedTexts() throws Exception {
        PromptDocument prompt = prompt(ended(listener(TextRetention.FULL), REQUEST));

        assertThat(prompt.text()).isEqualTo("Who am I?");
        assertThat(prompt.stopStrings()).containsExactly(ReplayKeys.STOP);
        assertThat(prompt.replayKey()).isEqualTo(ReplayKeys.withTexts().toString());
    }

    @Test
    void whatIsRedactedHasStopStringsRedactedAndNoKey() throws Exception {
        GenerationRequest request =
                REQUEST.mutate().stopStrings(List.of("ada@example.org")).build();

        PromptDocument prompt = prompt(ended(listener(TextRetention.REDACTED), request));

        assertThat(prompt.stopStrings()).containsExactly("[EMAIL]");
        assertThat(prompt.replayKey()).isNull();
    }

    @Test
    void aSchemaIsKnownByAKeyedHash() throws Exception {
        GenerationRequest request = GenerationRequest.builder(new Prompt.Text("Who am I?"))
                .jsonSchema(SCHEMA)
                .build();

        String options =
                ended(listener(TextRetention.NONE), request).record().settings().options();

        assertThat(options).doesNotContain(SCHEMA.hash(), "Melusine");
        assertThat(new PromptHashes(masterKeys)
                        .matches(FurtherOptions.parse(options).jsonSchemaHash(), SCHEMA.hash()))
                .isTrue();
    }

    @Test
    void whoAsksThatNoTextBeKeptLeavesNoHashOfItButStaysAccountable() throws Exception {
        GenerationRequest request = GenerationRequest.builder(new Prompt.Text("Who am I?"))
                .jsonSchema(SCHEMA)
                .origin(REQUEST.origin().withRetention(TextRetention.NONE))
                .build();
        GenerationListener listener = listener(TextRetention.FULL);
        listener.admitted("7", request, Instant.EPOCH);

        PromptRecord record = ended(listener, request).record();

        assertThat(record.contentState()).isEqualTo(ContentState.NONE);
        assertThat(record.promptHash()).isNull();
        assertThat(record.answerHash()).isNull();
        assertThat(entries)
                .extracting(
                        entry -> FurtherOptions.parse(entry.record().settings().options()))
                .allSatisfy(options -> {
                    assertThat(options.jsonSchema()).isTrue();
                    assertThat(options.jsonSchemaHash()).isNull();
                });
        assertThat(record.caller().userKey())
                .as("found and erased with all of that user, and counted in a budget")
                .isEqualTo(ended(listener, REQUEST).record().caller().userKey());
    }

    @ParameterizedTest
    @EnumSource
    void conversationsAreNamedAsUsersAre(IdentityMode mode) throws Exception {
        String kept = ended(
                        recorder(TextRetention.NONE, mode, new PatternRedactor(), this::keep)
                                .listener("demo"),
                        REQUEST)
                .record()
                .caller()
                .conversation();

        switch (mode) {
            case HMAC ->
                assertThat(kept)
                        .doesNotContain("ada")
                        .isEqualTo(Identities.of(mode, masterKeys)
                                .conversations()
                                .of("conversation of ada")
                                .orElseThrow());
            case PLAIN -> assertThat(kept).isEqualTo("conversation of ada");
            case NONE -> assertThat(kept).isNull();
        }
    }

    @Test
    void aGenerationOfAForeignEngineHasOneRecordFromAdmissionToEnd() throws Exception {
        GenerationListener listener = listener(TextRetention.NONE);
        listener.admitted(ScriptedGeneration.ID, REQUEST, Instant.EPOCH);

        ended(listener, REQUEST);

        assertThat(entries).hasSize(2);
        assertThat(entries.getFirst().record().id())
                .isEqualTo(entries.getLast().record().id());
    }

    @Test
    void namesOfRecordsAreInTheOrderOfTimeAndNeverThoseOfOthers() {
        Instant time = Instant.parse("2026-11-25T12:00:00.123456789Z");

        assertThat(RecordId.of("7", time)).isEqualTo(RecordId.of("7", time.minusNanos(789)));
        assertThat(RecordId.of("7", time).version()).isEqualTo(7);
        assertThat(RecordId.of("7", time).variant()).isEqualTo(2);
        assertThat(RecordId.of("7", time)).isNotEqualTo(RecordId.of("8", time));
        assertThat(RecordId.of("7", time)).isNotEqualTo(RecordId.of("7", time.plusNanos(1_000)));
        assertThat(RecordId.of("7", time).toString())
                .isLessThan(RecordId.of("7", time.plusMillis(1)).toString());
        String ours = GenerationId.next();
        assertThat(RecordId.of(ours, time)).isEqualTo(GenerationId.uuid(ours));
    }

    @ParameterizedTest
    @EnumSource
    void theEngineIsNotHeldUpWhateverIsKept(TextRetention most) throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        GenerationListener listener = recorder(most, IdentityMode.HMAC, new PatternRedactor(), entry -> {
                    threads.add(Thread.currentThread());
                    awaitUninterruptibly(goOn);
                    return keep(entry);
                })
                .listener("demo");

        CompletableFuture<?> shown = listener.ended(REQUEST, result(null)).toCompletableFuture();

        assertThat(shown).isNotDone();
        goOn.countDown();
        shown.get(30, TimeUnit.SECONDS);
        assertThat(threads).hasSize(1).doesNotContain(Thread.currentThread());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void closingWaitsForTheRecordsOfWhatHasEnded() throws Exception {
        PromptRecorder recorder = recorder(TextRetention.NONE, IdentityMode.HMAC, new PatternRedactor(), entry -> {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            return keep(entry);
        });
        GenerationListener listener = recorder.listener("demo");
        for (int i = 0; i < 100; i++) {
            var _ = listener.ended(REQUEST, result(null));
        }

        assertThat(recorder.awaitRecorded(Duration.ZERO)).isFalse();
        recorder.close();

        assertThat(entries).hasSize(100);
        listener.ended(REQUEST, result(null)).toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertThat(entries).as("what ends later is not lost either").hasSize(101);
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void whateverGoesWrongWithATextCostsNoRecordAndIsNotQuoted(CapturedOutput output) throws Exception {
        Clock failing = mock(Clock.class);
        when(failing.instant()).thenThrow(new IllegalStateException("cannot keep: Who am I?"));
        GuardedRedaction redaction = new GuardedRedaction(new PatternRedactor(), Duration.ofSeconds(10), 1);
        PromptRecorder recorder = new PromptRecorder(
                "i1",
                Identities.of(IdentityMode.HMAC, masterKeys),
                new TextKeeper(TextRetention.FULL, redaction, new ContentKeys(masterKeys, failing, 10)),
                this::keep);
        open.addAll(List.of(recorder, redaction));

        PromptEntry entry = ended(recorder.listener("demo"), REQUEST);

        assertThat(entry.record().contentState()).isEqualTo(ContentState.DROPPED);
        assertThat(entry.content()).isNull();
        assertThat(entry.record().tokens().completionTokens()).isEqualTo(2);
        assertThat(output).contains(entry.record().id().toString(), "IllegalStateException");
        assertThat(output).doesNotContain("Who am I?");
    }
}
