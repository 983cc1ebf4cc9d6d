package org.olmo4j.spring.promptlog.redaction;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bank accounts in the form of ISO 13616: country, two check digits (modulo 97), account, in one piece or in groups of four. */
final class IbanDetector implements Detector {

    private static final String LABEL = "[IBAN]";

    /** Lengths from the registry of SWIFT. */
    private static final Map<String, Integer> LENGTHS = lengths(
            "NO15 BE16 DK18 FI18 FO18 GL18 NL18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 XK20 CH21 HR21 LI21 LV21 BG22"
                    + " BH22 CR22 DE22 GB22 GE22 IE22 ME22 RS22 AE23 IL23 TL23 AD24 CZ24 ES24 MD24 PK24 RO24 SA24 SE24"
                    + " SK24 TN24 VG24 PT25 IS26 TR26 FR27 GR27 IT27 MC27 MR27 SM27 AL28 AZ28 BY28 CY28 DO28 GT28 HU28"
                    + " LB28 PL28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 MT31 SC31 LC32");

    private static Map<String, Integer> lengths(String countries) {
        Map<String, Integer> lengths = new HashMap<>();
        for (String country : countries.split(" ")) {
            lengths.put(country.substring(0, 2), Integer.valueOf(country.substring(2)));
        }
        return Map.copyOf(lengths);
    }

    @Override
    public @Nullable Match find(Text text, int at, int from) {
        if (!Text.isUpperCase(text.at(at))
                || !Text.isUpperCase(text.at(at + 1))
                || !text.isDigit(at + 2)
                || !text.isDigit(at + 3)
                || text.isWord(at - 1)) {
            return null;
        }
        Integer length = LENGTHS.get(text.substring(at, at + 2));
        return length == null ? null : account(text, at, length.intValue());
    }

    private static @Nullable Match account(Text text, int begin, int length) {
        StringBuilder account = new StringBuilder(length);
        int at = begin;
        while (account.length() < length) {
            char c = text.at(at);
            if (c == ' ' && account.length() % 4 == 0) {
                at++;
                c = text.at(at);
            }
            if (!Text.isDigit(c) && !Text.isUpperCase(c)) {
                return null;
            }
            account.append(c);
            at++;
        }
        return text.isWord(at) || !hasCheckDigits(account) ? null : new Match(begin, at, LABEL);
    }

    private static boolean hasCheckDigits(CharSequence account) {
        int remainder = 0;
        for (int i = 0; i < account.length(); i++) {
            int value = Character.digit(account.charAt((i + 4) % account.length()), 36);
            remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
        }
        return remainder == 1;
    }
}
