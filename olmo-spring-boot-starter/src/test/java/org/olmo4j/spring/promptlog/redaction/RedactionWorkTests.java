package org.olmo4j.spring.promptlog.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Work is counted in characters read, so that no clock decides. */
class RedactionWorkTests {

    /** Bounds of all detectors together, which look at some of the same characters again. */
    private static final int MOST_READS_PER_CHARACTER = 150;

    private static final class CountedText implements CharSequence {

        private final CharSequence text;
        private long reads;

        CountedText(CharSequence text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            reads++;
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    private static long reads(String unit, int length) {
        CountedText text =
                new CountedText(unit.repeat(length / unit.length() + 1).substring(0, length));
        assertThat(new PatternRedactor().redact(text)).isNotNull();
        return text.reads;
    }

    static List<String> hostileTexts() {
        return List.of(
                "a",
                "@",
                ".",
                "-",
                "0",
                "1 ",
                "1-",
                "(",
                "+1 ",
                "00 ",
                "a@",
                "a@a",
                "a@a.",
                "@a.a",
                "a.",
                "\n",
                " ",
                "=",
                ":",
                "\"",
                "\\\"",
                "eyJ",
                "eyJaaaaaaaaaa.",
                ".eyJ",
                "sk-",
                "sk-a=",
                "bearer ",
                "Bearer a",
                "Bearer a=",
                "://",
                "://a:",
                "a:b@",
                "password",
                "password=",
                "password= ",
                "password=a",
                "password=\"",
                "password is ",
                "token=",
                "token=a",
                "token='1",
                "secret_token=",
                "-----BEGIN ",
                "-----BEGIN PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----.",
                "-----BEGIN PRIVATE KEY----- -----END ",
                "DE89 ",
                "DE89",
                "DE8900 ",
                "4111 ",
                "4111111111111111",
                "phone 1 ",
                "number is me at ",
                "number number number 123456 ",
                "\uD83D",
                "The quick brown fox. ");
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    void growsWithTheLengthAndNotFaster(String unit) {
        assertLinear(unit, 100_000);
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    @Tag("long")
    void growsWithTheLengthOfAMegabyteAndNotFaster(String unit) {
        assertLinear(unit, 1_000_000);
    }

    private static void assertLinear(String unit, int length) {
        long tenth = reads(unit, length / 10);
        long all = reads(unit, length);

        assertThat((double) all / tenth).isLessThan(10.5);
        assertThat(all / length).isLessThan(MOST_READS_PER_CHARACTER);
    }
}
