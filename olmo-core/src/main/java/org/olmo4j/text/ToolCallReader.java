package org.olmo4j.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the calls of tools out of an answer as it comes, in the form of OLMo 3: between {@code <function_calls>} and
 * {@code </function_calls>} one call on a line, {@code name(parameter=value, ...)}, whose values are JSON or Python literals. What cannot be
 * read as calls is text and never lost. Not thread-safe.
 */
public final class ToolCallReader implements AnswerReader {

    static final String START = "<function_calls>";
    private static final String END = "</function_calls>";

    private final StringBuilder unread = new StringBuilder();
    private @Nullable StringBuilder block;

    /** Makes a reader for one answer. */
    public ToolCallReader() {}

    @Override
    public String add(String piece) {
        if (block != null) {
            block.append(piece);
            return "";
        }
        unread.append(piece);
        int start = unread.indexOf(START);
        if (start >= 0) {
            block = new StringBuilder(unread.substring(start));
            unread.setLength(start);
            return taken();
        }
        int sure = unread.length() - beginningOfStart();
        String text = unread.substring(0, sure);
        unread.delete(0, sure);
        return text;
    }

    private String taken() {
        String text = unread.toString();
        unread.setLength(0);
        return text;
    }

    /** How many characters at the end may be the beginning of calls. */
    private int beginningOfStart() {
        for (int length = Math.min(START.length() - 1, unread.length()); length > 0; length--) {
            if (START.startsWith(unread.substring(unread.length() - length))) {
                return length;
            }
        }
        return 0;
    }

    @Override
    public Answer end() {
        if (block == null) {
            return new Answer(taken(), List.of());
        }
        String kept = block.toString();
        int end = kept.indexOf(END);
        String calls = kept.substring(START.length(), end < 0 ? kept.length() : end);
        return ToolCallParser.parse(calls)
                .filter(found -> !found.isEmpty())
                .map(found -> new Answer(end < 0 ? "" : kept.substring(end + END.length()), found))
                .orElseGet(() -> new Answer(kept, List.of()));
    }
}
