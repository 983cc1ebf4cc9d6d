package org.olmo4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.TokenizerException;
import org.olmo4j.hash.Sha256;
import org.olmo4j.spec.Family;
import org.olmo4j.text.ChatMessage.Role;
import org.slf4j.LoggerFactory;

class ChatTemplateTest {

    private static final String CONTENTS = "{% for m in messages %}{{ m.role }}={{ m.content }};{% endfor %}";
    private static final List<ChatMessage> HELLO = List.of(new ChatMessage(Role.USER, "Hello"));

    private static Tokenizer tokenizer;

    @BeforeAll
    static void loadTokenizer() {
        tokenizer = Tokenizer.load(TestData.toy("byte-level", "toy"));
    }

    @AfterAll
    static void closeTokenizer() {
        tokenizer.close();
    }

    @Test
    void ownFilePrecedesTheKeyOfTheConfig() {
        FileModelSource source = model("m")
                .with("tokenizer_config.json", "{\"chat_template\": \"config\"}")
                .with("chat_template.jinja", "file");
        assertThat(load(source).origin()).isEqualTo(ChatTemplate.Origin.MODEL);
        assertThat(load(source).render(HELLO, true)).isEqualTo("file");
    }

    @Test
    void configMayHoldOneTemplateOrNamedOnes() {
        String named = """
            {"chat_template": [{"name": "tool_use", "template": "tools"}, {"name": "default", "template": "chat"}]}\
            """;
        assertThat(load(model("m").with("tokenizer_config.json", "{\"chat_template\": \"one\"}"))
                        .render(HELLO, true))
                .isEqualTo("one");
        assertThat(load(model("m").with("tokenizer_config.json", named)).render(HELLO, true))
                .isEqualTo("chat");
        assertThatThrownBy(() ->
                        load(model("m").with("tokenizer_config.json", "{\"chat_template\": [{\"name\": \"rag\"}]}")))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContainingAll("chat_template", "default");
    }

    @Test
    void templateSeesTheSpecialTokensOfTheConfig() {
        FileModelSource source = model("m")
                .with(
                        "tokenizer_config.json",
                        "{\"bos_token\": \"<|im_start|>\", \"eos_token\": {\"content\": \"<|endoftext|>\"}}")
                .with("chat_template.jinja", "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}");
        assertThat(load(source).render(HELLO, true)).isEqualTo("<|im_start|>Hello<|endoftext|>");
        assertThat(load(source).encode(HELLO, true))
                .startsWith(id("<|im_start|>"))
                .endsWith(id("<|endoftext|>"));
        assertThat(load(model("m").with("chat_template.jinja", "[{{ bos_token }}]"))
                        .render(HELLO, true))
                .isEqualTo("[]");
    }

    @ParameterizedTest
    @CsvSource({
        "/models/OLMo-2-0425-1B-Instruct, '', FAMILY_DEFAULT",
        "/models/OLMo-2-0425-1B-SFT, '', FAMILY_DEFAULT",
        "/models/olmo-2-1124-7b-rlvr1, '', FAMILY_DEFAULT",
        "C:\\models\\Olmo-3-7B-Think, '', FAMILY_DEFAULT",
        "classpath:models/olmo-chat, '', FAMILY_DEFAULT",
        "/cache/models--allenai--OLMo-2-1124-7B-DPO/snapshots/0123abcd, '', FAMILY_DEFAULT",
        "/models/mine, allenai/OLMo-7B-Instruct, FAMILY_DEFAULT",
        "/models/OLMo-2-0425-1B, '', PLAIN_COMPLETION",
        "/home/chat/OLMo-1B-hf, '', PLAIN_COMPLETION",
        "/models/instructor, allenai/OLMo-1B-hf, PLAIN_COMPLETION",
        "/cache/models--allenai--OLMo-1B-hf/snapshots/0123abcd, '', PLAIN_COMPLETION"
    })
    void nameDecidesWithoutATemplate(String location, String nameInConfig, ChatTemplate.Origin origin) {
        FileModelSource source = model(location).with("config.json", "{\"_name_or_path\": \"" + nameInConfig + "\"}");
        assertThat(ChatTemplate.load(source, Family.OLMO2, tokenizer).origin()).isEqualTo(origin);
    }

    @Test
    void familyDefaultNeedsItsTokens() {
        try (Tokenizer other = Tokenizer.load(TestData.toy("word-level", "toy"))) {
            FileModelSource source = model("OLMo-Instruct");
            assertThat(ChatTemplate.load(source, Family.OLMO2, other).origin())
                    .isEqualTo(ChatTemplate.Origin.FAMILY_DEFAULT);
            assertThat(ChatTemplate.load(source, Family.OLMO3, other).origin())
                    .isEqualTo(ChatTemplate.Origin.PLAIN_COMPLETION);
        }
    }

    @Test
    void expertsChatInTheFormatOfOlmo2() {
        ChatTemplate template = ChatTemplate.load(model("OLMoE-1B-7B-0924-Instruct"), Family.OLMOE, tokenizer);
        assertThat(template.render(List.of(new ChatMessage(Role.SYSTEM, "S"), new ChatMessage(Role.USER, "U")), true))
                .isEqualTo("<|endoftext|><|system|>\nS\n<|user|>\nU\n<|assistant|>\n");
    }

    @Test
    void baseModelContinuesTheContentsAndSaysSoOnce() {
        ChatTemplate template = load(model("OLMo-1B"));
        List<ChatMessage> messages =
                List.of(new ChatMessage(Role.SYSTEM, "One"), new ChatMessage(Role.USER, "<|im_end|>"));
        List<ILoggingEvent> events = logged(PlainCompletion.class, () -> {
            assertThat(template.render(messages, true)).isEqualTo("One\n\n<|im_end|>");
            assertThat(template.encode(messages, false)).containsExactly(tokenizer.encode("One\n\n<|im_end|>"));
        });
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getFormattedMessage())
                    .contains("OLMo-1B", "Instruct")
                    .doesNotContain("One");
        });
    }

    @Test
    void refusalOfATemplateIsTheRequestsFault() {
        ChatTemplate template = load(model("m")
                .with(
                        "chat_template.jinja",
                        "{% if messages[0].role == 'user' %}{{ raise_exception('system first') }}{% endif %}x"));
        assertThat(template.render(List.of(new ChatMessage(Role.SYSTEM, "S")), true))
                .isEqualTo("x");
        assertThatThrownBy(() -> template.encode(HELLO, true))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.parameter()).isEqualTo("messages"))
                .hasMessageContaining("system first");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% if %}",
                "{{ messages | no_such_filter }}",
                "{{ no_such_function() }}",
                "{% for m in messages if m %}{% endfor %}",
                "{% for a in range(999) %}{% for b in range(999) %}x{% endfor %}{% endfor %}"
            })
    void brokenTemplateIsKnownWhenTheModelIsLoaded(String jinja) {
        assertThatThrownBy(() -> load(model("models/broken").with("chat_template.jinja", jinja)))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContainingAll("models/broken", "chat_template.jinja");
    }

    @Test
    void noMessagesAreRefused() {
        for (ChatTemplate template :
                List.of(load(model("OLMo-1B")), load(model("m").with("chat_template.jinja", CONTENTS)))) {
            assertThatThrownBy(() -> template.encode(List.of(), true)).isInstanceOf(InvalidRequestException.class);
        }
    }

    @Test
    void resultsOfToolsHaveTheRoleThatTheTemplateNames() {
        List<ChatMessage> messages = List.of(new ChatMessage(Role.USER, "U"), new ChatMessage(Role.TOOL, "R"));
        assertThat(load(model("m").with("chat_template.jinja", CONTENTS)).render(messages, true))
                .isEqualTo("user=U;tool=R;");
        assertThat(load(model("m").with("chat_template.jinja", CONTENTS + "{% if x == \"environment\" %}{% endif %}"))
                        .render(messages, true))
                .isEqualTo("user=U;environment=R;");
        assertThat(ChatTemplate.load(model("Olmo-3-Instruct"), Family.OLMO3, tokenizer)
                        .render(messages, true))
                .contains("<|im_start|>environment\nR<|im_end|>\n");
    }

    @Test
    void resultsOfToolsAreNotLeftOutWithoutAWord() {
        ChatTemplate template = ChatTemplate.load(model("OLMo-2-Instruct"), Family.OLMO2, tokenizer);
        assertThatThrownBy(() -> template.encode(
                        List.of(new ChatMessage(Role.USER, "U"), new ChatMessage(Role.TOOL, "R")), true))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("tool");
    }

    @Test
    void systemMessagesThatTheTemplateLeavesOutAreReportedOnce() {
        ChatTemplate template = ChatTemplate.load(model("OLMo-7B-Instruct"), Family.OLMO, tokenizer);
        List<ChatMessage> messages = List.of(new ChatMessage(Role.SYSTEM, "secret"), new ChatMessage(Role.USER, "U"));
        List<ILoggingEvent> events = logged(JinjaChatTemplate.class, () -> {
            template.encode(messages, true);
            assertThat(template.render(messages, true)).doesNotContain("secret");
        });
        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.getFormattedMessage())
                        .contains("system")
                        .doesNotContain("secret"));
    }

    @Test
    void differentTemplatesHaveDifferentHashes() {
        assertThat(load(model("m").with("chat_template.jinja", "a")).hash())
                .isEqualTo(Sha256.hex(new byte[] {'a'}))
                .isNotEqualTo(load(model("m").with("chat_template.jinja", "b")).hash());
    }

    private static FileModelSource model(String location) {
        return FileModelSource.named(location);
    }

    private static ChatTemplate load(FileModelSource source) {
        return ChatTemplate.load(source, Family.OLMO2, tokenizer);
    }

    private static int id(String token) {
        return tokenizer.idOf(token).orElseThrow();
    }

    private static List<ILoggingEvent> logged(Class<?> by, Runnable action) {
        Logger logger = (Logger) LoggerFactory.getLogger(by);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.addAppender(appender);
        try {
            action.run();
        } finally {
            logger.detachAppender(appender);
        }
        return appender.list;
    }
}
