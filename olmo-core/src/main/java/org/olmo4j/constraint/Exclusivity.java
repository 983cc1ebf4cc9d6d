package org.olmo4j.constraint;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Proves that no value that is written for one branch of {@code oneOf} conforms to another one, too; only then {@code oneOf} can be held as
 * {@code anyOf} is. The proof is cautious: where it finds no reason why two branches exclude each other, the schema is refused.
 */
final class Exclusivity {

    private static final int MAX_DEPTH = 8;
    private static final int MAX_COMPARISONS = 50_000;

    private final Alternatives alternatives;
    private final Texts texts;
    private int comparisons;

    Exclusivity(Alternatives alternatives, Texts texts) {
        this.alternatives = alternatives;
        this.texts = texts;
    }

    /** Requires it of all {@code oneOf} that were met. */
    void requireAll() {
        for (Alternatives.Exclusion exclusion : alternatives.exclusions()) {
            List<List<Shape>> branches = exclusion.branches();
            for (int one = 0; one < branches.size(); one++) {
                for (int other = 0; other < branches.size(); other++) {
                    if (one != other && overlap(branches.get(one), branches.get(other), 0)) {
                        throw SchemaRefusal.keyword(
                                exclusion.pointer(),
                                "oneOf",
                                "of whose branches " + one + " and " + other + " both may match",
                                "Use anyOf, or tell them apart by a required property with different constants");
                    }
                }
            }
        }
    }

    /** Whether a value written for one of the first may conform to one of the second. */
    private boolean overlap(List<Shape> written, List<Shape> others, int depth) {
        return written.stream().anyMatch(one -> others.stream().anyMatch(other -> overlap(one, other, depth)));
    }

    private boolean overlap(Shape written, Shape other, int depth) {
        if (depth > MAX_DEPTH || ++comparisons > MAX_COMPARISONS) {
            return true;
        }
        if (written.values().isPresent()) {
            return written.values().get().stream().anyMatch(value -> mayBe(value, written) && mayBe(value, other));
        }
        if (other.values().isPresent()) {
            return other.values().get().stream().anyMatch(value -> mayBe(value, written) && mayBe(value, other));
        }
        return written.writtenTypes().stream()
                .anyMatch(type -> other.types().contains(type) && overlap(type, written, other, depth));
    }

    /** Whether a listed value may conform; arrays and objects always may. */
    private boolean mayBe(Literal value, Shape shape) {
        boolean listed = shape.values().isEmpty() || shape.values().get().contains(value);
        return listed && shape.types().contains(value.type()) && (!value.scalar() || texts.allows(shape, value));
    }

    private boolean overlap(JsonType type, Shape written, Shape other, int depth) {
        return switch (type) {
            case NULL, BOOLEAN -> true;
            case NUMBER -> texts.numbers(written.numbers().and(other.numbers())).isPresent();
            case STRING -> texts.strings(written.strings().and(other.strings())).isPresent();
            case ARRAY -> {
                ArrayLimits both = written.arrays().and(other.arrays());
                yield both.minimum() <= both.maximum();
            }
            case OBJECT -> {
                ObjectLimits both = written.objects().and(other.objects());
                yield both.minimum() <= both.maximum() && objectsOverlap(written, other, depth);
            }
        };
    }

    /** They do not if one asks for a key that the other forbids, or whose values have nothing in common. */
    private boolean objectsOverlap(Shape written, Shape other, int depth) {
        Set<String> needed = new LinkedHashSet<>(written.objects().required());
        needed.addAll(other.objects().required());
        for (String key : needed) {
            boolean known = written.objects().properties().containsKey(key)
                    || written.objects().required().contains(key)
                    || written.writtenAdditional().isPresent();
            if (!known) {
                return false;
            }
            List<Shape> one = alternatives.of(written.objects().value(key));
            List<Shape> two = alternatives.of(other.objects().value(key));
            if (!overlap(one, two, depth + 1)) {
                return false;
            }
        }
        return true;
    }
}
