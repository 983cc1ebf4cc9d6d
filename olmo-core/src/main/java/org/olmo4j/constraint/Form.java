package org.olmo4j.constraint;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One way to write a value. */
sealed interface Form {

    /** How deep the flattest value is nested; {@link Rule#IMPOSSIBLE} if there is none. */
    int height();

    /** One level above a height; what is deeper than any value may be is as good as impossible. */
    private static int above(int height) {
        return height >= Frame.MAX_DEPTH ? Rule.IMPOSSIBLE : height + 1;
    }

    /** A string, number, truth value or null. */
    record Scalar(Lexicon lexicon) implements Form {
        @Override
        public int height() {
            return 0;
        }
    }

    /** An array. */
    final class Items implements Form {
        private final List<Rule> first;
        private final Rule rest;
        private final int minimum;
        private final int maximum;

        /**
         * Makes a form.
         *
         * @param first of the first items, each
         * @param rest of the items behind them
         * @param minimum fewest items
         * @param maximum most items
         */
        Items(List<Rule> first, Rule rest, int minimum, int maximum) {
            this.first = List.copyOf(first);
            this.rest = rest;
            this.minimum = minimum;
            this.maximum = maximum;
        }

        Rule item(int index) {
            return index < first.size() ? first.get(index) : rest;
        }

        int minimum() {
            return minimum;
        }

        int maximum() {
            return maximum;
        }

        /** A number of items that allows the same as this one: without a limit, they are counted no further than they matter. */
        int counted(int items) {
            return maximum == ArrayLimits.UNLIMITED ? Math.min(items, Math.max(minimum, first.size())) : items;
        }

        @Override
        public int height() {
            if (minimum > maximum) {
                return Rule.IMPOSSIBLE;
            }
            int highest = IntStream.range(0, Math.min(minimum, first.size() + 1))
                    .map(index -> item(index).height())
                    .max()
                    .orElse(0);
            return above(highest);
        }
    }

    /** An object. */
    final class Members implements Form {
        private final ByteTrie keys;
        private final List<Rule> values;
        private final int[] requiredFrom;
        private final @Nullable Rule additional;
        private final int minimum;
        private final int maximum;

        /**
         * Makes a form.
         *
         * @param keys as they are written, in order
         * @param values of each key
         * @param required whether each must be there
         * @param additional of all other keys; null if there are none
         * @param minimum fewest members
         * @param maximum most members
         */
        Members(
                List<byte[]> keys,
                List<Rule> values,
                boolean[] required,
                @Nullable Rule additional,
                int minimum,
                int maximum) {
            this.keys = new ByteTrie(keys);
            this.values = List.copyOf(values);
            this.requiredFrom = new int[required.length + 1];
            for (int i = required.length - 1; i >= 0; i--) {
                requiredFrom[i] = requiredFrom[i + 1] + (required[i] ? 1 : 0);
            }
            this.additional = additional;
            this.minimum = minimum;
            this.maximum = maximum;
        }

        ByteTrie keys() {
            return keys;
        }

        Rule value(int key) {
            return values.get(key);
        }

        @Nullable
        Rule additional() {
            return additional;
        }

        int size() {
            return values.size();
        }

        /** How many of the keys from a place on must be there. */
        int requiredFrom(int key) {
            return requiredFrom[key];
        }

        boolean required(int key) {
            return requiredFrom[key] > requiredFrom[key + 1];
        }

        int minimum() {
            return minimum;
        }

        int maximum() {
            return maximum;
        }

        /** A number of members that allows the same as this one: they are not counted where it does not matter. */
        int counted(int members) {
            return minimum == 0 && maximum == ObjectLimits.UNLIMITED ? 0 : members;
        }

        @Override
        public int height() {
            int needed = requiredFrom[0];
            if (needed > maximum || minimum > maximum) {
                return Rule.IMPOSSIBLE;
            }
            int highest = 0;
            for (int key = 0; key < values.size(); key++) {
                if (required(key)) {
                    highest = Math.max(highest, values.get(key).height());
                }
            }
            return above(Math.max(highest, heightOfOptional(minimum - needed)));
        }

        /** The lowest height with this many members that are not required. */
        private int heightOfOptional(int count) {
            if (count <= 0) {
                return 0;
            }
            int[] optional = IntStream.range(0, values.size())
                    .filter(key -> !required(key))
                    .map(key -> values.get(key).height())
                    .sorted()
                    .toArray();
            int ofDeclared = count <= optional.length ? optional[count - 1] : Rule.IMPOSSIBLE;
            int ofOthers = additional == null ? Rule.IMPOSSIBLE : additional.height();
            return Math.min(ofDeclared, ofOthers);
        }
    }
}
