package org.olmo4j.backend.cpu.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.quantization.Bfloat16;

/**
 * How the keys, or the values, of one head and one KV block lie in memory, in native byte order: [token][padded head size].
 *
 * <p>F32: elements one after the other, padded with zeros to whole logical lanes. BF16: 32-bit words of two elements, padded to blocks of 32; the
 * lower half of word i of a block is its element i, the upper half its element i + 16. So a shift and a mask bring 16 elements each in their
 * natural order, and what is computed is the same as with F32 keys and values of these numbers.
 */
public final class KeyValueTile {

    private KeyValueTile() {}

    /**
     * The elements that a token takes.
     *
     * @param type of elements
     * @param headSize elements of a head
     * @return padded number
     */
    public static int paddedHeadSize(KeyValueType type, int headSize) {
        return type == KeyValueType.F32 ? Contract.paddedToLanes(headSize) : Contract.padded(headSize);
    }

    /**
     * The memory of a tile.
     *
     * @param type of elements
     * @param headSize elements of a head
     * @return bytes
     */
    public static long bytes(KeyValueType type, int headSize) {
        return (long) Attention.TILE_TOKENS * paddedHeadSize(type, headSize) * type.bytes();
    }

    /**
     * Writes the key or the value of a token.
     *
     * @param type of elements
     * @param vector holds it
     * @param offset of its first element
     * @param headSize how many
     * @param target filled with zeros before the first write
     * @param targetOffset of the token, in bytes
     */
    public static void write(
            KeyValueType type, float[] vector, int offset, int headSize, MemorySegment target, long targetOffset) {
        if (type == KeyValueType.F32) {
            MemorySegment.copy(vector, offset, target, ValueLayout.JAVA_FLOAT, targetOffset, headSize);
            return;
        }
        long word = targetOffset;
        for (int block = 0; block < headSize; block += Contract.BLOCK) {
            for (int i = block; i < block + Contract.LANES; i++, word += Integer.BYTES) {
                int lower = bits(vector, offset, i, headSize);
                int upper = bits(vector, offset, i + Contract.LANES, headSize);
                target.set(ValueLayout.JAVA_INT, word, lower | (upper << Short.SIZE));
            }
        }
    }

    private static int bits(float[] vector, int offset, int i, int headSize) {
        return i < headSize ? Bfloat16.of(vector[offset + i]) & 0xFFFF : 0;
    }

    /**
     * One element of a tile, widened.
     *
     * @param type of elements
     * @param tile memory of the tile
     * @param offset of the token, in bytes
     * @param i element
     * @return its value
     */
    static float element(KeyValueType type, MemorySegment tile, long offset, int i) {
        if (type == KeyValueType.F32) {
            return tile.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4L * i);
        }
        int inBlock = i % Contract.BLOCK;
        long word = (long) (i / Contract.BLOCK) * Contract.LANES + inBlock % Contract.LANES;
        int pair = tile.get(ValueLayout.JAVA_INT_UNALIGNED, offset + 4 * word);
        return Bfloat16.toFloat((short) (inBlock < Contract.LANES ? pair : pair >>> Short.SIZE));
    }
}
