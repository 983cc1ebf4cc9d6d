package org.olmo4j.constraint;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.format.Format;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A schema of schemas.json, with an independent judge (networknt's json-schema-validator, with formats as assertions).
 *
 * @param name what it is about
 * @param schema the schema
 */
record SchemaCase(String name, JsonNode schema) {

    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    /** The judge's own check asks also whether the top-level domain exists today. */
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDialect(
            Dialect.builder(Dialects.getDraft202012()).format(new MailAddress()).build());

    static List<SchemaCase> all() {
        try (InputStream json =
                Objects.requireNonNull(SchemaCase.class.getResourceAsStream("schemas.json"), "schemas.json")) {
            List<SchemaCase> cases = new ArrayList<>();
            for (JsonNode one : JsonMapper.shared().readTree(json)) {
                cases.add(new SchemaCase(one.get("name").asString(), one.get("schema")));
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonSchema parsed() {
        return JsonSchema.parse(schema.toString());
    }

    /** What is wrong with a document; empty if it conforms. */
    List<String> faults(String document) {
        STRICT.readTree(document);
        Schema judge = REGISTRY.getSchema(schema.toString(), InputFormat.JSON);
        return judge
                .validate(
                        STRICT.readTree(document),
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }

    @Override
    public String toString() {
        return name;
    }

    /** The expression of the HTML standard (html.spec.whatwg.org, "valid email address"). */
    private static final class MailAddress implements Format {
        private static final Pattern VALID =
                Pattern.compile("[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}"
                        + "[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*");

        @Override
        public String getName() {
            return "email";
        }

        @Override
        public boolean matches(ExecutionContext context, String value) {
            return VALID.matcher(value).matches();
        }
    }
}
