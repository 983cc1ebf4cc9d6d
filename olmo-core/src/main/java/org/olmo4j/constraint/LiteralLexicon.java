package org.olmo4j.constraint;

import java.util.List;

/** A list of texts. */
final class LiteralLexicon implements Lexicon {

    private final ByteTrie texts;

    /** At least one text; all different. */
    LiteralLexicon(List<byte[]> texts) {
        this.texts = new ByteTrie(texts);
    }

    @Override
    public int start() {
        return ByteTrie.ROOT;
    }

    @Override
    public int step(int state, int octet) {
        return texts.child(state, octet);
    }

    @Override
    public boolean accepts(int state) {
        return texts.value(state) != ByteTrie.NONE;
    }

    @Override
    public boolean ends(int state) {
        return texts.end(state) == state + 1;
    }
}
