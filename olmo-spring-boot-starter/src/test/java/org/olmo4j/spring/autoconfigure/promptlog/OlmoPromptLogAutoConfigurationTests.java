package org.olmo4j.spring.autoconfigure.promptlog;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.constraint.JsonSchema;
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
import org.olmo4j.spring.promptlog.admin.GivenTexts;
import org.olmo4j.spring.promptlog.admin.PromptFilter;
import org.olmo4j.spring.promptlog.admin.PromptLog;
import org.olmo4j.spring.promptlog.admin.PromptLog.ReadRecord;
import org.olmo4j.spring.promptlog.admin.PromptTexts;
import org.olmo4j.spring.promptlog.admin.ReplayAnswer;
import org.olmo4j.spring.promptlog.admin.TooManyGuessesException;
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
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;

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
            assertThat(record.caller().conversation()).isNotBlank().doesNotContain("conversation 7");
            assertThat(record.times().firstToken())
                    .isAfterOrEqualTo(record.times().started());
            assertThat(record.energy().energyProvenance()).isNotNull();
            assertThat(record.contentState()).isEqualTo(ContentState.NONE);
            assertThat(texts(context, record)).isEqualTo(new PromptTexts(null, null, null));
            PromptLog log = context.getBean(PromptLog.class);
            PromptFilter sameConversation =
                    PromptFilter.builder().conversation("conversation 7").build();
            assertThat(log.page(READER, sameConversation, 0, 10).items()).containsExactly(record);
            assertThat(log.reads(READER, 10).getFirst().filter())
                    .as("not what was looked for")
                    .isEqualTo("conversation");
        });
    }

    @Test
    void twoUsersThatLoggedInDifferAlthoughNoCodeNamesThem() {
        runner().run(context -> {
            ChatClient chat = context.getBean(ChatClient.Builder.class).build();
            for (String user : List.of("ada", "bob", "ada")) {
                SecurityContextHolder.setContext(
                        new SecurityContextImpl(new TestingAuthenticationToken(user, "secret", "ROLE_USER")));
                try {
                    chat.prompt("Hello?").call().content();
                } finally {
                    SecurityContextHolder.clearContext();
                }
            }

            assertThat(records(context)).hasSize(3);
            PromptLog log = context.getBean(PromptLog.class);
            for (Map.Entry<String, Long> asked : Map.of("ada", 2L, "bob", 1L).entrySet()) {
                PromptFilter ofUser =
                        PromptFilter.builder().user(asked.getKey()).build();
                assertThat(log.page(READER, ofUser, 0, 10).total()).isEqualTo(asked.getValue());
            }
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
                            .scan()
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
                    .replay(READER, record.id(), GivenTexts.NONE)
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

            assertThat(log.replay(READER, record.id(), GivenTexts.NONE))
                    .map(ReplayAnswer::reasons)
                    .hasValue(List.of("The prompt is not kept as it was; give it as prompt"));
            assertThat(log.replay(READER, record.id(), new GivenTexts("Tell a joke", null)))
                    .map(ReplayAnswer::reasons)
                    .hasValue(List.of("The given prompt is not the recorded one"));
            assertThat(log.replay(READER, record.id(), new GivenTexts("Tell a story", null)))
                    .map(ReplayAnswer::outcome)
                    .hasValue(ReplayAnswer.Outcome.IDENTICAL);
        });
    }

    private static final JsonSchema SCHEMA =
            JsonSchema.parse("{\"type\": \"array\", \"items\": {\"type\": \"boolean\"}, \"maxItems\": 3}");

    @Test
    void anAnswerThatWasHeldToASchemaIsReplayedWithTheSchema() {
        runner().run(context -> {
            context.getBean(Engine.class)
                    .submit(request("Tell a story")
                            .maxTokens(8)
                            .jsonSchema(SCHEMA)
                            .build())
                    .await();
            PromptRecord record = only(context);
            PromptLog log = context.getBean(PromptLog.class);

            assertThat(log.replay(READER, record.id(), new GivenTexts("Tell a story", null)))
                    .map(ReplayAnswer::reasons)
                    .hasValue(List.of("The JSON schema of the answer is not kept as it was; give it as jsonSchema"));
            assertThat(log.replay(READER, record.id(), new GivenTexts("Tell a story", "{\"type\": \"null\"}")))
                    .map(ReplayAnswer::reasons)
                    .hasValue(List.of("The given prompt and JSON schema are not both the recorded ones"));
            assertThat(log.replay(READER, record.id(), new GivenTexts("Tell a story", SCHEMA.text())))
                    .map(ReplayAnswer::outcome)
                    .hasValue(ReplayAnswer.Outcome.IDENTICAL);
        });
    }

    @Test
    void whatWasKeptInFullIsReplayedWithItsStopStringsAndItsSchema() {
        runner().withPropertyValues("olmo.log.content=full").run(context -> {
            Engine engine = context.getBean(Engine.class);
            engine.submit(request("Tell a story")
                            .maxTokens(12)
                            .stopStrings(List.of("Rumpelstiltskin"))
                            .build())
                    .await();
            engine.submit(request("Tell a story")
                            .maxTokens(8)
                            .jsonSchema(SCHEMA)
                            .build())
                    .await();

            assertThat(records(context)).hasSize(2).allSatisfy(record -> {
                assertThat(record.toString()).doesNotContain("Rumpelstiltskin", SCHEMA.hash());
                assertThat(context.getBean(PromptLog.class).replay(READER, record.id(), GivenTexts.NONE))
                        .map(ReplayAnswer::outcome)
                        .hasValue(ReplayAnswer.Outcome.IDENTICAL);
            });
        });
    }

    @Test
    void aReplayThatWouldNeedTextsThatAreNotKeptSaysWhich() {
        runner().run(context -> {
            Engine engine = context.getBean(Engine.class);
            engine.submit(request("Tell a story")
                            .stopStrings(List.of("The", "end"))
                            .build())
                    .await();
            PromptRecord record = only(context);
            engine.submit(request("Tell a story")
                            .origin(Origin.UNKNOWN.withRetention(TextRetention.NONE))
                            .build())
                    .await();
            PromptRecord optedOut = records(context).getFirst();
            PromptLog log = context.getBean(PromptLog.class);
            GivenTexts given = new GivenTexts("Tell a story", null);

            assertThat(log.replay(READER, record.id(), given).orElseThrow().reasons())
                    .singleElement()
                    .asString()
                    .startsWith("The request had 2 stop strings");
            assertThat(log.replay(READER, optedOut.id(), given).orElseThrow().reasons())
                    .containsExactly("The request asked that nothing of its texts be kept, so no hash of them is");
        });
    }

    @Test
    void guessesOfAPromptAreOnRecordAndEndAfterTenThatAreWrong() {
        runner().run(context -> {
            context.getBean(Engine.class)
                    .submit(request("My PIN is 4711").build())
                    .await();
            PromptRecord record = only(context);
            PromptLog log = context.getBean(PromptLog.class);
            for (int pin = 0; pin < 10; pin++) {
                log.replay("eve", record.id(), new GivenTexts("My PIN is " + pin, null));
                log.replay("ann", record.id(), new GivenTexts("My PIN is 4711", null));
            }

            assertThatThrownBy(() -> log.replay("eve", record.id(), new GivenTexts("My PIN is 4711", null)))
                    .isInstanceOf(TooManyGuessesException.class)
                    .hasMessageContaining("10 texts");
            assertThat(log.reads(READER, 100).stream()
                            .filter(read -> read.activity().equals("guess"))
                            .filter(read -> record.id().equals(read.recordId()))
                            .collect(groupingBy(read -> read.reader() + " " + read.filter(), counting())))
                    .isEqualTo(Map.of("eve mismatch", 10L, "eve refused", 1L, "ann match", 10L));
            assertThat(log.reads(READER, 100).toString()).doesNotContain("PIN");
        });
    }

    @Test
    void aTextThatCannotBeDecryptedSaysWhyWhereverItIsShown() {
        String lost = newKey();
        runner().withPropertyValues("olmo.log.content=full", "olmo.log.master-keys=" + lost)
                .run(context -> {
                    context.getBean(Engine.class)
                            .submit(request("Hello").user("ada").build())
                            .await();
                    assertThat(records(context)).hasSize(1);
                });
        runner().withPropertyValues("olmo.log.content=full", "olmo.log.users=plain", "olmo.log.master-keys=" + newKey())
                .run(context -> {
                    PromptRecord record = only(context);
                    PromptLog log = context.getBean(PromptLog.class);

                    assertThat(texts(context, record).prompt()).isNull();
                    assertThat(texts(context, record).unreadable()).contains("wrapped by master key", "Give that");
                    assertThat(log.search(READER, PromptFilter.ALL, "Hello", null, 10, 100)
                                    .unreadable())
                            .isEqualTo(1);
                    assertThat(log.replay(READER, record.id(), GivenTexts.NONE)
                                    .orElseThrow()
                                    .outcome())
                            .isEqualTo(ReplayAnswer.Outcome.NOT_COMPARABLE);
                });
    }

    private static String newKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
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
            log.record("dan", UUID.randomUUID());
            log.read("eve", UUID.randomUUID());
            log.erase("ben", "ada");

            assertThat(log.reads("cat", 10))
                    .extracting(read -> read.reader() + " " + read.activity() + " " + read.filter())
                    .containsExactly("ben erase null", "eve read with texts", "dan read null", "ann list null");
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
            runner().withPropertyValues(key + "=999us").run(context -> {
                assertThat(context).hasFailed();
                assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("1 ms or more");
                assertThat(context.getStartupFailure()).hasStackTraceContaining("Property " + key + " with value");
            });
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
