package org.olmo4j.constraint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Resolves the combinations of schemas: for some subschemas that hold at once, the {@link Shape}s of which a value has one. Not thread-safe.
 */
final class Alternatives {

    /** Most shapes of one place. */
    static final int MAX_ALTERNATIVES = 100;
    /** Most references and combinations within one another at one place. */
    private static final int MAX_NESTING = 64;
    /** Most properties and values in all merges of two shapes. */
    private static final int MAX_MERGED = 200_000;

    private final Map<String, SchemaNode> nodes;
    private final Map<String, List<Shape>> known = new HashMap<>();
    private final Set<String> open = new HashSet<>();
    private final List<Exclusion> exclusions = new ArrayList<>();
    private int merged;

    Alternatives(Map<String, SchemaNode> nodes) {
        this.nodes = nodes;
    }

    /**
     * Branches of {@code oneOf}, each merged with what its schema says beside it.
     *
     * @param pointer of the schema
     * @param branches shapes of each
     */
    record Exclusion(String pointer, List<List<Shape>> branches) {}

    /** The shapes of a value that conforms to all of some subschemas. */
    List<Shape> of(Conjunction conjunction) {
        List<Shape> shapes = List.of(Shape.ANY);
        for (String pointer : conjunction.pointers()) {
            shapes = merged(pointer, shapes, of(pointer));
        }
        return shapes;
    }

    /** All {@code oneOf} that were met. */
    List<Exclusion> exclusions() {
        return List.copyOf(exclusions);
    }

    private List<Shape> of(String pointer) {
        List<Shape> shapes = known.get(pointer);
        if (shapes == null) {
            if (open.size() == MAX_NESTING) {
                throw SchemaRefusal.at(
                        pointer, "nests more than " + MAX_NESTING + " references and combinations", "Flatten it");
            }
            if (!open.add(pointer)) {
                throw SchemaRefusal.at(
                        pointer,
                        "refers to itself without a property or an item between",
                        "Let the reference be of a part of the value");
            }
            shapes = expanded(pointer);
            open.remove(pointer);
            known.put(pointer, shapes);
        }
        return shapes;
    }

    private List<Shape> expanded(String pointer) {
        SchemaNode node = nodes.get(pointer);
        if (node == null) {
            throw new IllegalStateException("not read: " + pointer);
        }
        List<Shape> shapes = List.of(node.own());
        for (String other : node.all()) {
            shapes = merged(pointer, shapes, of(other));
        }
        for (SchemaNode.Branches choice : node.choices()) {
            List<List<Shape>> branches = new ArrayList<>();
            for (String branch : choice.pointers()) {
                branches.add(merged(pointer, shapes, of(branch)));
            }
            if (choice.exclusive()) {
                exclusions.add(new Exclusion(pointer, branches));
            }
            shapes = bounded(pointer, branches.stream().flatMap(List::stream).toList());
        }
        return shapes;
    }

    private List<Shape> merged(String pointer, List<Shape> first, List<Shape> second) {
        List<Shape> both = new ArrayList<>();
        for (Shape one : first) {
            for (Shape other : second) {
                merged += 1 + one.size() + other.size();
                if (merged > MAX_MERGED) {
                    throw SchemaRefusal.at(pointer, "combines too many alternatives", "Use fewer");
                }
                Shape shape = one.and(other);
                if (!shape.nothing()) {
                    both.add(shape);
                }
            }
        }
        return bounded(pointer, both);
    }

    private static List<Shape> bounded(String pointer, List<Shape> shapes) {
        List<Shape> different = List.copyOf(new LinkedHashSet<>(shapes));
        if (different.size() > MAX_ALTERNATIVES) {
            throw SchemaRefusal.at(
                    pointer, "has more than " + MAX_ALTERNATIVES + " alternatives", "Use fewer, or an enum");
        }
        return different;
    }
}
