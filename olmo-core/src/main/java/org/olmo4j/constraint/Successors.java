package org.olmo4j.constraint;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gathers positions, each once, in the order in which they come. Nearly always there is one at most. */
final class Successors {

    private @Nullable Position first;
    private @Nullable Set<Position> more;

    void add(Position position) {
        if (first == null) {
            first = position;
        } else if (more != null || !first.equals(position)) {
            if (more == null) {
                more = new LinkedHashSet<>();
                more.add(first);
            }
            more.add(position);
        }
    }

    List<Position> toList() {
        if (more != null) {
            return new ArrayList<>(more);
        }
        return first == null ? List.of() : List.of(first);
    }
}
