package org.olmo4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopStringFilterTest {

    @Test
    void holdsBackOnlyWhatMayBeginAStopString() {
        StopStringFilter filter = new StopStringFilter(List.of("END"));

        assertThat(filter.append("abE")).isEqualTo("ab");
        assertThat(filter.append("N")).isEmpty();
        assertThat(filter.append("x")).isEqualTo("ENx");
        assertThat(filter.append("y")).isEqualTo("y");
        assertThat(filter.matched()).isEmpty();
    }

    @Test
    void showsWhatWasHeldBackWhenNoMoreComes() {
        StopStringFilter filter = new StopStringFilter(List.of("END"));

        assertThat(filter.append("abEN")).isEqualTo("ab");
        assertThat(filter.finish()).isEqualTo("EN");
        assertThat(filter.finish()).isEmpty();
    }

    @Test
    void showsNothingOfAStopStringNorAfterIt() {
        StopStringFilter filter = new StopStringFilter(List.of("END"));

        assertThat(filter.append("abE")).isEqualTo("ab");
        assertThat(filter.append("ND cd")).isEmpty();
        assertThat(filter.append("ef")).isEmpty();
        assertThat(filter.finish()).isEmpty();
        assertThat(filter.matched()).contains("END");
    }

    @Test
    void aBeginningInsideAFailedBeginningIsNotLost() {
        StopStringFilter filter = new StopStringFilter(List.of("aab"));

        assertThat(filter.append("aa")).isEmpty();
        assertThat(filter.append("a")).isEqualTo("a");
        assertThat(filter.append("b")).isEmpty();
        assertThat(filter.matched()).contains("aab");
    }

    @ParameterizedTest
    @CsvSource({
        "xbcd, abcd|bc, x, bc",
        "xabcd, abcd|bc, xa, bc",
        "xabc, abc|bc|c, x, abc",
        "x\uD83D\uDE00y, \uD83D\uDE00, x, \uD83D\uDE00"
    })
    void theStringThatIsCompleteFirstWinsAndThenTheLongest(String text, String stops, String shown, String matched) {
        StopStringFilter filter = new StopStringFilter(List.of(stops.split("\\|", -1)));

        assertThat(filter.append(text)).isEqualTo(shown);
        assertThat(filter.matched()).contains(matched);
    }

    @Test
    void cuttingTheTextDifferentlyChangesNothing() {
        Random random = new Random(1);
        for (int round = 0; round < 2000; round++) {
            String text = random.ints(12, 'a', 'd')
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            List<String> stops = List.of(text.substring(5, 8), "cab", "bbbb");
            StopStringFilter whole = new StopStringFilter(stops);
            String expected = whole.append(text) + whole.finish();

            StopStringFilter pieces = new StopStringFilter(stops);
            StringBuilder shown = new StringBuilder();
            for (int from = 0; from < text.length(); ) {
                int to = Math.min(text.length(), from + random.nextInt(4));
                shown.append(pieces.append(text.substring(from, to)));
                from = to;
            }
            shown.append(pieces.finish());

            assertThat(shown.toString()).isEqualTo(expected);
            assertThat(pieces.matched()).isEqualTo(whole.matched());
            assertThat(text).startsWith(expected + whole.matched().orElseThrow());
        }
    }
}
