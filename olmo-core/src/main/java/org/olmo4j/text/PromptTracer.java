package org.olmo4j.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.InvalidRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which characters of a rendered prompt come from the messages. Contents are replaced by placeholders that cannot be part of a
 * special token, the template is rendered with these, and the contents are put in afterwards. This is exact for each template that copies
 * contents as they are, or trims them. A template that looks into contents renders something else then; for such a template the characters
 * of contents that could be part of a special token are replaced one by one. Immutable; thread-safe.
 */
final class PromptTracer {

    private static final Logger log = LoggerFactory.getLogger(PromptTracer.class);

    /** Unicode noncharacters: no text has them, and no filter of a template changes them. */
    private static final char PLACEHOLDER_START = '\uFDD0';

    private static final char PLACEHOLDER_END = '\uFDD1';
    private static final Pattern PLACEHOLDER = Pattern.compile(PLACEHOLDER_START + "([0-9]{1,9})" + PLACEHOLDER_END);
    private static final char FIRST_NONCHARACTER = '\uFDD2';
    private static final char LAST_NONCHARACTER = '\uFDEF';
    private static final char FIRST_PRIVATE = '\uE000';
    private static final char LAST_PRIVATE = '\uF8FF';

    private final JinjaTemplate template;
    private final List<String> specialTokens;

    PromptTracer(JinjaTemplate template, List<String> specialTokens) {
        this.template = template;
        this.specialTokens = List.copyOf(specialTokens);
    }

    /**
     * Renders a conversation and traces it.
     *
     * @param conversation messages and tools
     * @return the text
     * @throws JinjaTemplate.RenderException if the template refuses or fails
     */
    TracedText trace(JinjaTemplate.Conversation conversation) throws JinjaTemplate.RenderException {
        String rendered = template.render(conversation);
        TracedText traced = hasRiskyTools(conversation) ? null : traceByPlaceholders(conversation);
        if (traced != null && traced.text().equals(rendered)) {
            return traced;
        }
        return traceByStandIns(conversation);
    }

    /** Tools and calls are written as JSON, which placeholders would have to be inside of; that they look like special tokens is rare. */
    private boolean hasRiskyTools(JinjaTemplate.Conversation conversation) {
        return textsOfTools(conversation)
                .anyMatch(text -> !riskyCharacters(text).isEmpty());
    }

    private static Stream<String> textsOfTools(JinjaTemplate.Conversation conversation) {
        return Stream.concat(
                conversation.tools().stream()
                        .flatMap(tool -> Stream.of(tool.name(), tool.description(), tool.parameters())),
                conversation.turns().stream()
                        .flatMap(turn -> turn.toolCalls().stream())
                        .flatMap(call -> Stream.of(call.name(), call.arguments())));
    }

    private @Nullable TracedText traceByPlaceholders(JinjaTemplate.Conversation conversation) {
        List<JinjaTemplate.Turn> turns = conversation.turns();
        List<JinjaTemplate.Turn> replaced = new ArrayList<>();
        for (int i = 0; i < turns.size(); i++) {
            Core core = Core.of(turns.get(i).content());
            String placeholder = core.isEmpty() ? "" : PLACEHOLDER_START + Integer.toString(i) + PLACEHOLDER_END;
            replaced.add(new JinjaTemplate.Turn(
                    turns.get(i).role(),
                    core.replacedBy(placeholder),
                    turns.get(i).toolCalls()));
        }
        try {
            return fillIn(template.render(conversation.withTurns(replaced)), turns);
        } catch (JinjaTemplate.RenderException e) {
            // The template refuses the placeholders, though not the contents: it looks into them.
            log.debug("Placeholders are refused: {}", e.getMessage());
            return null;
        }
    }

    private static TracedText fillIn(String rendered, List<JinjaTemplate.Turn> turns) {
        TracedText traced = new TracedText();
        Matcher placeholder = PLACEHOLDER.matcher(rendered);
        int position = 0;
        while (placeholder.find()) {
            int index = Integer.parseInt(placeholder.group(1));
            if (index >= turns.size()) {
                continue;
            }
            traced.appendFromTemplate(rendered.substring(position, placeholder.start()));
            traced.appendFromMessage(Core.of(turns.get(index).content()).text());
            position = placeholder.end();
        }
        traced.appendFromTemplate(rendered.substring(position));
        return traced;
    }

    private TracedText traceByStandIns(JinjaTemplate.Conversation conversation) throws JinjaTemplate.RenderException {
        StandIns standIns = new StandIns(Stream.concat(
                conversation.turns().stream().map(JinjaTemplate.Turn::content), textsOfTools(conversation)));
        List<JinjaTemplate.Turn> turns = conversation.turns().stream()
                .map(turn -> new JinjaTemplate.Turn(
                        turn.role(),
                        replaced(turn.content(), standIns),
                        turn.toolCalls().stream()
                                .map(call -> new ToolCall(call.name(), replaced(call.arguments(), standIns)))
                                .toList()))
                .toList();
        List<ToolDefinition> tools = conversation.tools().stream()
                .map(tool -> new ToolDefinition(
                        tool.name(), replaced(tool.description(), standIns), replaced(tool.parameters(), standIns)))
                .toList();
        return standIns.undo(
                template.render(new JinjaTemplate.Conversation(turns, tools, conversation.addGenerationPrompt())));
    }

    private String replaced(String text, StandIns standIns) {
        StringBuilder replaced = new StringBuilder(text);
        BitSet risky = riskyCharacters(text);
        for (int i = risky.nextSetBit(0); i >= 0; i = risky.nextSetBit(i + 1)) {
            replaced.setCharAt(i, standIns.of(replaced.charAt(i)));
        }
        return replaced.toString();
    }

    /**
     * The characters of a content without which no special token can contain a part of it, however the template cuts it: where two or
     * more characters of a special token's start or end occur, and those at the content's borders that one more from the template could
     * complete.
     */
    private BitSet riskyCharacters(String content) {
        BitSet risky = new BitSet();
        Core core = Core.of(content);
        for (String token : specialTokens) {
            if (token.contains(core.text()) && !core.isEmpty()) {
                risky.set(core.start());
            }
            for (int i = core.start(); i < core.end(); i++) {
                int starting = commonLength(content, i, 1, core, token);
                if (starting >= 2 || starting == token.length() || (starting == 1 && i + 1 == core.end())) {
                    risky.set(i);
                }
                int ending = commonLength(content, i, -1, core, token);
                if (ending >= 2 || (ending == 1 && i == core.start())) {
                    risky.set(i);
                }
            }
        }
        return risky;
    }

    /** How many characters from a position on, forwards or backwards, are those of a token from its start or end on. */
    private static int commonLength(String content, int position, int direction, Core core, String token) {
        int length = 0;
        int inContent = position;
        int inToken = direction > 0 ? 0 : token.length() - 1;
        while (length < token.length()
                && inContent >= core.start()
                && inContent < core.end()
                && content.charAt(inContent) == token.charAt(inToken)) {
            length++;
            inContent += direction;
            inToken += direction;
        }
        return length;
    }

    /** A content without the white space around it, which templates may trim. */
    private record Core(String content, int start, int end) {

        static Core of(String content) {
            int end = content.length();
            while (end > 0 && isBlank(content.charAt(end - 1))) {
                end--;
            }
            int start = 0;
            while (start < end && isBlank(content.charAt(start))) {
                start++;
            }
            return new Core(content, start, end);
        }

        boolean isEmpty() {
            return start == end;
        }

        String text() {
            return content.substring(start, end);
        }

        String replacedBy(String placeholder) {
            return content.substring(0, start) + placeholder + content.substring(end);
        }

        private static boolean isBlank(char c) {
            return c <= ' ' || PythonStrings.isSpace(c);
        }
    }

    /** Characters that occur in no content, each standing for one that does. */
    private static final class StandIns {

        private final BitSet used = new BitSet();
        private final Map<Character, Character> standInOf = new HashMap<>();
        private final Map<Character, Character> originalOf = new HashMap<>();

        StandIns(Stream<String> texts) {
            texts.forEach(text -> text.chars().forEach(used::set));
        }

        char of(char original) {
            return standInOf.computeIfAbsent(original, c -> {
                char standIn = unused(FIRST_NONCHARACTER, LAST_NONCHARACTER)
                        .or(() -> unused(FIRST_PRIVATE, LAST_PRIVATE))
                        .orElseThrow(() -> new InvalidRequestException(
                                "messages",
                                "The messages use all of Unicode's noncharacters and private characters",
                                "Leave out those that are no text"));
                used.set(standIn);
                originalOf.put(standIn, c);
                return standIn;
            });
        }

        private Optional<Character> unused(char first, char last) {
            int candidate = used.nextClearBit(first);
            return candidate <= last ? Optional.of((char) candidate) : Optional.empty();
        }

        TracedText undo(String rendered) {
            TracedText traced = new TracedText();
            int position = 0;
            for (int i = 0; i < rendered.length(); i++) {
                Character original = originalOf.get(rendered.charAt(i));
                if (original != null) {
                    traced.appendFromTemplate(rendered.substring(position, i));
                    traced.appendFromMessage(original.toString());
                    position = i + 1;
                }
            }
            traced.appendFromTemplate(rendered.substring(position));
            return traced;
        }
    }
}
