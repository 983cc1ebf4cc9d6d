package org.olmo4j.backend.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.spec.LayerSpec;
import org.olmo4j.spec.OlmoSpec;

/** Which layers of a model share a pool of KV blocks: those that see the same earlier tokens. Immutable; thread-safe. */
public final class CacheGroups {

    private final OlmoSpec spec;
    private final List<OptionalInt> windows;

    /**
     * The groups of a model.
     *
     * @param spec of it
     */
    public CacheGroups(OlmoSpec spec) {
        this.spec = spec;
        this.windows =
                spec.layers().stream().map(CacheGroups::window).distinct().toList();
    }

    private static OptionalInt window(LayerSpec layer) {
        return switch (layer.attention()) {
            case LayerSpec.Attention.Full() -> OptionalInt.empty();
            case LayerSpec.Attention.SlidingWindow(int window) -> OptionalInt.of(window);
        };
    }

    /**
     * How many groups there are.
     *
     * @return at least 1
     */
    public int count() {
        return windows.size();
    }

    /**
     * The group of a layer.
     *
     * @param layer 0-based
     * @return its index
     */
    public int group(int layer) {
        return windows.indexOf(window(spec.layers().get(layer)));
    }

    /**
     * The place of a layer in its group.
     *
     * @param layer 0-based
     * @return how many layers of the group come before it
     */
    public int indexInGroup(int layer) {
        int group = group(layer);
        return (int) spec.layers().subList(0, layer).stream()
                .filter(other -> windows.indexOf(window(other)) == group)
                .count();
    }

    /**
     * Divides memory between the groups.
     *
     * @param block of one layer
     * @param bytes at most to use
     * @param sequences that are expected to run at once
     * @param stepTokens most tokens that a step adds to a sequence
     * @return as many blocks as fit; a window group never gets more than all sequences can fill
     */
    public CacheLayout divide(LayerBlock block, long bytes, int sequences, int stepTokens) {
        long most = (long) sequences * ((spec.contextLength() + block.tokens() - 1) / block.tokens());
        long blocks = 0;
        // The largest number of full-attention blocks whose whole layout fits, by bisection.
        for (long high = most + 1; high - blocks > 1; ) {
            long middle = (blocks + high) / 2;
            if (bytes(layout(block, middle, sequences, stepTokens)) <= bytes) {
                blocks = middle;
            } else {
                high = middle;
            }
        }
        return layout(block, blocks, sequences, stepTokens);
    }

    /**
     * Keys and values of some tokens in one layer.
     *
     * @param tokens of a block
     * @param bytes for them
     */
    public record LayerBlock(int tokens, long bytes) {}

    private CacheLayout layout(LayerBlock block, long blocks, int sequences, int stepTokens) {
        List<CacheLayout.Group> groups = new ArrayList<>();
        for (int group = 0; group < windows.size(); group++) {
            OptionalInt window = windows.get(group);
            long layers = spec.layers().stream()
                    .filter(layer -> window(layer).equals(window))
                    .count();
            long count = blocks;
            if (window.isPresent()) {
                // The window, the tokens of a step, and the partly filled blocks at both ends.
                long ofSequence = ((long) window.getAsInt() + stepTokens) / block.tokens() + 2;
                count = Math.min(blocks, sequences * ofSequence);
            }
            groups.add(new CacheLayout.Group(window, block.tokens(), Math.toIntExact(count), layers * block.bytes()));
        }
        return new CacheLayout(groups);
    }

    /**
     * Size of a whole cache.
     *
     * @param layout of it
     * @return bytes of all its blocks
     */
    public static long bytes(CacheLayout layout) {
        return layout.groups().stream()
                .mapToLong(group -> group.blockCount() * group.blockBytes())
                .sum();
    }
}
