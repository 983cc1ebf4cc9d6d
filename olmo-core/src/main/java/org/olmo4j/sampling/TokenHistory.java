package org.olmo4j.sampling;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/** Which tokens a sequence has, as the penalties need it; kept up to date token by token. Not thread-safe. */
public final class TokenHistory {

    private final BitSet seen = new BitSet();
    private final Map<Integer, Integer> generatedCounts = new HashMap<>();

    /**
     * Starts with a prompt.
     *
     * @param promptIds ids of 0 or more
     */
    public TokenHistory(int[] promptIds) {
        for (int id : promptIds) {
            seen.set(id);
        }
    }

    /**
     * Adds a generated token.
     *
     * @param id 0 or more
     */
    public void append(int id) {
        seen.set(id);
        generatedCounts.merge(id, 1, Integer::sum);
    }

    void forEachSeen(IntConsumer consumer) {
        seen.stream().forEach(consumer);
    }

    void forEachGenerated(CountConsumer consumer) {
        generatedCounts.forEach(consumer::accept);
    }

    interface CountConsumer {
        void accept(int id, int count);
    }
}
