package org.olmo4j.spring.autoconfigure.promptlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.spring.autoconfigure.OlmoAutoConfiguration;
import org.olmo4j.spring.autoconfigure.OlmoEnergyAutoConfiguration;
import org.olmo4j.spring.autoconfigure.OlmoOriginAutoConfiguration;
import org.olmo4j.spring.chat.OlmoChatOptions;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.UserKind;
import org.olmo4j.spring.promptlog.admin.PromptFilter;
import org.olmo4j.spring.promptlog.admin.PromptLog;
import org.olmo4j.spring.promptlog.admin.PromptLog.ReadRecord;
import org.olmo4j.spring.promptlog.admin.PromptTexts;
import org.olmo4j.spring.promptlog.admin.ReplayAnswer;
import org.olmo4j.spring.promptlog.redaction.Redactor;
import org.olmo4j.spring.promptlog.service.PromptLogService;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@Timeout(120)
class OlmoPromptLogAutoConfigurationTests {

    private static final String READER = "an administrator";

    @TempDir
    private Path folder;

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        OlmoPromptLogAutoConfiguration.class,
                        OlmoOriginAutoConfiguration.class,
                        OlmoEnergyAutoConfiguration.class,
                        OlmoAutoConfiguration.class,
                        ChatClientAutoConfiguration.class))
                .withPropertyValues(
                        "olmo.model=../sample-app/src/main/resources/demo-model",
                        "olmo.name=demo",
                        "olmo.load.start-wait=60s",
                        "olmo.chat.max-tokens=4",
                        "olmo.log.folder=" + folder);
    }

    private static List<PromptRecord> records(AssertableApplicationContext context) throws InterruptedException {
        assertThat(context.getBean(PromptLogService.class).flush(Duration.ofSeconds(30)))
                .isTrue();
        return context.getBean(PromptLog.class)
                .page(READER, PromptFilter.ALL, 0, 100)
                .items();
    }

    private static PromptRecord only(AssertableApplicationContext context) throws InterruptedException {
        List<PromptRecord> records = records(context);
        assertThat(records).hasSize(1);
        return records.getFirst();
    }

    private static PromptTexts texts(AssertableApplicationContext context, PromptRecord record) {
        return context.getBean(PromptLog.class)
                .read(READER, record.id())
                .map(ReadRecord::texts)
                .orElseThrow();
    }

    private static GenerationRequest.Builder request(String text) {
        return GenerationRequest.builder(new org.olmo4j.engine.Prompt.Text(text))
                .maxTokens(3);
    }

    @Test
    void everyAnswerIsOnRecordWithoutItsTextsUnlessTheyAreAskedFor() {
        runner().run(context -> {
            context.getBean(ChatClient.Builder.class)
                    .build()
                    .prompt("Hello?")
                    .options(OlmoChatOptions.builder().user("ada").session("s1").seed(7L))
                    .advisors(advisors -> advisors.param(ChatMemory.CONVERSATION_ID, "conversation 7"))
                    .call()
                    .content();

            PromptRecord record = only(context);
            assertThat(record.model().modelName()).isEqualTo("demo");
            assertThat(record.model().backend()).isEqualTo("cpu");
            assertThat(record.model().fingerprint()).isNotBlank();
            assertThat(record.outcome().status()).isEqualTo(PromptStatus.COMPLETED);
            assertThat(record.tokens().completionTokens()).isBetween(1, 4);
            assertThat(record.tokens().promptTokens()).isPositive();
            assertThat(record.settings().seed()).isEqualTo(7);
            assertThat(record.settings().replayKey()).isNotBlank();
            assertThat(record.caller().userKind()).isEqualTo(UserKind.HMAC);
            assertThat(record.caller().userKey()).doesNotContain("ada");
            assertThat(record.caller().conversation()).isEqualTo("conversation 7");
            assertThat(record.times().firstToken())
                    .isAfterOrEqualTo(record.times().started());
            assertThat(record.energy().energyProvenance()).isNotNull();
            assertThat(record.contentState()).isEqualTo(ContentState.NONE);
            assertThat(texts(context, record)).isEqualTo(new PromptTexts(null, null));
        });
    }

    @Test
    void whoBypassesTheChatModelIsOnRecordAsWell() {
        runner().run(context -> {
            Engine engine = context.getBean(Engine.class);
            engine.submit(request("A story").build()).await();
            Generation cancelled = engine.submit(
                    request("A long story").maxTokens(400).ignoreEndOfText(true).build());
            cancelled.cancel();
            cancelled.awaitEnd();
            assertThatThrownBy(() -> engine.submit(
                            GenerationRequest.builder(new org.olmo4j.engine.Prompt.Tokens(new int[] {10_000_000}))
                                    .build()))
                    .isInstanceOf(InvalidRequestException.class);
            engine.drain(Duration.ZERO);
            assertThatThrownBy(() -> engine.submit(request("Refused").build())).hasMessageContaining("drain");
            engine.resume();

            assertThat(records(context))
                    .extracting(record -> record.outcome().status())
                    .containsExactlyInAnyOrder(
                            PromptStatus.COMPLETED, PromptStatus.CANCELLED, PromptStatus.FAILED, PromptStatus.REFUSED);
        });
    }

    @Test
    void textsAreReadSearchedExportedAndErased() {
        runner().withPropertyValues("olmo.log.content=full").run(context -> {
            ChatModel model = context.getBean(ChatModel.class);
            for (String user : List.of("ada", "bob")) {
                model.call(new Prompt(
                        "The secret of " + user + " is Rumpelstiltskin",
                        OlmoChatOptions.builder().user(user).maxTokens(4).build()));
            }
            List<PromptRecord> records = records(context);
            PromptLog log = context.getBean(PromptLog.class);

            assertThat(records).hasSize(2);
            assertThat(texts(context, records.getLast()).prompt().texts())
                    .containsExactly("The secret of ada is Rumpelstiltskin");
            assertThat(texts(context, records.getLast()).answer().tokenIds())
                    .hasSize(records.getLast().tokens().completionTokens());
            assertThat(log.search(READER, PromptFilter.ALL, "ADA IS RUMPEL", null, 10, 100)
                            .items())
                    .containsExactly(records.getLast());

            List<ReadRecord> exported = new ArrayList<>();
            log.export(READER, "ada", exported::add);
            assertThat(exported).hasSize(1);
            assertThat(exported.getFirst().texts()).isEqualTo(texts(context, records.getLast()));

            assertThat(log.erase(READER, "ada").records()).isEqualTo(1);
            log.export(READER, "ada", read -> {
                throw new AssertionError("still there: " + read);
            });
            PromptRecord anonymous = log.record(READER, records.getLast().id()).orElseThrow();
            assertThat(anonymous.contentState()).isEqualTo(ContentState.ERASED);
            assertThat(anonymous.caller().userKey()).isNull();
            assertThat(anonymous.tokens()).isEqualTo(records.getLast().tokens());
            assertThat(texts(context, records.getFirst()).prompt().texts())
                    .containsExactly("The secret of bob is Rumpelstiltskin");
        });
    }

    @Test
    void noFileHasATextOrTheNameOfAUser() throws IOException {
        runner().withPropertyValues("olmo.log.content=full").run(context -> {
            context.getBean(ChatModel.class)
                    .call(new Prompt(
                            "The secret is Rumpelstiltskin",
                            OlmoChatOptions.builder().user("ada-lovelace").build()));
            assertThat(records(context)).hasSize(1);
        });
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("Rumpelstiltskin", "ada-lovelace");
            }
        }
    }

    @Test
    void aRequestCanOnlyAskForLess() {
        runner().withPropertyValues("olmo.log.content=redacted").run(context -> {
            Engine engine = context.getBean(Engine.class);
            for (TextRetention asked : TextRetention.values()) {
                engine.submit(request("Write to ada@example.org")
                                .origin(Origin.UNKNOWN.withRetention(asked))
                                .build())
                        .await();
            }
            List<PromptRecord> records = records(context);

            assertThat(records)
                    .extracting(PromptRecord::contentState)
                    .containsExactlyInAnyOrder(ContentState.NONE, ContentState.REDACTED, ContentState.REDACTED);
            assertThat(records.stream()
                            .map(record -> texts(context, record).prompt())
                            .filter(prompt -> prompt != null)
                            .map(prompt -> prompt.text()))
                    .containsExactly("Write to [EMAIL]", "Write to [EMAIL]");
        });
    }

    @Test
    void aRedactorThatFailsCostsTheTextOnly() {
        Redactor failing = text -> {
            throw new IllegalStateException("cannot: " + text);
        };
        runner().withPropertyValues("olmo.log.content=redacted")
                .withBean(Redactor.class, () -> failing)
                .run(context -> {
                    context.getBean(Engine.class)
                            .submit(request("Hello").build())
                            .await();

                    assertThat(only(context).contentState()).isEqualTo(ContentState.REDACTION_FAILED);
                    assertThat(context.getBean(PromptLogService.class).withheldTexts())
                            .isPositive();
                });
    }

    @Test
    void aKeptAnswerIsReplayed() {
        runner().withPropertyValues("olmo.log.content=full").run(context -> {
            context.getBean(ChatModel.class)
                    .call(new Prompt(
                            "Tell a story",
                            OlmoChatOptions.builder()
                                    .temperature(1.0)
                                    .maxTokens(12)
                                    .build()));

            PromptRecord record = only(context);
            ReplayAnswer answer = context.getBean(PromptLog.class)
                    .replay(READER, record.id(), null)
                    .orElseThrow();

            assertThat(answer.outcome()).isEqualTo(ReplayAnswer.Outcome.IDENTICAL);
            assertThat(records(context))
                    .first()
                    .satisfies(replay -> assertThat(replay.caller().replayOf()).isEqualTo(record.generationId()));
        });
    }

    @Test
    void anAnswerThatIsNotKeptIsReplayedWithThePromptAndComparedByHashes() {
        runner().run(context -> {
            context.getBean(ChatModel.class)
                    .call(new Prompt(
                            "Tell a story",
                            OlmoChatOptions.builder()
                                    .temperature(1.0)
                                    .maxTokens(12)
                                    .build()));
            PromptRecord record = only(context);
            PromptLog log = context.getBean(PromptLog.class);

            assertThat(log.replay(READER, record.id(), null))
                    .map(ReplayAnswer::reasons)
                    .hasValue(List.of("The prompt is not kept as it was; give it as prompt"));
            assertThat(log.replay(READER, record.id(), "Tell a joke"))
                    .map(ReplayAnswer::reasons)
                    .hasValue(List.of("The given prompt is not the recorded one"));
            assertThat(log.replay(READER, record.id(), "Tell a story"))
                    .map(ReplayAnswer::outcome)
                    .hasValue(ReplayAnswer.Outcome.IDENTICAL);
        });
    }

    @Test
    void whatWasRecordedIsThereAfterARestartAndTotalsGoOn() {
        runner().run(context -> {
            context.getBean(Engine.class)
                    .submit(request("Hello").user("ada").build())
                    .await();
            assertThat(only(context).instance()).isNotBlank();
        });
        runner().run(context -> {
            assertThat(only(context).outcome().status()).isEqualTo(PromptStatus.COMPLETED);
            assertThat(context.getBean(org.olmo4j.spring.footprint.FootprintTotals.class)
                            .total()
                            .requests())
                    .isEqualTo(1);
        });
    }

    @Test
    void whoLookedIsOnRecord() {
        runner().run(context -> {
            PromptLog log = context.getBean(PromptLog.class);
            log.page("ann", PromptFilter.ALL, 0, 10);
            log.erase("ben", "ada");

            assertThat(log.reads("cat", 10))
                    .extracting(read -> read.reader() + " " + read.activity())
                    .containsExactly("ben erase", "ann list");
        });
    }

    @Test
    void theApplicationSeesNothingOfTheDatabase() {
        runner().run(context -> {
            assertThat(context).hasSingleBean(PromptLog.class);
            assertThat(context.getBeansOfType(DataSource.class)).isEmpty();
            assertThat(context.getBeansOfType(SessionFactory.class)).isEmpty();
            assertThat(context.getBeansOfType(Flyway.class)).isEmpty();
        });
    }

    @Test
    void aSecondApplicationOnTheSameFolderIsToldSo() {
        runner().run(first -> runner().run(second -> {
            assertThat(first).hasNotFailed();
            assertThat(second).hasFailed();
            assertThat(second.getStartupFailure()).rootCause().hasMessageContaining(folder.toString());
        }));
    }

    @Test
    void canBeSwitchedOffAndIsOffWithoutItsLibraries() {
        runner().withPropertyValues("olmo.log.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(PromptLogService.class));
        for (String missing : List.of("org.hibernate", "org.flywaydb", "com.zaxxer", "org.springframework.data.jpa")) {
            runner().withClassLoader(new FilteredClassLoader(missing))
                    .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(PromptLogService.class));
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anIntervalOfLessThanAMillisecondIsRefusedByItsName() {
        for (String key : List.of("olmo.log.retention.interval", "olmo.log.redaction-timeout")) {
            for (String value : List.of("999us", "0s", "-1h")) {
                runner().withPropertyValues(key + "=" + value).run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("1 ms or more");
                    assertThat(context.getStartupFailure()).hasStackTraceContaining("Property " + key + " with value");
                });
            }
        }
        // Nothing is left open: the folder can be used.
        runner().run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aKeyThatIsNoneIsRefusedWithItsRule() {
        runner().withPropertyValues("olmo.log.master-keys=secret").run(context -> {
            assertThat(context).hasFailed();
            assertThat(Optional.of(context.getStartupFailure()))
                    .get()
                    .satisfies(failure -> assertThat(failure).rootCause().hasMessageContaining("32"));
        });
    }
}
