package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Index;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.CacheLayout;

class KeyValueCacheTest {

    private static final int[] TOKENS = IntStream.range(0, 200).toArray();

    private static KeyValueCache cache(CacheLayout layout) {
        return new KeyValueCache(layout, 8, true);
    }

    /** A sequence that has processed the first of some tokens. */
    private static SequenceBlocks processed(KeyValueCache cache, @Nullable String salt, int[] tokens, int count) {
        SequenceBlocks blocks = cache.sequence(salt);
        assertThat(blocks.cover(count)).isTrue();
        blocks.processed(tokens, count);
        return blocks;
    }

    private static int[] changed(int place) {
        int[] tokens = TOKENS.clone();
        tokens[place] = 1000;
        return tokens;
    }

    @Test
    void tablesGrowWithTheSequenceAndKeepTheirBlocks() {
        KeyValueCache cache = cache(Scenario.full(4, 8));
        SequenceBlocks blocks = cache.sequence(null);

        assertThat(blocks.cover(17)).isTrue();

        assertThat(blocks.tables(5).getFirst()).hasSize(2);
        assertThat(blocks.tables(17).getFirst())
                .hasSize(5)
                .startsWith(blocks.tables(5).getFirst())
                .doesNotHaveDuplicates();
        assertThat(cache.used()).isEqualTo(5);
        blocks.release();
        assertThat(cache.used()).isZero();
    }

    @Test
    void aSequenceLearnsThatThereAreTooFewBlocks() {
        KeyValueCache cache = cache(Scenario.full(4, 5));
        SequenceBlocks first = processed(cache, null, TOKENS, 12);
        SequenceBlocks second = cache.sequence("other");

        assertThat(second.cover(9)).isFalse();
        first.release();
        assertThat(second.cover(9)).isTrue();
    }

    @Test
    void aLaterSequenceTakesOverTheFullBlocksOfAnEqualBeginning() {
        KeyValueCache cache = cache(Scenario.full(4, 20));
        SequenceBlocks first = processed(cache, null, TOKENS, 14);
        List<int[]> tables = first.tables(12);

        SequenceBlocks beside = cache.sequence(null);
        assertThat(beside.adopt(TOKENS, 0, 100)).isEqualTo(12);
        assertThat(beside.tables(12).getFirst()).containsExactly(tables.getFirst());
        assertThat(cache.used()).as("shared, not copied").isEqualTo(4);
        beside.release();
        first.release();

        assertThat(cache.used()).isZero();
        assertThat(cache.idle()).as("the fourth block was not full").isEqualTo(3);
        SequenceBlocks later = cache.sequence(null);
        assertThat(later.adopt(TOKENS, 0, 11)).as("no more than asked").isEqualTo(8);
        assertThat(later.adopt(TOKENS, 8, 100)).as("and the rest later").isEqualTo(12);
    }

    @Test
    void anotherTokenEndsWhatIsShared() {
        KeyValueCache cache = cache(Scenario.full(4, 60));
        processed(cache, null, TOKENS, 40);

        for (int place = 0; place < 40; place++) {
            SequenceBlocks blocks = cache.sequence(null);
            assertThat(blocks.adopt(changed(place), 0, 40)).isEqualTo(place / 4 * 4);
            blocks.release();
        }
    }

    @Test
    void aSaltKeepsTenantsApart() {
        KeyValueCache cache = cache(Scenario.full(4, 20));
        processed(cache, "a", TOKENS, 12);

        assertThat(cache.sequence("b").adopt(TOKENS, 0, 12)).isZero();
        assertThat(cache.sequence(null).adopt(TOKENS, 0, 12)).isZero();
        assertThat(cache.sequence("").adopt(TOKENS, 0, 12)).isZero();
        assertThat(cache.sequence("a").adopt(TOKENS, 0, 12)).isEqualTo(12);
    }

    @Test
    void whereNothingIsKeptOnlyLivingSequencesShare() {
        KeyValueCache cache = new KeyValueCache(Scenario.full(4, 20), 8, false);
        SequenceBlocks first = processed(cache, null, TOKENS, 12);
        SequenceBlocks beside = cache.sequence(null);
        assertThat(beside.adopt(TOKENS, 0, 12)).isEqualTo(12);

        first.release();
        beside.release();

        assertThat(cache.used() + cache.idle()).isZero();
        assertThat(cache.sequence(null).adopt(TOKENS, 0, 12)).isZero();
    }

    @Test
    void theLeastRecentlyUsedBlocksGoFirstAndThoseInUseNever() {
        KeyValueCache cache = cache(Scenario.full(4, 6));
        int[] other = changed(0);
        processed(cache, null, TOKENS, 8).release();
        processed(cache, null, other, 8).release();
        SequenceBlocks user = cache.sequence(null);
        // The older two are in use again, so that the other two are the least recently used.
        assertThat(user.adopt(TOKENS, 0, 8)).isEqualTo(8);

        SequenceBlocks hungry = cache.sequence("hungry");
        assertThat(hungry.cover(12)).as("two free, one idle").isTrue();

        assertThat(cache.sequence(null).adopt(other, 0, 8))
                .as("the end of a beginning goes first")
                .isEqualTo(4);
        assertThat(hungry.cover(16)).as("what was adopted by nobody known").isFalse();
        user.release();
        assertThat(hungry.cover(20)).isTrue();
        assertThat(cache.sequence(null).adopt(TOKENS, 0, 8)).isZero();
    }

    @Test
    void aWindowGivesBackWhatNoQuerySeesAnyMore() {
        KeyValueCache cache = new KeyValueCache(Scenario.fullAndWindow(4, 100, 6, 100), 13, true);
        SequenceBlocks blocks = cache.sequence(null);

        blocks.cover(14);
        // The query at 12 sees 7 to 12: the block of 4 to 7 is still needed, that of 0 to 3 is not.
        blocks.processed(TOKENS, 12);
        assertThat(blocks.tables(13).get(1)).startsWith(-1).doesNotContain(-1, Index.atIndex(1));
        // The query at 13 sees 8 to 13.
        blocks.processed(TOKENS, 13);
        assertThat(Arrays.copyOf(blocks.tables(14).get(1), 2)).containsExactly(-1, -1);
        assertThat(blocks.tables(14).getFirst()).doesNotContain(-1);
    }

    @Test
    void aWindowNeedsOnlyTheBlocksThatTheNextQuerySees() {
        KeyValueCache cache = cache(Scenario.fullAndWindow(4, 100, 6, 100));
        SequenceBlocks first = cache.sequence(null);
        for (int end = 4; end <= 24; end += 4) {
            first.cover(end);
            first.processed(TOKENS, end);
        }

        SequenceBlocks second = cache.sequence(null);
        assertThat(second.adopt(TOKENS, 0, 24)).isEqualTo(24);

        // The query at 24 sees 19 to 24.
        assertThat(second.tables(24).get(1)).startsWith(-1, -1, -1, -1).doesNotContain(-1, Index.atIndex(4));
        assertThat(second.tables(24).getFirst()).doesNotContain(-1);
    }

    @Test
    void whatAWindowHasLostMakesTheSharedBeginningShorter() {
        KeyValueCache cache = cache(Scenario.fullAndWindow(4, 100, 6, 6));
        SequenceBlocks first = cache.sequence(null);
        for (int end = 4; end <= 40; end += 4) {
            assertThat(first.cover(end)).isTrue();
            first.processed(TOKENS, end);
        }

        // The window's pool of six holds the last blocks; a beginning of 12 tokens has its full blocks but no window
        // any more.
        assertThat(cache.sequence(null).adopt(TOKENS, 0, 12)).isZero();
        assertThat(cache.sequence(null).adopt(TOKENS, 0, 40)).isEqualTo(40);
    }

    @Test
    void blocksOfAnySizeWindowAndChunkHoldWhatEveryQuerySees() {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            int window = 1 + random.nextInt(20);
            int blockTokens = 1 + random.nextInt(9);
            int chunk = 1 + random.nextInt(12);
            int tokens = 1 + random.nextInt(120);
            KeyValueCache cache = new KeyValueCache(
                    Scenario.fullAndWindow(blockTokens, 250, window, 250), chunk, random.nextBoolean());
            for (int run = 0; run < 2; run++) {
                SequenceBlocks blocks = cache.sequence(null);
                int position = blocks.adopt(TOKENS, 0, tokens - 1);
                while (position < tokens) {
                    int end = Math.min(tokens, position + 1 + random.nextInt(chunk));
                    assertThat(blocks.cover(end)).isTrue();
                    int[] table = blocks.tables(end).get(1);
                    int first = Math.max(0, position - window + 1);
                    assertThat(IntStream.range(first, end).map(at -> table[at / blockTokens]))
                            .doesNotContain(-1);
                    blocks.processed(TOKENS, end);
                    position = end;
                }
                blocks.release();
                assertThat(cache.used()).isZero();
            }
        }
    }

    @Test
    void windowLayersHoldUpSequencesOnlyByTheirWindow() {
        assertThat(cache(Scenario.fullAndWindow(4, 100, 8, 6)).longestSequence())
                .isEqualTo(400);
        // 8 - 1 + 8 positions touch up to 5 blocks of 4.
        assertThat(cache(Scenario.fullAndWindow(4, 100, 8, 4)).longestSequence())
                .isEqualTo(16);
    }

    @Test
    void sequencesOfDifferentTokensNeverShareABlock() {
        Random random = new Random(5);
        KeyValueCache cache = cache(Scenario.fullAndWindow(4, 40, 8, 40));
        List<SequenceBlocks> live = new ArrayList<>();
        List<List<int[]>> tables = new ArrayList<>();
        for (int round = 0; round < 1000; round++) {
            if (!live.isEmpty() && random.nextInt(3) == 0) {
                int gone = random.nextInt(live.size());
                live.remove(gone).release();
                tables.remove(gone);
            }
            int count = 1 + random.nextInt(30);
            int[] tokens = random.ints(count).toArray();
            SequenceBlocks blocks = cache.sequence(null);
            if (blocks.cover(count)) {
                live.add(blocks);
                tables.add(blocks.tables(count));
            } else {
                blocks.release();
            }
            if (random.nextBoolean() && !live.isEmpty() && live.getLast() == blocks) {
                // What it gives back of its window may be another's in the next round.
                blocks.processed(tokens, count);
                tables.set(tables.size() - 1, blocks.tables(count));
            }
            for (int group = 0; group < 2; group++) {
                int of = group;
                assertThat(tables.stream()
                                .flatMapToInt(table -> Arrays.stream(table.get(of)))
                                .filter(id -> id != BlockPool.NONE)
                                .toArray())
                        .doesNotHaveDuplicates();
            }
        }
        live.forEach(SequenceBlocks::release);
        assertThat(cache.used()).isZero();
    }

    @Test
    void aBlockReleasedTwiceIsAProgrammingError() {
        BlockPool pool = new BlockPool(Scenario.full(4, 1).groups().getFirst(), true);
        int block = pool.take();
        pool.release(block);

        assertThatThrownBy(() -> pool.release(block)).isInstanceOf(IllegalStateException.class);
        pool.take();
        assertThatThrownBy(pool::take).isInstanceOf(IllegalStateException.class);
    }
}
