package org.olmo4j.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LargestRemainderTest {

    @Test
    void theLargestRemaindersGetWhatRoundingDownLeaves() {
        // Quotas 4.7, 3.5, 1.8: rounded down 4 + 3 + 1 = 8, and two are left for the remainders 0.8 and 0.7.
        assertThat(LargestRemainder.divide(10, new long[] {47, 35, 18})).containsExactly(5, 3, 2);
    }

    @Test
    void equalRemaindersAreServedInOrder() {
        assertThat(LargestRemainder.divide(5, new long[] {1, 1, 1})).containsExactly(2, 2, 1);
    }

    @Test
    void whoHasNoWeightGetsNothing() {
        assertThat(LargestRemainder.divide(7, new long[] {0, 3, 0, 4})).containsExactly(0, 3, 0, 4);
    }

    @Test
    void productsBeyond64BitsAreExact() {
        // 10^18 divided 2 : 1 is 666,666,666,666,666,666 and two thirds, and half of that.
        assertThat(LargestRemainder.divide(
                        1_000_000_000_000_000_000L, new long[] {2_000_000_000_000L, 1_000_000_000_000L}))
                .containsExactly(666_666_666_666_666_667L, 333_333_333_333_333_333L);
    }

    @Test
    void partsAddUpAndAreWithinOneOfTheirQuota() {
        Random random = new Random(19);
        for (int round = 0; round < 2_000; round++) {
            long total = random.nextLong(1L << random.nextInt(1, 50));
            long[] weights = random.longs(1 + random.nextInt(100), 0, 1L << random.nextInt(1, 45))
                    .toArray();
            weights[0]++;
            BigInteger sum = BigInteger.valueOf(Arrays.stream(weights).sum());

            long[] parts = LargestRemainder.divide(total, weights);

            assertThat(Arrays.stream(parts).sum()).isEqualTo(total);
            for (int i = 0; i < parts.length; i++) {
                long down = BigInteger.valueOf(total)
                        .multiply(BigInteger.valueOf(weights[i]))
                        .divide(sum)
                        .longValueExact();
                assertThat(parts[i]).isBetween(down, down + 1);
            }
        }
    }

    @Test
    void nothingCanBeDividedByNoWeights() {
        assertThatIllegalArgumentException().isThrownBy(() -> LargestRemainder.divide(1, new long[] {0, 0}));
    }
}
