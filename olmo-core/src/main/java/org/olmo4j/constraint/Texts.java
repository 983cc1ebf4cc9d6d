package org.olmo4j.constraint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes the automata of scalars, each once for a schema. Not thread-safe. */
final class Texts {

    /** Most memory of all automata of a schema. */
    private static final int MAX_BYTES = 8 << 20;

    private static final int BYTES_OF_NODE = 11;

    private final Map<Object, Optional<Lexicon>> known = new HashMap<>();
    private int bytes;

    /** All strings within limits; empty if there are none. */
    Optional<Lexicon> strings(StringLimits limits) {
        return remembered(limits, () -> makeStrings(limits));
    }

    /** All numbers within limits; empty if there are none. */
    Optional<Lexicon> numbers(NumberLimits limits) {
        return remembered(limits, () -> NumberText.within(limits).map(this::counted));
    }

    /** Some scalars; empty if there are none. */
    Optional<Lexicon> literals(List<Literal> literals) {
        return remembered(literals, () -> {
            if (literals.isEmpty()) {
                return Optional.empty();
            }
            List<byte[]> encoded = literals.stream().map(Literal::text).toList();
            spendOnTrie(encoded);
            return Optional.of(new LiteralLexicon(encoded));
        });
    }

    /** Whether a shape allows a scalar of one of its types. */
    boolean allows(Shape shape, Literal value) {
        return switch (value.type()) {
            case NUMBER -> shape.numbers().contains(value.value().decimalValue());
            case STRING ->
                strings(shape.strings())
                        .filter(strings -> accepts(strings, value.text()))
                        .isPresent();
            case NULL, BOOLEAN, ARRAY, OBJECT -> true;
        };
    }

    private static boolean accepts(Lexicon lexicon, byte[] text) {
        int state = lexicon.start();
        for (int i = 0; i < text.length && state != Lexicon.DEAD; i++) {
            state = lexicon.step(state, text[i] & 0xff);
        }
        return state != Lexicon.DEAD && lexicon.accepts(state);
    }

    /** Memory of all automata so far. */
    int bytes() {
        return bytes;
    }

    /** Counts the memory of a trie that is about to be made. */
    void spendOnTrie(List<byte[]> strings) {
        strings.forEach(string -> spend(string.length * BYTES_OF_NODE + Integer.BYTES));
    }

    private Optional<Lexicon> remembered(Object limits, Supplier<Optional<Lexicon>> make) {
        Optional<Lexicon> lexicon = known.get(limits);
        if (lexicon == null) {
            lexicon = make.get();
            known.put(limits, lexicon);
        }
        return lexicon;
    }

    private Optional<Lexicon> makeStrings(StringLimits limits) {
        if (limits.minimum() > limits.maximum()) {
            return Optional.empty();
        }
        JsonString ofLength = new JsonString(limits.minimum(), limits.maximum());
        Optional<Dfa> strings = Optional.empty();
        for (StringLimits.Expression expression : limits.expressions()) {
            Optional<Dfa> more = matching(expression);
            strings = strings.isEmpty() ? more : and(strings.get(), more, expression);
            if (strings.isEmpty()) {
                return Optional.empty();
            }
        }
        if (strings.isEmpty()) {
            return Optional.of(ofLength);
        }
        if (ofLength.any()) {
            return strings.map(this::counted);
        }
        StringLimits.Expression last = new ArrayList<>(limits.expressions()).getLast();
        try {
            return Dfa.intersection(strings.get(), JsonString.byteClasses(), ofLength)
                    .map(this::counted);
        } catch (Dfa.TooManyStatesException tooMany) {
            throw SchemaRefusal.keyword(
                    last.pointer(),
                    last.keyword(),
                    "which together with minLength or maxLength makes an automaton of " + tooMany.getMessage(),
                    "Say the length in the pattern, or use a smaller one");
        }
    }

    private static Optional<Dfa> and(Dfa strings, Optional<Dfa> more, StringLimits.Expression expression) {
        if (more.isEmpty()) {
            return more;
        }
        try {
            return Dfa.intersection(strings, more.get().classes(), more.get());
        } catch (Dfa.TooManyStatesException tooMany) {
            throw tooLarge(expression, tooMany);
        }
    }

    private static Optional<Dfa> matching(StringLimits.Expression expression) {
        try {
            return Nfa.strings(PatternParser.parse(expression.text()));
        } catch (PatternParser.UnsupportedPatternException unsupported) {
            throw SchemaRefusal.keyword(
                    expression.pointer(),
                    expression.keyword(),
                    "with the value '" + SchemaRefusal.shown(expression.text()) + "', which has "
                            + unsupported.getMessage(),
                    "Use characters, classes, groups, alternatives, repetition, and ^ and $ at the ends");
        } catch (Dfa.TooManyStatesException tooMany) {
            throw tooLarge(expression, tooMany);
        }
    }

    private static RuntimeException tooLarge(StringLimits.Expression expression, Dfa.TooManyStatesException tooMany) {
        return SchemaRefusal.keyword(
                expression.pointer(),
                expression.keyword(),
                "which makes an automaton of " + tooMany.getMessage(),
                "Use a smaller expression");
    }

    private Lexicon counted(Dfa automaton) {
        spend(automaton.size() * Integer.BYTES);
        return automaton;
    }

    private void spend(int count) {
        bytes += count;
        if (bytes > MAX_BYTES) {
            throw SchemaRefusal.of(
                    "The automata of the JSON schema take more than " + MAX_BYTES + " bytes",
                    "Use fewer or smaller properties, values and patterns");
        }
    }
}
