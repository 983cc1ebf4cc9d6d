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
    void numbersShowTheDigitsThatCount() {
        assertThat(TextTable.number(0.01234)).isEqualTo("0.0123");
        assertThat(TextTable.number(1.2345)).isEqualTo("1.23");
        assertThat(TextTable.number(12.345)).isEqualTo("12.3");
        assertThat(TextTable.number(12345.6)).isEqualTo("12346");
        assertThat(TextTable.number(Double.NaN)).isEqualTo("-");
    }
}
