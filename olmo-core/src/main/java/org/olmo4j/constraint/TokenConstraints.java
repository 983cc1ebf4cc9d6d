package org.olmo4j.constraint;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.TokenMask;
import org.olmo4j.text.TokenBytes;

/**
 * Holds answers of one model to schemas: knows the bytes of its tokens, and remembers compiled schemas and sets of tokens, each up to a bound
 * in bytes. Thread-safe; one for a model.
 */
public final class TokenConstraints {

    private static final long SCHEMA_BYTES = 64L << 20;
    private static final long MASK_BYTES = 32L << 20;
    /** What a small schema takes beside its automata. */
    private static final int SMALL_SCHEMA_BYTES = 64 << 10;

    private static final byte[] NO_BYTES = {};

    private record MaskKey(Position position, boolean atStart) {}

    private final TokenBytes tokenBytes;
    private final int usableVocabularySize;
    private final TokenMask ends;
    private final Vocabulary inside;
    private final Vocabulary leading;
    private final RecentlyUsed<String, TokenConstraint> schemas =
            new RecentlyUsed<>(SCHEMA_BYTES, schema -> SMALL_SCHEMA_BYTES + schema.bytes());
    private final RecentlyUsed<MaskKey, TokenMask> masks = new RecentlyUsed<>(MASK_BYTES, TokenMask::bytes);

    /**
     * Sorts a vocabulary by the bytes of its tokens.
     *
     * @param tokenBytes what each token adds to a text; special tokens have no bytes and are never part of a constrained answer
     * @param usableVocabularySize ids from 0 to this number, exclusive, may be drawn
     * @param endIds ids that end an answer; allowed where it may end. Those outside the usable vocabulary are left out
     */
    public TokenConstraints(TokenBytes tokenBytes, int usableVocabularySize, Collection<Integer> endIds) {
        this.tokenBytes = tokenBytes;
        this.usableVocabularySize = usableVocabularySize;
        BitSet ending = new BitSet();
        endIds.stream().filter(id -> id >= 0 && id < usableVocabularySize).forEach(ending::set);
        this.ends = TokenMask.of(ending.toLongArray());
        this.inside = new Vocabulary(usableVocabularySize, id -> content(id, false, ending));
        boolean alike = IntStream.range(0, usableVocabularySize)
                .allMatch(id -> Arrays.equals(tokenBytes.bytes(id), tokenBytes.leadingBytes(id)));
        this.leading = alike ? inside : new Vocabulary(usableVocabularySize, id -> content(id, true, ending));
    }

    /** A token that ends an answer is no part of it, even if it has a text. */
    private byte[] content(int id, boolean atStart, BitSet ending) {
        return ending.get(id) ? NO_BYTES : bytes(id, atStart);
    }

    /**
     * Compiles a schema, or finds it among those that were used last.
     *
     * @param schema what answers have to conform to
     * @return its automaton
     * @throws InvalidRequestException if no value conforms to it, if it would take too much memory, or if the vocabulary has no token for
     *     some single byte, so that an answer could get stuck
     */
    public TokenConstraint compile(JsonSchema schema) {
        TokenConstraint known = schemas.get(schema.text());
        if (known != null) {
            return known;
        }
        requireSingleBytes();
        TokenConstraint compiled = new TokenConstraint(this, SchemaCompiler.compile(schema.nodes()));
        schemas.put(schema.text(), compiled);
        return compiled;
    }

    TokenMask ends() {
        return ends;
    }

    byte[] bytes(int id, boolean atStart) {
        if (id >= usableVocabularySize) {
            return NO_BYTES;
        }
        return atStart ? tokenBytes.leadingBytes(id) : tokenBytes.bytes(id);
    }

    TokenMask following(Position position, boolean atStart) {
        Vocabulary vocabulary = atStart ? leading : inside;
        Position alike = position.alike(vocabulary.horizon());
        MaskKey key = new MaskKey(alike, atStart);
        @Nullable TokenMask known = masks.get(key);
        if (known != null) {
            return known;
        }
        TokenMask mask = vocabulary.following(alike);
        masks.put(key, mask);
        return mask;
    }

    /** From every position some byte leads on; with a token for each, no answer gets stuck. */
    private void requireSingleBytes() {
        BitSet single = inside.singleBytes();
        for (int octet = ' '; octet <= 0xf4; octet++) {
            boolean occurs = octet != 0x7f && octet != 0xc0 && octet != 0xc1;
            if (occurs && !single.get(octet)) {
                throw SchemaRefusal.of(
                        "The model's vocabulary of " + usableVocabularySize + " tokens has none for the single byte 0x"
                                + Integer.toHexString(octet) + ", so that constrained output could get stuck",
                        "Use a model with a byte-level tokenizer");
            }
        }
    }
}
