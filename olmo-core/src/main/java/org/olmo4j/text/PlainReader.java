package org.olmo4j.text;

import java.util.List;

/** Of an answer to which no tools were offered: all of it is text. */
final class PlainReader implements AnswerReader {

    @Override
    public String add(String piece) {
        return piece;
    }

    @Override
    public Answer end() {
        return new Answer("", List.of());
    }
}
