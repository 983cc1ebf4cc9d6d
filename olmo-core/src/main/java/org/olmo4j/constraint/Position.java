package org.olmo4j.constraint;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place in a growing JSON text, with all that matters of what came before. From every position a conforming text can be completed.
 * Between two values, and between a key and its value, one space may stand; elsewhere none.
 */
sealed interface Position {

    /** Most positions that are followed at once. */
    int MAX_READINGS = 128;

    /**
     * What follows on a byte.
     *
     * @param octet 0 to 255
     * @param next takes one position for each reading; none if the byte cannot follow
     */
    void step(int octet, Successors next);

    /** Whether the text may end here. */
    default boolean complete() {
        return false;
    }

    /** See {@link Lexicon#takesPlainText}. */
    default boolean takesPlainText(int horizon) {
        return false;
    }

    /** See {@link Lexicon#alike}. */
    default Position alike(int horizon) {
        return this;
    }

    /** Begins a value with a byte. */
    static void begin(Rule rule, @Nullable Frame frame, int octet, Successors next) {
        for (Form form : rule.forms()) {
            if (Frame.fits(form.height(), frame)) {
                switch (form) {
                    case Form.Scalar(Lexicon lexicon) ->
                        within(lexicon, lexicon.step(lexicon.start(), octet), frame, next);
                    case Form.Items items -> {
                        if (octet == '[') {
                            next.add(new Opened(new ArrayFrame(items, frame)));
                        }
                    }
                    case Form.Members members -> {
                        if (octet == '{') {
                            next.add(new Opened(new ObjectFrame(members, frame)));
                        }
                    }
                }
            }
        }
    }

    private static void within(Lexicon lexicon, int state, @Nullable Frame frame, Successors next) {
        if (state != Lexicon.DEAD) {
            next.add(lexicon.ends(state) ? new Behind(frame) : new Within(lexicon, state, frame));
        }
    }

    /**
     * Before a value.
     *
     * @param rule of the value
     * @param frame around it
     * @param spaceAllowed whether a space may come first
     */
    record Before(Rule rule, @Nullable Frame frame, boolean spaceAllowed) implements Position {
        @Override
        public void step(int octet, Successors next) {
            if (spaceAllowed && octet == ' ') {
                next.add(new Before(rule, frame, false));
            } else {
                begin(rule, frame, octet, next);
            }
        }
    }

    /**
     * Within a scalar, or behind one that may go on.
     *
     * @param lexicon of the scalar
     * @param state in it
     * @param frame around it
     */
    record Within(Lexicon lexicon, int state, @Nullable Frame frame) implements Position {
        @Override
        public void step(int octet, Successors next) {
            within(lexicon, lexicon.step(state, octet), frame, next);
            if (frame != null && lexicon.accepts(state)) {
                frame.afterValue(octet, next);
            }
        }

        @Override
        public boolean complete() {
            return frame == null && lexicon.accepts(state);
        }

        @Override
        public boolean takesPlainText(int horizon) {
            return lexicon.takesPlainText(state, horizon);
        }

        @Override
        public Position alike(int horizon) {
            int alike = lexicon.alike(state, horizon);
            return alike == state ? this : new Within(lexicon, alike, frame);
        }
    }

    /**
     * Behind a value.
     *
     * @param frame around it; null at the end of the text
     */
    record Behind(@Nullable Frame frame) implements Position {
        @Override
        public void step(int octet, Successors next) {
            if (frame != null) {
                frame.afterValue(octet, next);
            }
        }

        @Override
        public boolean complete() {
            return frame == null;
        }
    }

    /**
     * Behind an opening bracket.
     *
     * @param frame that it opened
     */
    record Opened(Frame frame) implements Position {
        @Override
        public void step(int octet, Successors next) {
            frame.opened(octet, next);
        }
    }

    /**
     * Before a key.
     *
     * @param frame the object
     * @param spaceAllowed whether a space may come first
     */
    record BeforeKey(ObjectFrame frame, boolean spaceAllowed) implements Position {
        @Override
        public void step(int octet, Successors next) {
            if (octet == '"') {
                next.add(Key.begin(frame));
            } else if (spaceAllowed && octet == ' ') {
                next.add(new BeforeKey(frame, false));
            }
        }
    }

    /**
     * Within a key, which may become one that the schema lists or another one.
     *
     * @param frame the object
     * @param node of the listed keys; {@link ByteTrie#NONE} if none begins like this
     * @param other state of another key; {@link Lexicon#DEAD} if it can be none
     * @param typed its bytes so far as characters, if it can be another one
     */
    record Key(ObjectFrame frame, int node, int other, String typed) implements Position {

        static Key begin(ObjectFrame frame) {
            return new Key(frame, ByteTrie.ROOT, frame.takesOther() ? JsonText.TEXT : Lexicon.DEAD, "");
        }

        @Override
        public void step(int octet, Successors next) {
            if (octet == '"') {
                close(next);
            }
            int child =
                    node == ByteTrie.NONE ? ByteTrie.NONE : frame.form().keys().child(node, octet);
            int state = other == Lexicon.DEAD ? Lexicon.DEAD : JsonText.stepInKey(other, octet);
            if (state == JsonText.CLOSED) {
                state = Lexicon.DEAD;
            }
            boolean listed = child != ByteTrie.NONE && frame.leadsToKey(child);
            if (state != Lexicon.DEAD) {
                next.add(new Key(frame, child, state, typed + (char) octet));
            } else if (listed) {
                next.add(new Key(frame, child, Lexicon.DEAD, ""));
            }
        }

        private void close(Successors next) {
            int key =
                    node == ByteTrie.NONE ? ByteTrie.NONE : frame.form().keys().value(node);
            if (key != ByteTrie.NONE) {
                if (frame.takes(key)) {
                    next.add(new BehindKey(frame.with(key), frame.form().value(key)));
                }
            } else if (other == JsonText.TEXT && !frame.has(typed)) {
                Rule additional = frame.form().additional();
                if (additional != null) {
                    next.add(new BehindKey(frame.with(typed), additional));
                }
            }
        }

        @Override
        public boolean takesPlainText(int horizon) {
            return other == JsonText.TEXT;
        }
    }

    /**
     * Behind a key.
     *
     * @param frame the object with this key
     * @param rule of its value
     */
    record BehindKey(ObjectFrame frame, Rule rule) implements Position {
        @Override
        public void step(int octet, Successors next) {
            if (octet == ':') {
                next.add(new Before(rule, frame, true));
            }
        }
    }

    /** What follows on bytes; empty if they cannot follow, or in too many ways to follow them all. */
    default List<Position> after(byte[] bytes) {
        List<Position> positions = List.of(this);
        for (int i = 0; i < bytes.length && !positions.isEmpty(); i++) {
            positions = after(positions, bytes[i] & 0xff);
        }
        return positions;
    }

    /** What follows any of some positions on a byte; empty also if that is too many. */
    static List<Position> after(List<Position> positions, int octet) {
        Successors next = new Successors();
        positions.forEach(position -> position.step(octet, next));
        List<Position> all = next.toList();
        return all.size() > MAX_READINGS ? List.of() : all;
    }
}
