package org.olmo4j.constraint;

import java.util.List;

/** What may be written for a part of a schema: one of several forms. Filled in while a schema is compiled, and not changed afterwards. */
final class Rule {

    /** The height of what no value conforms to. */
    static final int IMPOSSIBLE = Integer.MAX_VALUE;

    private List<Form> forms = List.of();
    private int height = IMPOSSIBLE;

    List<Form> forms() {
        return forms;
    }

    void fill(List<Form> complete) {
        forms = List.copyOf(complete);
    }

    /** How deep the flattest value is nested: 0 for a scalar, 1 for an empty array. */
    int height() {
        return height;
    }

    /**
     * Works the height out anew from those of its parts.
     *
     * @return whether it changed
     */
    boolean lower() {
        int lowest = forms.stream().mapToInt(Form::height).min().orElse(IMPOSSIBLE);
        boolean changed = lowest != height;
        height = lowest;
        return changed;
    }
}
