package org.olmo4j.constraint;

import org.jspecify.annotations.Nullable;

/** An open array with a number of items that were begun. */
final class ArrayFrame extends Frame {

    private final Form.Items form;
    private final int items;

    ArrayFrame(Form.Items form, @Nullable Frame parent) {
        this(form, 0, parent);
    }

    private ArrayFrame(Form.Items form, int items, @Nullable Frame parent) {
        super(parent, System.identityHashCode(form) * 31 + items);
        this.form = form;
        this.items = items;
    }

    @Override
    void opened(int octet, Successors next) {
        if (octet == ']' && items >= form.minimum()) {
            next.add(new Position.Behind(parent()));
        } else if (mayContinue()) {
            Position.begin(form.item(items), withItem(), octet, next);
        }
    }

    @Override
    void afterValue(int octet, Successors next) {
        if (octet == ']' && items >= form.minimum()) {
            next.add(new Position.Behind(parent()));
        } else if (octet == ',' && mayContinue()) {
            next.add(new Position.Before(form.item(items), withItem(), true));
        }
    }

    private boolean mayContinue() {
        return items < form.maximum() && fits(form.item(items).height(), this);
    }

    private ArrayFrame withItem() {
        int counted = form.counted(items + 1);
        return counted == items ? this : new ArrayFrame(form, counted, parent());
    }

    @Override
    boolean sameHere(Frame other) {
        return other instanceof ArrayFrame array && array.form == form && array.items == items;
    }
}
