package org.olmo4j.engine;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine.ModelText;
import org.olmo4j.text.StreamDecoder;

/** The text of a growing answer, as far as it is certain: no half characters, nothing of a stop string. Empty without a tokenizer. */
final class AnswerText {

    private final @Nullable StreamDecoder decoder;
    private final StopStringFilter filter;
    private final StringBuilder shown = new StringBuilder();
    private boolean finished;

    AnswerText(@Nullable ModelText text, List<String> stopStrings) {
        this.decoder = text == null ? null : new StreamDecoder(text.tokenizer());
        this.filter = new StopStringFilter(stopStrings);
    }

    /** Adds a token and takes the text that became certain. */
    String append(int id) {
        return decoder == null ? "" : show(filter.append(decoder.append(id)));
    }

    /** Ends the text and takes what was held back; nothing if it was ended before. */
    String finish() {
        if (decoder == null || finished) {
            return "";
        }
        finished = true;
        return show(filter.append(decoder.finish()) + filter.finish());
    }

    Optional<String> matchedStop() {
        return filter.matched();
    }

    String shown() {
        return shown.toString();
    }

    private String show(String piece) {
        shown.append(piece);
        return piece;
    }
}
