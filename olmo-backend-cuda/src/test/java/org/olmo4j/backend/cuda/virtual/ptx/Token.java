package org.olmo4j.backend.cuda.virtual.ptx;

/** A word, a number, a quoted text or a single sign of the source, and the line it stands on. */
record Token(Kind kind, String text, int line) {

    enum Kind {
        /** An identifier with the modifiers that hang on it: {@code ld.global.v4.f32}, {@code %tid.x}, {@code $L__BB0_1}, {@code .reg}. */
        WORD,
        NUMBER,
        TEXT,
        SIGN,
        END
    }

    boolean is(String sign) {
        return kind != Kind.TEXT && text.equals(sign);
    }
}
