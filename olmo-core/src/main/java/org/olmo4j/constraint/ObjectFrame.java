package org.olmo4j.constraint;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An open object: the keys of the schema that are still to come, and the other keys it has, so that none comes twice. */
final class ObjectFrame extends Frame {

    private final Form.Members form;
    private final int nextKey;
    private final int members;
    private final Set<String> others;

    ObjectFrame(Form.Members form, @Nullable Frame parent) {
        this(form, 0, 0, Set.of(), parent);
    }

    private ObjectFrame(Form.Members form, int nextKey, int members, Set<String> others, @Nullable Frame parent) {
        super(parent, ((System.identityHashCode(form) * 31 + nextKey) * 31 + members) * 31 + others.hashCode());
        this.form = form;
        this.nextKey = nextKey;
        this.members = members;
        this.others = others;
    }

    Form.Members form() {
        return form;
    }

    @Override
    void opened(int octet, Successors next) {
        if (octet == '"' && mayContinue()) {
            next.add(Position.Key.begin(this));
        } else {
            close(octet, next);
        }
    }

    @Override
    void afterValue(int octet, Successors next) {
        if (octet == ',' && mayContinue()) {
            next.add(new Position.BeforeKey(this, true));
        } else {
            close(octet, next);
        }
    }

    private void close(int octet, Successors next) {
        if (octet == '}' && form.requiredFrom(nextKey) == 0 && members >= form.minimum()) {
            next.add(new Position.Behind(parent()));
        }
    }

    private boolean mayContinue() {
        return takesOther() || leadsToKey(ByteTrie.ROOT);
    }

    /** Whether a key that the schema does not list may come: behind all that it requires. */
    boolean takesOther() {
        Rule additional = form.additional();
        return additional != null
                && form.requiredFrom(nextKey) == 0
                && members < form.maximum()
                && fits(additional.height(), this);
    }

    /** Whether a node of the listed keys leads to one that may come. */
    boolean leadsToKey(int node) {
        ByteTrie keys = form.keys();
        for (int place = keys.firstPlace(node); place < keys.placeEnd(node); place++) {
            if (takes(keys.string(place))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a listed key may come: not behind a later one, no required one is left out, and the number of members stays possible.
     *
     * @param key its number in the order of the schema
     */
    boolean takes(int key) {
        return key >= nextKey
                && form.requiredFrom(nextKey) == form.requiredFrom(key)
                && fits(form.value(key).height(), this)
                && countAllows(key);
    }

    private boolean countAllows(int key) {
        if (form.counted(members + 1) == 0) {
            return true;
        }
        int rest = form.requiredFrom(key + 1);
        if ((long) members + 1 + rest > form.maximum()) {
            return false;
        }
        Rule additional = form.additional();
        if (additional != null && fits(additional.height(), this)) {
            return true;
        }
        int possible = members + 1;
        for (int later = key + 1; later < form.size() && possible < form.minimum(); later++) {
            possible += fits(form.value(later).height(), this) ? 1 : 0;
        }
        return possible >= form.minimum();
    }

    /** This object with a listed key. */
    ObjectFrame with(int key) {
        return new ObjectFrame(form, key + 1, form.counted(members + 1), others, parent());
    }

    /** Whether another key is there already. */
    boolean has(String key) {
        return others.contains(key);
    }

    /** This object with another key; listed ones cannot follow. */
    ObjectFrame with(String key) {
        Set<String> more = new HashSet<>(others);
        more.add(key);
        return new ObjectFrame(form, form.size(), form.counted(members + 1), Set.copyOf(more), parent());
    }

    @Override
    boolean sameHere(Frame other) {
        return other instanceof ObjectFrame object
                && object.form == form
                && object.nextKey == nextKey
                && object.members == members
                && object.others.equals(others);
    }
}
