package org.olmo4j.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The automata of scalars against what the JDK and Jackson make of the same texts. */
class LexiconTest {

    private static final JsonMapper JACKSON = JsonMapper.builder().build();

    @Test
    void everyStringThatIsAllowedIsOneForAStrictReader() {
        Random random = new Random(1);
        JsonString strings = new JsonString(0, JsonString.MAX_LENGTH);
        int accepted = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] bytes = quoted(randomBytes(random));
            if (accepts(strings, bytes)) {
                accepted++;
                String text = JACKSON.readValue(utf8(bytes), String.class);
                assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text))
                        .as(utf8(bytes))
                        .isTrue();
            }
        }
        assertThat(accepted).isGreaterThan(1000);
    }

    /** The other way round, for what Jackson reads and Unicode allows: only what is no JSON or no Unicode is left out. */
    @Test
    void everyStringThatAStrictReaderReadsIsAllowed() {
        Random random = new Random(2);
        JsonString strings = new JsonString(0, JsonString.MAX_LENGTH);
        int read = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] bytes = quoted(randomBytes(random));
            Optional<String> text = readStrictly(bytes);
            if (text.isPresent() && StandardCharsets.UTF_8.newEncoder().canEncode(text.get())) {
                read++;
                assertThat(accepts(strings, bytes)).as(utf8(bytes)).isTrue();
            }
        }
        assertThat(read).isGreaterThan(1000);
    }

    @Test
    void everyCharacterOfUnicodeIsAllowedAsItIs() {
        JsonString one = new JsonString(1, 1);
        for (int character = ' '; character <= Character.MAX_CODE_POINT; character++) {
            boolean written = character != '"' && character != '\\' && (character < 0xd800 || character > 0xdfff);
            if (written) {
                assertThat(accepts(one, quoted(Character.toString(character).getBytes(StandardCharsets.UTF_8))))
                        .as("U+%x", character)
                        .isTrue();
            }
        }
    }

    @Test
    void aLengthIsCountedInCodePoints() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = quoted(randomBytes(random));
            if (accepts(new JsonString(0, JsonString.MAX_LENGTH), bytes)) {
                String text = JACKSON.readValue(utf8(bytes), String.class);
                int length = text.codePointCount(0, text.length());
                int least = random.nextInt(5);
                int most = least + random.nextInt(5);
                assertThat(accepts(new JsonString(least, most), bytes))
                        .as("%s of %s to %s", utf8(bytes), least, most)
                        .isEqualTo(length >= least && length <= most);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^[a-c]+$", "abc", "^a|b$", "^(ab|ba)*$", "a.c", "^[^a-b]{2,3}$", "^\\d\\.\\d?$", "^\\w\\W\\s\\S$",
                        "(a+b?){2}",
                "^\\\\\"$", "^$", "", "^a??b*?$", "^(?:a|(?<name>b)c)+$", "^[\\n\\t\"\\\\]*$", "^\\u00e9|[\\x41-C]$",
                        "^[a\\-c-]$", "^é{1,2}$",
                "^[^]$", "^.{0,2}$", "[日-本]"
            })
    void aPatternMatchesWhatTheRegularExpressionsOfJavaMatch(String expression) throws Exception {
        // The same in Java's dialect: [^] is any character, and $ does not look past a line end.
        Pattern java = Pattern.compile(expression.replace("[^]", "[\\s\\S]").replace("$", "\\z"));
        Dfa automaton = Nfa.strings(PatternParser.parse(expression)).orElseThrow();
        Random random = new Random(4);
        String alphabet = "aabbccd .09é日本\"\\\n\t-_\u0001A😀";
        int[] characters = alphabet.codePoints().toArray();
        int matched = 0;
        for (int i = 0; i < 6_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(6);
            for (int j = 0; j < length; j++) {
                text.appendCodePoint(characters[random.nextInt(characters.length)]);
            }
            boolean matches = java.matcher(text).find();
            matched += matches ? 1 : 0;
            assertThat(accepts(automaton, quoted(JsonText.encode(text.toString()))))
                    .as("'%s'", text)
                    .isEqualTo(matches);
        }
        assertThat(matched).isPositive();
    }

    @Test
    void numbersAreComparedWithTheirBounds() {
        Random random = new Random(5);
        int inside = 0;
        for (int i = 0; i < 300; i++) {
            NumberLimits limits = new NumberLimits(
                    randomBound(random),
                    randomBound(random),
                    random.nextBoolean() ? random.nextInt(3) : NumberLimits.ANY_FRACTION);
            Optional<Dfa> automaton = NumberText.within(limits);
            for (int j = 0; j < 200; j++) {
                BigDecimal number = randomNumber(random);
                boolean expected = limits.contains(number) && number.scale() <= limits.fractionDigits();
                inside += expected ? 1 : 0;
                assertThat(automaton.isPresent() && accepts(automaton.get(), ascii(number.toPlainString())))
                        .as("%s in %s", number, limits)
                        .isEqualTo(expected);
            }
        }
        assertThat(inside).isGreaterThan(1000);
    }

    /** The oracle above is ours: here it is held against the bounds themselves. */
    @Test
    void limitsContainWhatLiesBetweenTheirBounds() {
        NumberLimits limits = new NumberLimits(
                NumberLimits.bound(new BigDecimal("-1.50"), false), NumberLimits.bound(BigDecimal.TEN, true), 1);

        assertThat(List.of("-1.5", "0", "9.9", "1.10", "-0.1"))
                .allMatch(number -> limits.contains(new BigDecimal(number)));
        assertThat(List.of("-1.6", "10", "10.0", "1.11", "99"))
                .noneMatch(number -> limits.contains(new BigDecimal(number)));
    }

    @Test
    void everyNumberThatIsAllowedIsAFiniteDouble() {
        Dfa numbers = NumberText.within(NumberLimits.NONE).orElseThrow();

        assertThat(accepts(numbers, ascii("9".repeat(18) + "." + "9".repeat(17) + "e99")))
                .isTrue();
        assertThat(accepts(numbers, ascii("9".repeat(19)))).isFalse();
        assertThat(accepts(numbers, ascii("0." + "9".repeat(18)))).isFalse();
        assertThat(accepts(numbers, ascii("1e100"))).isFalse();
        assertThat(Double.parseDouble("9".repeat(18) + "." + "9".repeat(17) + "e99"))
                .isFinite();
    }

    @Test
    void theFormatDateKnowsTheCalendar() {
        Lexicon dates = format("date");
        for (int year = 1895; year <= 2105; year++) {
            for (int month = 0; month <= 13; month++) {
                for (int day = 0; day <= 32; day++) {
                    String text = "%04d-%02d-%02d".formatted(year, month, day);
                    assertThat(accepts(dates, quoted(ascii(text)))).as(text).isEqualTo(exists(year, month, day));
                }
            }
        }
    }

    @Test
    void theFormatTimeAllowsWhatTheJdkReads() {
        Lexicon times = format("time");
        Random random = new Random(6);
        String alphabet = "00112359:+-Z.";
        for (String text : List.of("00:00:00Z", "23:59:59.999999999+14:00", "12:30:01-00:30")) {
            assertThat(accepts(times, quoted(ascii(text)))).as(text).isTrue();
            for (int i = 0; i < 5_000; i++) {
                StringBuilder changed = new StringBuilder(text);
                changed.setCharAt(random.nextInt(text.length()), alphabet.charAt(random.nextInt(alphabet.length())));
                if (accepts(times, quoted(ascii(changed.toString())))) {
                    assertThat(OffsetTime.parse(changed)).isNotNull();
                }
            }
        }
    }

    private static Lexicon format(String name) {
        return new Texts()
                .strings(new StringLimits(
                        0,
                        JsonString.MAX_LENGTH,
                        Set.of(new StringLimits.Expression(
                                Formats.expression(name).orElseThrow(), "format", ""))))
                .orElseThrow();
    }

    private static boolean exists(int year, int month, int day) {
        try {
            return LocalDate.of(year, month, day).getDayOfMonth() == day;
        } catch (DateTimeException none) {
            return false;
        }
    }

    private static Optional<NumberLimits.Bound> randomBound(Random random) {
        return random.nextInt(4) == 0
                ? Optional.empty()
                : NumberLimits.bound(randomNumber(random), random.nextBoolean());
    }

    private static BigDecimal randomNumber(Random random) {
        int digits = 1 + random.nextInt(4);
        BigDecimal number = BigDecimal.valueOf(random.nextInt((int) Math.pow(10, digits)), random.nextInt(4));
        return number.signum() != 0 && random.nextBoolean() ? number.negate() : number;
    }

    /** Mostly pieces of strings, sometimes anything. */
    private static byte[] randomBytes(Random random) {
        List<String> pieces = List.of(
                "a", "é", "日", "😀", "\\n", "\\\"", "\\u00e9", "\\ud83d", "\\ude00", "\\u", "d", "8", "\\", "\"", "/",
                "\u0001", "0041");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(8) == 0) {
                bytes.write(random.nextInt(256));
            } else {
                bytes.writeBytes(pieces.get(random.nextInt(pieces.size())).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static Optional<String> readStrictly(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return Optional.of(JACKSON.readerFor(String.class)
                    .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readValue(utf8(bytes)));
        } catch (JacksonException | CharacterCodingException notOne) {
            return Optional.empty();
        }
    }

    private static boolean accepts(Lexicon lexicon, byte[] text) {
        int state = lexicon.start();
        for (byte octet : text) {
            state = lexicon.step(state, octet & 0xff);
            if (state == Lexicon.DEAD) {
                return false;
            }
        }
        return lexicon.accepts(state);
    }

    private static byte[] quoted(byte[] inside) {
        return ("\"" + new String(inside, StandardCharsets.ISO_8859_1) + "\"").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
