package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Index;
import org.junit.jupiter.api.Test;

class KeyValueCacheTest {

    @Test
    void aSequenceGetsAllItsBlocksOrNone() {
        KeyValueCache cache = new KeyValueCache(Scenario.full(4, 5), 8);

        SequenceBlocks first = cache.reserve(12).orElseThrow();
        assertThat(cache.reserve(9)).isEmpty();
        SequenceBlocks second = cache.reserve(8).orElseThrow();
        first.close();
        second.close();
        assertThat(cache.reserve(20)).isPresent();
    }

    @Test
    void tablesGrowWithTheSequenceAndKeepTheirBlocks() {
        KeyValueCache cache = new KeyValueCache(Scenario.full(4, 8), 8);
        SequenceBlocks blocks = cache.reserve(20).orElseThrow();

        int[] first = blocks.cover(5).getFirst();
        int[] second = blocks.cover(17).getFirst();

        assertThat(first).hasSize(2);
        assertThat(second).hasSize(5).startsWith(first).doesNotHaveDuplicates();
        assertThat(cache.used()).isEqualTo(5);
        blocks.close();
        assertThat(cache.used()).isZero();
    }

    @Test
    void aWindowGivesBackWhatNoQuerySeesAnyMore() {
        KeyValueCache cache = new KeyValueCache(Scenario.fullAndWindow(4, 100, 6, 100), 13);
        SequenceBlocks blocks = cache.reserve(100).orElseThrow();

        blocks.cover(13);
        // The query at 12 sees 7 to 12: the block of 4 to 7 is still needed, that of 0 to 3 is not.
        blocks.passedTo(12);
        assertThat(blocks.cover(13).get(1)).startsWith(-1).doesNotContain(-1, Index.atIndex(1));
        // The query at 13 sees 8 to 13.
        blocks.passedTo(13);
        assertThat(Arrays.copyOf(blocks.cover(14).get(1), 2)).containsExactly(-1, -1);
        assertThat(blocks.cover(14).getFirst()).doesNotContain(-1);
    }

    @Test
    void aReservationSufficesForAnyWindowBlockSizeAndChunking() {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            int window = 1 + random.nextInt(20);
            int blockTokens = 1 + random.nextInt(9);
            int chunk = 1 + random.nextInt(12);
            int tokens = 1 + random.nextInt(120);
            KeyValueCache cache = new KeyValueCache(Scenario.fullAndWindow(blockTokens, 200, window, 200), chunk);
            SequenceBlocks blocks = cache.reserve(tokens).orElseThrow();
            for (int position = 0; position < tokens; ) {
                int end = Math.min(tokens, position + 1 + random.nextInt(chunk));
                int[] table = blocks.cover(end).get(1);
                int first = Math.max(0, position - window + 1);
                assertThat(IntStream.range(first, end).map(at -> table[at / blockTokens]))
                        .doesNotContain(-1);
                blocks.passedTo(end);
                position = end;
            }
            blocks.close();
            assertThat(cache.used()).isZero();
        }
    }

    @Test
    void windowLayersHoldUpSequencesOnlyByTheirWindow() {
        assertThat(new KeyValueCache(Scenario.fullAndWindow(4, 100, 8, 6), 8).longestSequence())
                .isEqualTo(400);
        // 8 - 1 + 8 positions touch up to 5 blocks of 4.
        assertThat(new KeyValueCache(Scenario.fullAndWindow(4, 100, 8, 4), 8).longestSequence())
                .isEqualTo(16);
    }

    @Test
    void sequencesNeverShareABlock() {
        Random random = new Random(5);
        KeyValueCache cache = new KeyValueCache(Scenario.fullAndWindow(4, 40, 8, 40), 30);
        List<SequenceBlocks> live = new ArrayList<>();
        List<List<int[]>> tables = new ArrayList<>();
        for (int round = 0; round < 1000; round++) {
            if (!live.isEmpty() && random.nextInt(3) == 0) {
                int gone = random.nextInt(live.size());
                live.remove(gone).close();
                tables.remove(gone);
            }
            int tokens = 1 + random.nextInt(30);
            Optional<SequenceBlocks> reserved = cache.reserve(tokens);
            reserved.ifPresent(blocks -> {
                live.add(blocks);
                tables.add(blocks.cover(tokens));
            });
            for (int group = 0; group < 2; group++) {
                int of = group;
                assertThat(tables.stream()
                                .flatMapToInt(table -> Arrays.stream(table.get(of)))
                                .toArray())
                        .doesNotHaveDuplicates();
            }
        }
        live.forEach(SequenceBlocks::close);
        assertThat(cache.used()).isZero();
    }

    @Test
    void aBlockReleasedTwiceIsAProgrammingError() {
        BlockPool pool = new BlockPool(Scenario.full(4, 2).groups().getFirst());
        pool.reserve(1);
        int block = pool.take();
        pool.release(block);

        assertThatThrownBy(() -> pool.release(block)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(pool::take).isInstanceOf(IllegalStateException.class);
    }
}
