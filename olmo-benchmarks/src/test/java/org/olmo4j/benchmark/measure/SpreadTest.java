package org.olmo4j.benchmark.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {

    @Test
    void theMedianOfAnOddNumberIsTheOneInTheMiddle() {
        assertThat(Spread.of(List.of(9.0, 1.0, 2.0, 100.0, 3.0))).isEqualTo(new Spread(3, 1, 100));
    }

    @Test
    void theMedianOfAnEvenNumberIsTheMeanOfTheTwoInTheMiddle() {
        assertThat(Spread.of(List.of(4.0, 1.0, 3.0, 10.0))).isEqualTo(new Spread(3.5, 1, 10));
    }

    @Test
    void nothingHasNoSpread() {
        assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    /** Medians 20 and 10; the pairs' ratios are 4, 1 and 2.5. */
    @Test
    void aRatioIsThatOfTheMediansBetweenThoseOfThePairs() {
        assertThat(Spread.ofRatio(List.of(20.0, 10.0, 50.0), List.of(5.0, 10.0, 20.0)))
                .isEqualTo(new Spread(2, 1, 4));
    }

    @Test
    void percentilesAreMeasuredValues() {
        List<Double> upTo200 =
                IntStream.rangeClosed(1, 200).mapToObj(i -> (double) i).toList();
        assertThat(Spread.percentile(upTo200, 0.99)).isEqualTo(198);
        assertThat(Spread.percentile(upTo200, 0.5)).isEqualTo(100);
        assertThat(Spread.percentile(List.of(7.0), 0.99)).isEqualTo(7);
    }
}
