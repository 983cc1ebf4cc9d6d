package org.olmo4j.benchmark.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTableTest {

    @Test
    void numbersStandOnTheRightAndWordsOnTheLeft() {
        TextTable table = new TextTable("model", "tokens/s");
        table.add("a", "9.50");
        table.add("longer", "1234");
        assertThat(table).hasToString("""
            | model  | tokens/s |
            |--------|----------|
            | a      |     9.50 |
            | longer |     1234 |\
            """);
    }

    @Test
    void fiveDigitsCountFromTheFirstThatIsNotZero() {
        assertThat(TextTable.fiveDigits(1.002345)).isEqualTo("1.0023");
        assertThat(TextTable.fiveDigits(0.000123456)).isEqualTo("0.00012346");
        assertThat(TextTable.fiveDigits(0)).isEqualTo("0");
    }

    @Test
    void whatWasNotMeasuredHasNoBounds() {
        assertThat(TextTable.spread(new Spread(Double.NaN, Double.NaN, Double.NaN)))
                .isEqualTo("-");
        assertThat(TextTable.spread(new Spread(2, 1, 3))).isEqualTo("2.00 (1.00-3.00)");
    }

    @Test
    void numbersShowTheDigitsThatCount() {
        assertThat(TextTable.number(0.01234)).isEqualTo("0.0123");
        assertThat(TextTable.number(1.2345)).isEqualTo("1.23");
        assertThat(TextTable.number(12.345)).isEqualTo("12.3");
        assertThat(TextTable.number(12345.6)).isEqualTo("12346");
        assertThat(TextTable.number(Double.NaN)).isEqualTo("-");
    }
}
