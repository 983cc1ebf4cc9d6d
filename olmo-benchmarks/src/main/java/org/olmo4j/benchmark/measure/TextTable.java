package org.olmo4j.benchmark.measure;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table for people, in Markdown's form. Numbers stand on the right. Not thread-safe. */
public final class TextTable {

    private final List<List<String>> rows = new ArrayList<>();
    private final int columns;

    /**
     * Starts a table.
     *
     * @param headings of its columns
     */
    public TextTable(String... headings) {
        columns = headings.length;
        rows.add(List.of(headings));
    }

    /**
     * Adds a row.
     *
     * @param cells as many as there are headings
     */
    public void add(String... cells) {
        if (cells.length != columns) {
            throw new IllegalArgumentException(cells.length + " cells in a table of " + columns + " columns");
        }
        rows.add(List.of(cells));
    }

    /**
     * A number as it is shown: three or four digits that count.
     *
     * @param value any
     * @return such as 0.123, 12.3 or 1234
     */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        double size = Math.abs(value);
        int decimals = size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /**
     * A number that is looked at closely.
     *
     * @param value finite
     * @return its first five digits that count, such as 1.0023 or 0.00012346
     */
    public static String fiveDigits(double value) {
        return new BigDecimal(value, new MathContext(5)).toPlainString();
    }

    /**
     * A median with its bounds.
     *
     * @param value any
     * @return such as {@code 12.3 (11.9-12.6)}, and {@code -} for what was not measured
     */
    public static String spread(Spread value) {
        if (!Double.isFinite(value.median())) {
            return number(value.median());
        }
        return number(value.median()) + " (" + number(value.minimum()) + "-" + number(value.maximum()) + ")";
    }

    /**
     * Bytes in units that people read.
     *
     * @param bytes how many
     * @return such as {@code 2.35 GB}
     */
    public static String bytes(long bytes) {
        return bytes >= 1e9 ? number(bytes / 1e9) + " GB" : number(bytes / 1e6) + " MB";
    }

    /** The table, without a line break at its end. */
    @Override
    public String toString() {
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < rows.size(); row++) {
            text.append(row == 0 ? "" : "\n").append("|");
            for (int column = 0; column < columns; column++) {
                text.append(' ')
                        .append(padded(rows.get(row).get(column), widths[column]))
                        .append(" |");
            }
            if (row == 0) {
                text.append("\n|");
                for (int width : widths) {
                    text.append("-".repeat(width + 2)).append('|');
                }
            }
        }
        return text.toString();
    }

    private static String padded(String cell, int width) {
        String space = " ".repeat(width - cell.length());
        boolean number = !cell.isEmpty() && (Character.isDigit(cell.charAt(0)) || cell.charAt(0) == '-');
        return number ? space + cell : cell + space;
    }
}
