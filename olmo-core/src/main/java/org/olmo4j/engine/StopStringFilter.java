package org.olmo4j.engine;

import java.util.List;
import java.util.Optional;

/**
 * Finds stop strings in a growing text and lets through only what is certain to be shown: nothing of a stop string, wherever it is cut
 * into pieces. The string that is complete first ends the text; of those complete at the same character, the longest.
 */
final class StopStringFilter {

    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private Optional<String> matched = Optional.empty();

    StopStringFilter(List<String> stops) {
        this.stops = stops;
    }

    /** Adds text and takes what can be shown of all that is held. */
    String append(String text) {
        if (matched.isPresent()) {
            return "";
        }
        int before = held.length();
        held.append(text);
        for (int end = before + 1; end <= held.length(); end++) {
            matched = longestEndingAt(end);
            if (matched.isPresent()) {
                held.setLength(end - matched.get().length());
                return take(held.length());
            }
        }
        return take(held.length() - longestBeginning());
    }

    /** Takes what is still held, since no more text comes. */
    String finish() {
        return take(held.length());
    }

    Optional<String> matched() {
        return matched;
    }

    private Optional<String> longestEndingAt(int end) {
        String longest = "";
        for (String stop : stops) {
            int start = end - stop.length();
            if (stop.length() > longest.length() && start >= 0 && stop.contentEquals(held.subSequence(start, end))) {
                longest = stop;
            }
        }
        return longest.isEmpty() ? Optional.empty() : Optional.of(longest);
    }

    /** Length of the longest end of the held text that some stop string begins with. */
    private int longestBeginning() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
                if (stop.startsWith(held.substring(held.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    private String take(int length) {
        String taken = held.substring(0, length);
        held.delete(0, length);
        return taken;
    }
}
