package org.olmo4j.constraint;

import org.jspecify.annotations.Nullable;

/**
 * An open array or object within which a value is written, and those around it. Immutable, and equal to another one that allows the same.
 * The depth is limited, so that every reader can follow; nothing is opened that could not be closed within the limit.
 */
abstract sealed class Frame permits ArrayFrame, ObjectFrame {

    /** Most levels of arrays and objects. */
    static final int MAX_DEPTH = 64;

    private final @Nullable Frame parent;
    private final int depth;
    private final int hash;

    Frame(@Nullable Frame parent, int ownHash) {
        this.parent = parent;
        this.depth = depth(parent) + 1;
        this.hash = ownHash + 31 * (parent == null ? 0 : parent.hash);
    }

    /** How many levels are open. */
    static int depth(@Nullable Frame frame) {
        return frame == null ? 0 : frame.depth;
    }

    /** Whether a value of this height may be written here. */
    static boolean fits(int height, @Nullable Frame frame) {
        return height <= MAX_DEPTH - depth(frame);
    }

    @Nullable
    Frame parent() {
        return parent;
    }

    /** What follows the opening bracket on a byte. */
    abstract void opened(int octet, Successors next);

    /** What follows a value in here on a byte. */
    abstract void afterValue(int octet, Successors next);

    abstract boolean sameHere(Frame other);

    @Override
    public final boolean equals(@Nullable Object other) {
        Frame mine = this;
        Object theirs = other;
        while (mine != theirs) {
            if (mine == null || !(theirs instanceof Frame frame) || frame.hash != mine.hash || !mine.sameHere(frame)) {
                return false;
            }
            mine = mine.parent;
            theirs = frame.parent;
        }
        return true;
    }

    @Override
    public final int hashCode() {
        return hash;
    }
}
