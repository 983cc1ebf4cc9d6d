package org.olmo4j.text;

import java.util.List;

/** Reads an answer as it comes: its words, and its calls of tools. What cannot be read as calls is text and never lost. Not thread-safe. */
public sealed interface AnswerReader permits ToolCallReader, DescribedCallReader, PlainReader {

    /**
     * An answer, or the rest of one.
     *
     * @param text what is said
     * @param calls in their order
     */
    record Answer(String text, List<ToolCall> calls) {

        /** Copies the list. */
        public Answer {
            calls = List.copyOf(calls);
        }
    }

    /**
     * Reads a further piece.
     *
     * @param piece of the answer
     * @return text that is surely not a part of calls; what may be one is kept until {@link #end}
     */
    String add(String piece);

    /**
     * Ends the answer.
     *
     * @return text that was kept and is no call, and the calls
     */
    Answer end();

    /**
     * Reads a whole answer, with a reader that has read nothing yet.
     *
     * @param text of the model
     * @return its words and its calls
     */
    default Answer read(String text) {
        String before = add(text);
        Answer rest = end();
        return new Answer(before + rest.text(), rest.calls());
    }
}
