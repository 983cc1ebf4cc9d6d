package org.olmo4j.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.format.Format;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.Olmo;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.text.ChatMessage;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The demo model at temperature 1, held to a hundred schemas: every answer conforms, unless the token limit cuts it. */
class DemoModelSchemaTest {

    private static final Path SCHEMAS = Path.of("../olmo-core/src/test/resources/org/olmo4j/constraint/schemas.json");
    private static final SamplingOptions DRAWN = new SamplingOptions(1, 0, 1, 0, 1, 0, 0, Map.of());
    private static final int MAX_TOKENS = 200;
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final SchemaRegistry JUDGES = SchemaRegistry.withDialect(
            Dialect.builder(Dialects.getDraft202012()).format(new MailAddress()).build());

    private static Olmo olmo;

    @BeforeAll
    static void load() {
        olmo = Olmo.load("classpath:demo-model");
    }

    @AfterAll
    static void close() {
        olmo.close();
    }

    @Test
    void everyAnswerConformsOrIsCut(TestReporter reporter) throws Exception {
        everyAnswerConformsOrIsCut(2, reporter);
    }

    @Test
    @Tag("long")
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void everyAnswerOfTwentySeedsConformsOrIsCut(TestReporter reporter) throws Exception {
        everyAnswerConformsOrIsCut(20, reporter);
    }

    private static void everyAnswerConformsOrIsCut(int seeds, TestReporter reporter) throws Exception {
        int complete = 0;
        int cut = 0;
        JsonNode schemas = JsonMapper.shared().readTree(Files.readString(SCHEMAS));
        assertThat(schemas.size()).isGreaterThanOrEqualTo(100);
        for (JsonNode named : schemas) {
            String schema = named.get("schema").toString();
            Schema judge = JUDGES.getSchema(schema, InputFormat.JSON);
            for (GenerationResult result : answers(named.get("name").asString(), JsonSchema.parse(schema), seeds)) {
                if (result.finishReason() == FinishReason.STOP) {
                    complete++;
                    assertThat(faults(judge, result.text()))
                            .as("%s: %s", named.get("name"), result.text())
                            .isEmpty();
                } else {
                    cut++;
                    assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
                    assertThat(result.usage().completionTokens()).isEqualTo(MAX_TOKENS);
                }
            }
        }
        reporter.publishEntry(Map.of("complete", String.valueOf(complete), "cut", String.valueOf(cut)));
        assertThat(complete).isGreaterThan(cut);
    }

    private static List<GenerationResult> answers(String name, JsonSchema schema, int seeds)
            throws InterruptedException {
        List<Generation> running = new ArrayList<>();
        for (int seed = 0; seed < seeds; seed++) {
            Prompt question = new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, "Give me a " + name)));
            running.add(olmo.engine()
                    .submit(GenerationRequest.builder(question)
                            .sampling(DRAWN)
                            .jsonSchema(schema)
                            .maxTokens(MAX_TOKENS)
                            .seed(seed)
                            .build()));
        }
        List<GenerationResult> results = new ArrayList<>();
        for (Generation generation : running) {
            results.add(generation.await());
        }
        return results;
    }

    private static List<String> faults(Schema judge, String document) {
        return judge
                .validate(
                        STRICT.readTree(document),
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }

    /** The judge's own check asks also whether the top-level domain exists today. */
    private static final class MailAddress implements Format {
        @Override
        public String getName() {
            return "email";
        }

        @Override
        public boolean matches(ExecutionContext context, String value) {
            return value.matches("[^@\\s]+@[a-z0-9.-]+");
        }
    }
}
