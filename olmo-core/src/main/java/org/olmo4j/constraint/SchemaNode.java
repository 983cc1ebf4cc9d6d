package org.olmo4j.constraint;

import java.util.List;

/**
 * A subschema whose keywords are all known.
 *
 * @param own what it says itself
 * @param all subschemas that hold as well: {@code allOf} and {@code $ref}
 * @param choices lists of subschemas, of each of which one holds
 */
record SchemaNode(Shape own, List<String> all, List<Branches> choices) {

    /** Allows everything. */
    static final SchemaNode ANY = new SchemaNode(Shape.ANY, List.of(), List.of());

    /** Allows nothing. */
    static final SchemaNode NOTHING = new SchemaNode(Shape.NOTHING, List.of(), List.of());

    /**
     * Alternatives.
     *
     * @param pointers of their subschemas
     * @param exclusive whether exactly one may hold ({@code oneOf}) and not several ({@code anyOf})
     */
    record Branches(List<String> pointers, boolean exclusive) {}
}
