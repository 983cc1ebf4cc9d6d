package org.olmo4j.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.backend.cpu.kernel.Attention;
import org.olmo4j.backend.cpu.kernel.KeyValueTile;
import org.olmo4j.backend.plan.CacheGroups;
import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.spec.OlmoSpec;

/**
 * Keys and values, by blocks of {@link Attention#TILE_TOKENS} tokens. A block holds, for each layer of its group, keys and then
 * values as one {@link KeyValueTile} for each head.
 *
 * <p>Memory is taken from the system slab by slab when a block is first used, so that a large cache costs nothing until it is needed.
 * Written by one thread at a time.
 */
final class KeyValueCache implements AutoCloseable {

    private static final int BLOCK_TOKENS = Attention.TILE_TOKENS;
    private static final long SLAB_BYTES = 64L << 20;

    private final Arena arena = Arena.ofShared();
    private final CacheLayout layout;
    private final KeyValueType type;
    private final int[] groupOfLayer;
    private final int[] indexInGroup;
    private final int headSize;
    private final long headBytes;
    private final long layerBytes;
    private final @Nullable MemorySegment[][] slabs;
    private final int[] blocksOfSlab;

    KeyValueCache(OlmoSpec spec, CacheLayout layout, KeyValueType type) {
        this.layout = layout;
        this.type = type;
        CacheGroups groups = new CacheGroups(spec);
        groupOfLayer = IntStream.range(0, spec.layerCount()).map(groups::group).toArray();
        indexInGroup =
                IntStream.range(0, spec.layerCount()).map(groups::indexInGroup).toArray();
        headSize = spec.headSize();
        headBytes = KeyValueTile.bytes(type, spec.headSize());
        layerBytes = 2L * spec.keyValueHeads() * headBytes;
        slabs = new MemorySegment[groups.count()][];
        blocksOfSlab = new int[groups.count()];
        for (int group = 0; group < groups.count(); group++) {
            CacheLayout.Group description = layout.groups().get(group);
            blocksOfSlab[group] = (int) Math.max(1, SLAB_BYTES / description.blockBytes());
            slabs[group] =
                    new MemorySegment[(description.blockCount() + blocksOfSlab[group] - 1) / blocksOfSlab[group]];
        }
    }

    /**
     * Divides memory between the groups of a model.
     *
     * @param spec of the model
     * @param type of keys and values
     * @param bytes at most to use
     * @param sequences that are expected to run at once
     * @param stepTokens most tokens that a step adds to a sequence
     * @return as many blocks as fit; a window group never gets more than all sequences can fill
     */
    static CacheLayout layout(OlmoSpec spec, KeyValueType type, long bytes, int sequences, int stepTokens) {
        return new CacheGroups(spec)
                .divide(
                        new CacheGroups.LayerBlock(
                                BLOCK_TOKENS, 2L * spec.keyValueHeads() * KeyValueTile.bytes(type, spec.headSize())),
                        bytes,
                        sequences,
                        stepTokens);
    }

    CacheLayout layout() {
        return layout;
    }

    KeyValueType type() {
        return type;
    }

    int group(int layer) {
        return groupOfLayer[layer];
    }

    /**
     * Makes sure that the memory of a block is there. Called before threads compute with it.
     *
     * @param group index of the group
     * @param block id
     * @throws DeviceFailedException if the system has no memory for it; nothing has changed then
     */
    void touch(int group, int block) {
        int slab = block / blocksOfSlab[group];
        if (slabs[group][slab] == null) {
            CacheLayout.Group description = layout.groups().get(group);
            int blocks = Math.min(blocksOfSlab[group], description.blockCount() - slab * blocksOfSlab[group]);
            slabs[group][slab] = allocate(blocks * description.blockBytes());
        }
    }

    private MemorySegment allocate(long bytes) {
        try {
            return arena.allocate(bytes, 64);
        } catch (OutOfMemoryError e) {
            long taken = Stream.of(slabs)
                    .flatMap(Stream::of)
                    .filter(Objects::nonNull)
                    .mapToLong(MemorySegment::byteSize)
                    .sum();
            throw new DeviceFailedException(
                    "The system has no memory for " + bytes + " more bytes of the KV cache, which has taken " + taken
                            + " of up to " + CacheGroups.bytes(layout) + " bytes (" + e.getMessage() + ")",
                    "Lower olmo.engine.kv-cache-size (LoadOptions.keyValueCacheBytes), or give the process more memory",
                    false,
                    e);
        }
    }

    /**
     * The memory that a block lies in; it has been touched.
     *
     * @param layer which
     * @param block id
     * @return a slab
     */
    MemorySegment slab(int layer, int block) {
        int group = groupOfLayer[layer];
        MemorySegment slab = slabs[group][block / blocksOfSlab[group]];
        if (slab == null) {
            throw new IllegalStateException(
                    "Block " + block + " of cache group " + group + " is read before it was written");
        }
        return slab;
    }

    /**
     * Where the keys of a head start in {@link #slab}; the values are {@link #valuesDistance()} further on.
     *
     * @param layer which
     * @param block id
     * @param head key/value head
     * @return offset in bytes
     */
    long keysOffset(int layer, int block, int head) {
        int group = groupOfLayer[layer];
        return block % blocksOfSlab[group] * layout.groups().get(group).blockBytes()
                + indexInGroup[layer] * layerBytes
                + head * headBytes;
    }

    long valuesDistance() {
        return layerBytes / 2;
    }

    /**
     * Writes the keys and values of one token.
     *
     * @param layer which
     * @param block id, touched
     * @param token place in the block
     * @param keys all heads, from the offset
     * @param values all heads, from the offset
     * @param offset of the first
     */
    void write(int layer, int block, int token, float[] keys, float[] values, int offset) {
        MemorySegment slab = slab(layer, block);
        int heads = (int) (layerBytes / 2 / headBytes);
        long tokenOffset = token * (headBytes / BLOCK_TOKENS);
        for (int head = 0; head < heads; head++) {
            long target = keysOffset(layer, block, head) + tokenOffset;
            KeyValueTile.write(type, keys, offset + head * headSize, headSize, slab, target);
            KeyValueTile.write(type, values, offset + head * headSize, headSize, slab, target + valuesDistance());
        }
    }

    void copyBlocks(int group, int[] from, int[] to) {
        long bytes = layout.groups().get(group).blockBytes();
        for (int i = 0; i < from.length; i++) {
            touch(group, from[i]);
            touch(group, to[i]);
            MemorySegment.copy(block(group, from[i]), 0, block(group, to[i]), 0, bytes);
        }
    }

    private MemorySegment block(int group, int block) {
        MemorySegment slab = slabs[group][block / blocksOfSlab[group]];
        if (slab == null) {
            throw new IllegalStateException("Block " + block + " of cache group " + group + " was never touched");
        }
        long bytes = layout.groups().get(group).blockBytes();
        return slab.asSlice(block % blocksOfSlab[group] * bytes, bytes);
    }

    @Override
    public void close() {
        arena.close();
    }
}
