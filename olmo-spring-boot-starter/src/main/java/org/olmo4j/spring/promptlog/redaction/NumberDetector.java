package org.olmo4j.spring.promptlog.redaction;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of payment cards (issuer's range, length and Luhn's check digit, ISO/IEC 7812) and of telephones: in international form, in the
 * forms of North America, with a national 0 and groups, or of any form behind a word that says so. A number without groups and without such a
 * sign may be anything and stays.
 */
final class NumberDetector implements Detector {

    private static final String CARD = "[CARD]";
    private static final String PHONE = "[PHONE]";
    private static final int MOST_DIGITS = 19;
    private static final int MOST_DIGITS_AFTER_PLUS = 15;
    private static final int MOST_GROUPS = 10;
    private static final int LONGEST_WORD_BEFORE = 12;
    private static final Set<String> PHONE_WORDS =
            Set.of("phone", "tel", "telephone", "mobile", "fax", "telefon", "handy", "mobil", "whatsapp", "sms");

    /** Said of a telephone only with one of the fillers: "call me at". */
    private static final Set<String> CALL_WORDS = Set.of("call", "text", "reach");

    private static final Set<String> FILLERS =
            Set.of("number", "numbers", "no", "nr", "nummer", "is", "me", "us", "at", "on", "under");

    @Override
    public @Nullable Match find(Text text, int at, int from) {
        char c = text.at(at);
        if ((!Text.isDigit(c) && c != '+' && c != '(') || !isStart(text, at)) {
            return null;
        }
        if (Text.isDigit(c)) {
            int end = cardEnd(text, at);
            if (end > 0) {
                return new Match(at, end, CARD);
            }
        }
        int end = phoneEnd(text, at);
        return end > 0 ? new Match(at, end, PHONE) : null;
    }

    /** Not within a word, a number, a version, a path or an identifier. */
    private static boolean isStart(Text text, int at) {
        char before = text.at(at - 1);
        boolean joins = before == '.' || before == '-' || before == '/';
        return before != '+' && !text.isWord(at - 1) && !(joins && text.isWord(at - 2));
    }

    private static boolean isEnd(Text text, int at) {
        char after = text.at(at);
        boolean joins = after == '.' || after == '-' || after == '/' || after == ':' || after == ',' || after == '%';
        return !text.isWord(at) && !(joins && text.isWord(at + 1));
    }

    private static int cardEnd(Text text, int begin) {
        char separator = Text.NONE;
        int[] digits = new int[MOST_DIGITS];
        int count = 0;
        int end = -1;
        for (int at = begin; ; at++) {
            char c = text.at(at);
            if (Text.isDigit(c)) {
                if (count == MOST_DIGITS) {
                    return end;
                }
                digits[count++] = c - '0';
                if (!text.isDigit(at + 1) && isEnd(text, at + 1) && isCard(digits, count)) {
                    end = at + 1;
                }
            } else if ((c == ' ' || c == '-') && (separator == Text.NONE || separator == c) && text.isDigit(at + 1)) {
                separator = c;
            } else {
                return end;
            }
        }
    }

    private static boolean isCard(int[] digits, int count) {
        if (count < 13) {
            return false;
        }
        int prefix = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3];
        boolean visa = digits[0] == 4 && (count == 13 || count == 16 || count == 19);
        boolean mastercard = count == 16 && (isIn(prefix, 5100, 5599) || isIn(prefix, 2221, 2720));
        boolean americanExpress = count == 15 && (isIn(prefix, 3400, 3499) || isIn(prefix, 3700, 3799));
        boolean diners =
                count == 14 && (isIn(prefix, 3000, 3059) || isIn(prefix, 3600, 3699) || isIn(prefix, 3800, 3999));
        boolean jcb = count == 16 && isIn(prefix, 3528, 3589);
        boolean maestro = count >= 16 && (isIn(prefix, 5000, 5099) || isIn(prefix, 5600, 5899));
        boolean discoverUnionPayOrMaestro = count >= 16 && digits[0] == 6;
        return (visa || mastercard || americanExpress || diners || jcb || maestro || discoverUnionPayOrMaestro)
                && hasLuhnDigit(digits, count);
    }

    private static boolean isIn(int prefix, int first, int last) {
        return prefix >= first && prefix <= last;
    }

    private static boolean hasLuhnDigit(int[] digits, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            int digit = digits[count - 1 - i] * (i % 2 == 0 ? 1 : 2);
            sum += digit > 9 ? digit - 9 : digit;
        }
        return sum % 10 == 0;
    }

    /** Digits in groups, as they are written. */
    private static final class Groups {
        private final int[] lengths = new int[MOST_GROUPS];
        private final char[] first = new char[MOST_GROUPS];
        private int count;
        private int digits;
        private boolean parenthesis;
        private boolean spaces;
        private boolean dots;

        /** In place of the plus before a country code. */
        private boolean doubleZero;

        private int end;
    }

    private static int phoneEnd(Text text, int begin) {
        boolean plus = text.at(begin) == '+';
        Groups groups = plus ? groups(text, begin + 1, MOST_DIGITS_AFTER_PLUS) : groups(text, begin, MOST_DIGITS);
        if (groups == null || !isEnd(text, groups.end)) {
            return -1;
        }
        boolean phone = plus
                ? isInternational(groups, 0)
                : isNorthAmerican(groups)
                        || isNational(groups)
                        || (groups.doubleZero && groups.count > 1 && !groups.dots && isInternational(groups, 2))
                        || (groups.digits >= 6 && groups.digits <= 15 && followsPhoneWord(text, begin));
        return phone ? groups.end : -1;
    }

    /** Groups after a plus end before more digits than E.164 allows: what follows is another number. */
    private static @Nullable Groups groups(Text text, int begin, int mostDigits) {
        Groups groups = new Groups();
        int at = begin;
        while (true) {
            if (text.at(at) == '(') {
                if (groups.parenthesis) {
                    return groups.count == 0 ? null : groups;
                }
                groups.parenthesis = true;
                at++;
            }
            if (!text.isDigit(at) || groups.count == MOST_GROUPS) {
                return groups.count == 0 ? null : groups;
            }
            groups.first[groups.count] = text.at(at);
            int digits = at;
            while (text.isDigit(at)) {
                at++;
                if (groups.digits + at - digits > mostDigits) {
                    return groups.count > 0 && mostDigits == MOST_DIGITS_AFTER_PLUS ? groups : null;
                }
            }
            groups.doubleZero |= groups.count == 0 && at - digits >= 2 && text.startsWith(digits, "00");
            groups.lengths[groups.count++] = at - digits;
            groups.digits += at - digits;
            boolean closes = text.at(at) == ')' && groups.parenthesis;
            groups.end = closes ? at + 1 : at;
            at = groups.end;
            char separator = text.at(at);
            boolean separates = separator == ' ' || separator == '-' || separator == '.' || separator == '/';
            int next = separates ? at + 1 : at;
            if ((!separates && !closes) || (!text.isDigit(next) && text.at(next) != '(')) {
                return groups;
            }
            groups.spaces |= separator == ' ' && !closes;
            groups.dots |= separator == '.';
            at = next;
        }
    }

    /** E.164: a country code, and 15 digits at most. */
    private static boolean isInternational(Groups groups, int prefix) {
        int digits = groups.digits - prefix;
        return digits >= 8 && digits <= 15 && (prefix > 0 || groups.first[0] != '0');
    }

    /** 555-123-4567, 555.123.4567, (555) 123-4567, 1-555-123-4567. With spaces alone it may be a row of numbers. */
    private static boolean isNorthAmerican(Groups groups) {
        int area = groups.count == 4 && groups.lengths[0] == 1 && groups.first[0] == '1' ? 1 : 0;
        return groups.count - area == 3
                && groups.lengths[area] == 3
                && groups.lengths[area + 1] == 3
                && groups.lengths[area + 2] == 4
                && groups.first[area] >= '2'
                && groups.first[area + 1] >= '2'
                && (groups.parenthesis || !groups.spaces);
    }

    /** 030 1234567, 0171/1234567, 06 12 34 56 78, (020) 7946 0958; but not 01-02-2024 10. */
    private static boolean isNational(Groups groups) {
        return groups.first[0] == '0'
                && !groups.doubleZero
                && groups.count > 1
                && groups.lengths[0] >= 2
                && groups.lengths[0] <= 5
                && groups.digits >= 9
                && groups.digits <= 12
                && (groups.count <= 4 || (groups.count == 5 && groups.digits == 10))
                && !(groups.count > 2 && groups.lengths[0] == 2 && groups.lengths[1] == 2 && groups.lengths[2] == 4)
                && !groups.dots;
    }

    private static boolean followsPhoneWord(Text text, int begin) {
        int end = begin;
        boolean filled = false;
        for (int words = 0; words < 4; words++) {
            for (int skipped = 0; skipped < 3 && end > 0 && !text.isWord(end - 1); skipped++) {
                end--;
            }
            int start = end;
            while (start > 0 && end - start <= LONGEST_WORD_BEFORE && text.isWord(start - 1)) {
                start--;
            }
            String word = text.substring(start, end).toLowerCase(Locale.ROOT);
            if (PHONE_WORDS.contains(word) || (filled && CALL_WORDS.contains(word))) {
                return true;
            }
            if (!FILLERS.contains(word)) {
                return false;
            }
            filled = true;
            end = start;
        }
        return false;
    }
}
