package org.olmo4j.text;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.TokenizerException;
import org.olmo4j.hash.Sha256;
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
    private final boolean knowsTools;
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
        this.knowsTools = writesTools();
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public boolean knowsTools() {
        return knowsTools;
    }

    @Override
    public String render(List<ChatMessage> messages, List<ToolDefinition> tools, boolean addGenerationPrompt) {
        return checked(messages, tools, addGenerationPrompt, template::render);
    }

    @Override
    public int[] encode(List<ChatMessage> messages, List<ToolDefinition> tools, boolean addGenerationPrompt) {
        TracedText text = checked(messages, tools, addGenerationPrompt, tracer::trace);
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
        return Sha256.hex(template.source());
    }

    private interface Rendering<T> {
        T of(JinjaTemplate.Conversation conversation) throws JinjaTemplate.RenderException;
    }

    private <T> T checked(
            List<ChatMessage> messages,
            List<ToolDefinition> tools,
            boolean addGenerationPrompt,
            Rendering<T> rendering) {
        requireMessages(messages);
        if (!knowsTools) {
            requireNoTools(messages, tools, "The chat template of " + location);
        }
        List<JinjaTemplate.Turn> turns = messages.stream()
                .map(message ->
                        new JinjaTemplate.Turn(roleName(message.role()), message.content(), message.toolCalls()))
                .toList();
        JinjaTemplate.Conversation conversation = new JinjaTemplate.Conversation(turns, tools, addGenerationPrompt);
        try {
            T rendered = rendering.of(conversation);
            checkNothingIsLeftOut(messages, conversation);
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
    private void checkNothingIsLeftOut(List<ChatMessage> messages, JinjaTemplate.Conversation conversation)
            throws JinjaTemplate.RenderException {
        if (has(messages, ChatMessage.Role.TOOL) && leavesOut(toolRole, conversation)) {
            throw new InvalidRequestException(
                    "messages",
                    "The chat template of " + location + " has no place for the result of a tool",
                    "Put it into a user message, or use a model that was trained with tools");
        }
        if (has(messages, ChatMessage.Role.SYSTEM)
                && systemChecked.compareAndSet(false, true)
                && leavesOut(roleName(ChatMessage.Role.SYSTEM), conversation)) {
            log.warn("The chat template of {} leaves out system messages", location);
        }
    }

    private static boolean has(List<ChatMessage> messages, ChatMessage.Role role) {
        return messages.stream()
                .anyMatch(
                        message -> message.role() == role && !message.content().isBlank());
    }

    private boolean leavesOut(String role, JinjaTemplate.Conversation conversation)
            throws JinjaTemplate.RenderException {
        List<JinjaTemplate.Turn> others = conversation.turns().stream()
                .filter(turn -> !turn.role().equals(role))
                .toList();
        return !others.isEmpty()
                && template.render(conversation.withTurns(others)).equals(template.render(conversation));
    }

    /** Whether definitions and calls come out, in the form in which answers are read. */
    private boolean writesTools() {
        if (!template.source().contains(ToolCallReader.START)) {
            return false;
        }
        ToolDefinition tool = new ToolDefinition("look_up", "Looks up.", "{\"type\":\"object\"}");
        ToolCall call = new ToolCall(tool.name(), "{\"word\":\"sky\"}");
        List<JinjaTemplate.Turn> turns = List.of(
                new JinjaTemplate.Turn("system", "Be brief."),
                new JinjaTemplate.Turn("user", "Hello"),
                new JinjaTemplate.Turn("assistant", "", List.of(call)),
                new JinjaTemplate.Turn(toolRole, "Blue"));
        try {
            String rendered = template.render(new JinjaTemplate.Conversation(turns, List.of(tool), true));
            return rendered.contains(tool.description())
                    && new ToolCallReader()
                            .read(rendered.substring(rendered.lastIndexOf(ToolCallReader.START)))
                            .calls()
                            .equals(List.of(call));
        } catch (JinjaTemplate.RenderException e) {
            log.debug("The chat template of {} cannot render tools: {}", location, e.getMessage());
            return false;
        }
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

    /** Refuses what would be left out. */
    static void requireNoTools(List<ChatMessage> messages, List<ToolDefinition> tools, String who) {
        if (!tools.isEmpty()) {
            throw new InvalidRequestException(
                    "tools",
                    who + " knows no tools, but "
                            + tools.stream().map(ToolDefinition::name).toList() + " are given",
                    "Leave them out, or use a model that was trained with tools, such as Olmo-3-7B-Instruct");
        }
        if (messages.stream().anyMatch(message -> !message.toolCalls().isEmpty())) {
            throw new InvalidRequestException(
                    "messages",
                    who + " knows no tools, but the messages have calls of them",
                    "Leave out the calls, or use a model that was trained with tools");
        }
    }

    static void requireMessages(List<ChatMessage> messages) {
        if (messages.isEmpty()) {
            throw new InvalidRequestException("messages", "There are no messages", "Give at least one");
        }
    }
}
