package org.olmo4j.spring.promptlog.redaction;

import org.jspecify.annotations.Nullable;

/** Addresses such as {@code ada.lovelace+notes@mail.example.org}, found by their at sign. Lengths are those of RFC 5321, 4.5.3.1. */
final class EmailDetector implements Detector {

    private static final String LABEL = "[EMAIL]";
    private static final int LONGEST_LOCAL_PART = 64;
    private static final int LONGEST_DOMAIN = 255;

    /** Others are allowed, but in URLs and in code they are rather what is before an address. */
    private static final String LOCAL_PUNCTUATION = "._%+~-";

    @Override
    public @Nullable Match find(Text text, int at, int from) {
        if (text.at(at) != '@') {
            return null;
        }
        int begin = at;
        int earliest = Math.max(from, at - LONGEST_LOCAL_PART);
        while (begin > earliest && isLocal(text.at(begin - 1))) {
            begin--;
        }
        while (begin < at && text.at(begin) == '.') {
            begin++;
        }
        int end = domainEnd(text, at + 1);
        return begin == at || end < 0 || isRemoteOfGit(text, begin, at, end) ? null : new Match(begin, end, LABEL);
    }

    /** git@github.com:olmo4j/olmo.git */
    private static boolean isRemoteOfGit(Text text, int begin, int at, int end) {
        return at - begin == 3 && text.startsWith(begin, "git") && text.at(end) == ':';
    }

    private static boolean isLocal(char c) {
        return Character.isLetterOrDigit(c) || LOCAL_PUNCTUATION.indexOf(c) >= 0;
    }

    /** Behind a domain of two labels at least, of which the last is of letters; negative if there is none. */
    private static int domainEnd(Text text, int begin) {
        int end = -1;
        int label = begin;
        int at = begin;
        boolean lettersOnly = true;
        for (; at < begin + LONGEST_DOMAIN; at++) {
            char c = text.at(at);
            if (Character.isLetterOrDigit(c)) {
                lettersOnly &= Character.isLetter(c);
            } else if (c == '-' && at > label) {
                lettersOnly = false;
            } else if (at == label) {
                break;
            } else {
                if (label > begin && lettersOnly && at - label >= 2) {
                    end = at;
                }
                if (c != '.') {
                    break;
                }
                label = at + 1;
                lettersOnly = true;
            }
        }
        return end;
    }
}
