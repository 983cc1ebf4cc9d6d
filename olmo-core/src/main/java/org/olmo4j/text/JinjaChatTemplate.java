package org.olmo4j.text;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.TokenizerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A chat template in Jinja together with the tokenizer whose special tokens it writes. */
final class JinjaChatTemplate implements ChatTemplate {

    private static final Logger log = LoggerFactory.getLogger(JinjaChatTemplate.class);

    /** OLMo's own word for the results of tools. */
    private static final String ENVIRONMENT = "environment";

    private static final Pattern NAMES_ENVIRONMENT = Pattern.compile("['\"]" + ENVIRONMENT + "['\"]");

    private final JinjaTemplate template;
    private final Origin origin;
    private final Tokenizer tokenizer;
    private final String location;
    private final List<String> specialTokens;
    private final PromptTracer tracer;
    private final String toolRole;
    private final AtomicBoolean systemChecked = new AtomicBoolean();

    JinjaChatTemplate(JinjaTemplate template, Origin origin, Tokenizer tokenizer, String location) {
        this.template = template;
        this.origin = origin;
        this.tokenizer = tokenizer;
        this.location = location;
        this.specialTokens = tokenizer.specialTokens().stream()
                .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()))
                .toList();
        this.tracer = new PromptTracer(template, specialTokens);
        this.toolRole = NAMES_ENVIRONMENT.matcher(template.source()).find() ? ENVIRONMENT : "tool";
        requireParsable();
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return checked(messages, addGenerationPrompt, template::render);
    }

    @Override
    public int[] encode(List<ChatMessage> messages, boolean addGenerationPrompt) {
        TracedText text = checked(messages, addGenerationPrompt, tracer::trace);
        return text.split(specialTokens).stream()
                .flatMapToInt(piece -> switch (piece) {
                    case TracedText.PlainText plain -> IntStream.of(tokenizer.encode(plain.text()));
                    case TracedText.SpecialToken special ->
                        IntStream.of(tokenizer.idOf(special.token()).orElseThrow());
                })
                .toArray();
    }

    @Override
    public String hash() {
        return Sha256.hex(template.source().getBytes(StandardCharsets.UTF_8));
    }

    private interface Rendering<T> {
        T of(List<JinjaTemplate.Turn> turns, boolean addGenerationPrompt) throws JinjaTemplate.RenderException;
    }

    private <T> T checked(List<ChatMessage> messages, boolean addGenerationPrompt, Rendering<T> rendering) {
        requireMessages(messages);
        List<JinjaTemplate.Turn> turns = messages.stream()
                .map(message -> new JinjaTemplate.Turn(roleName(message.role()), message.content()))
                .toList();
        try {
            T rendered = rendering.of(turns, addGenerationPrompt);
            checkNothingIsLeftOut(messages, turns, addGenerationPrompt);
            return rendered;
        } catch (JinjaTemplate.RenderException e) {
            throw new InvalidRequestException(
                    "messages",
                    "The chat template of " + location + (e.refused() ? " refuses" : " cannot render")
                            + " the messages: " + e.getMessage(),
                    "Check the order and the roles of the messages");
        }
    }

    /** Templates pass over roles that they do not know without a word. */
    private void checkNothingIsLeftOut(
            List<ChatMessage> messages, List<JinjaTemplate.Turn> turns, boolean addGenerationPrompt)
            throws JinjaTemplate.RenderException {
        if (has(messages, ChatMessage.Role.TOOL) && leavesOut(toolRole, turns, addGenerationPrompt)) {
            throw new InvalidRequestException(
                    "messages",
                    "The chat template of " + location + " has no place for the result of a tool",
                    "Put it into a user message, or use a model that was trained with tools");
        }
        if (has(messages, ChatMessage.Role.SYSTEM)
                && systemChecked.compareAndSet(false, true)
                && leavesOut(roleName(ChatMessage.Role.SYSTEM), turns, addGenerationPrompt)) {
            log.warn("The chat template of {} leaves out system messages", location);
        }
    }

    private static boolean has(List<ChatMessage> messages, ChatMessage.Role role) {
        return messages.stream()
                .anyMatch(
                        message -> message.role() == role && !message.content().isBlank());
    }

    private boolean leavesOut(String role, List<JinjaTemplate.Turn> turns, boolean addGenerationPrompt)
            throws JinjaTemplate.RenderException {
        List<JinjaTemplate.Turn> others =
                turns.stream().filter(turn -> !turn.role().equals(role)).toList();
        return !others.isEmpty()
                && template.render(others, addGenerationPrompt).equals(template.render(turns, addGenerationPrompt));
    }

    private String roleName(ChatMessage.Role role) {
        return switch (role) {
            case SYSTEM -> "system";
            case USER -> "user";
            case ASSISTANT -> "assistant";
            case TOOL -> toolRole;
        };
    }

    /** A broken template is to be known when the model is loaded, not with the first request. */
    private void requireParsable() {
        if (!template.unsupported().isEmpty()) {
            throw broken("uses what is not supported: " + String.join("; ", template.unsupported()), null);
        }
        try {
            template.render(List.of(new JinjaTemplate.Turn("user", "Hello")), true);
        } catch (JinjaTemplate.RenderException e) {
            if (!e.refused()) {
                throw broken("cannot render a user message: " + e.getMessage(), e);
            }
        }
    }

    private TokenizerException broken(String problem, @Nullable Throwable cause) {
        return new TokenizerException(
                "The chat template of " + location + " " + problem,
                "Put a corrected one into chat_template.jinja in the model's folder; it precedes the one in"
                        + " tokenizer_config.json",
                cause);
    }

    static void requireMessages(List<ChatMessage> messages) {
        if (messages.isEmpty()) {
            throw new InvalidRequestException("messages", "There are no messages", "Give at least one");
        }
    }
}
