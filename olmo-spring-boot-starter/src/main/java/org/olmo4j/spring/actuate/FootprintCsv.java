package org.olmo4j.spring.actuate;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.actuate.FootprintDescription.Row;
import org.olmo4j.spring.actuate.FootprintDescription.Sum;
import org.olmo4j.spring.footprint.FootprintSum;

/** Sums as comma-separated values by RFC 4180; what is not known is an empty field. */
final class FootprintCsv {

    private static final String LINE = "\r\n";
    private static final String HEADER = "name,requests,requestsWithEnergy,promptTokens,generatedTokens,activeJoules,"
            + "fullJoules,lowJoules,highJoules,facilityJoules,provenance,locationBasedGrams,marketBasedGrams,"
            + "embodiedGrams,gramsPerRequest,gramsPerThousandTokens";

    private FootprintCsv() {}

    static String of(List<Row> rows) {
        return HEADER + LINE + rows.stream().map(FootprintCsv::line).collect(Collectors.joining());
    }

    private static String line(Row row) {
        Sum sum = row.sum();
        return Stream.of(
                                escaped(row.name()),
                                text(sum.requests()),
                                text(sum.requestsWithEnergy()),
                                text(sum.promptTokens()),
                                text(sum.generatedTokens()),
                                text(sum.activeJoules()),
                                text(sum.fullJoules()),
                                text(sum.lowJoules()),
                                text(sum.highJoules()),
                                text(sum.facilityJoules()),
                                text(sum.provenance()),
                                grams(sum.locationBased()),
                                grams(sum.marketBased()),
                                grams(sum.embodied()),
                                text(sum.gramsPerRequest()),
                                text(sum.gramsPerThousandTokens()))
                        .collect(Collectors.joining(","))
                + LINE;
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static String grams(FootprintSum.@Nullable Grams grams) {
        return grams == null ? "" : text(grams.grams());
    }

    /** Users call themselves as they like, and a spreadsheet takes what begins with one of these for a formula. */
    private static String escaped(String name) {
        String harmless = !name.isEmpty() && "=+-@\t\r".indexOf(name.charAt(0)) >= 0 ? "'" + name : name;
        return harmless.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + harmless.replace("\"", "\"\"") + '"'
                : harmless;
    }
}
