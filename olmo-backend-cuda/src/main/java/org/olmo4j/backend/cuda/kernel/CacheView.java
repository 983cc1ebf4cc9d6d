package org.olmo4j.backend.cuda.kernel;

import org.olmo4j.backend.KeyValueType;

/**
 * The keys and values of one layer in the cache. A block has for each layer keys [heads][{@value #BLOCK_TOKENS}][head size] and then values alike.
 *
 * @param type of keys and values
 * @param memory address of the group's first block
 * @param blockBytes from one block to the next
 * @param layerOffset where the layer's keys begin in a block, bytes
 * @param valuesDistance how much further its values are, bytes
 */
public record CacheView(KeyValueType type, long memory, long blockBytes, long layerOffset, long valuesDistance) {

    /** Tokens of a block. */
    public static final int BLOCK_TOKENS = 16;
}
