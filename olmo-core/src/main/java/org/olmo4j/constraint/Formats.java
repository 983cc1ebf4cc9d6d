package org.olmo4j.constraint;

import java.util.Map;
import java.util.Optional;

/**
 * The values of {@code format} that are held, as expressions. Each allows a part of what its specification allows that every reader
 * understands: dates exist (29 February in leap years only), times have seconds below 60 and an offset of 14 hours at most, hosts and mail addresses are ASCII.
 */
final class Formats {

    private static final String HOUR = "(?:[01]\\d|2[0-3])";
    private static final String LEAP_YEAR =
            "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
    private static final String DATE = "(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))|" + LEAP_YEAR + "-02-29)";
    private static final String TIME =
            HOUR + ":[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))";
    private static final String OCTET = "(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])";
    private static final String GROUP = "[0-9a-fA-F]{1,4}";
    private static final String LABEL = "[a-z0-9]{1,15}(?:-[a-z0-9]{1,15}){0,2}";
    private static final String HOST = LABEL + "(?:\\." + LABEL + "){0,4}";
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,15}";
    private static final String PATH_CHARACTER = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";

    private static final Map<String, String> EXPRESSIONS = Map.of(
            "date", DATE,
            "time", TIME,
            "date-time", DATE + "T" + TIME,
            "duration",
                    "P(?:\\d{1,4}W|(?:\\d{1,4}Y(?:\\d{1,4}M(?:\\d{1,4}D)?)?|\\d{1,4}M(?:\\d{1,4}D)?|\\d{1,4}D)"
                            + "(?:T(?:\\d{1,4}H(?:\\d{1,4}M(?:\\d{1,4}S)?)?|\\d{1,4}M(?:\\d{1,4}S)?|\\d{1,4}S))?"
                            + "|T(?:\\d{1,4}H(?:\\d{1,4}M(?:\\d{1,4}S)?)?|\\d{1,4}M(?:\\d{1,4}S)?|\\d{1,4}S))",
            "uuid", "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
            "ipv4", "(?:" + OCTET + "\\.){3}" + OCTET,
            "ipv6",
                    "(?:" + GROUP + ":){7}" + GROUP + "|::|::" + GROUP + "(?::" + GROUP + "){0,5}|(?:" + GROUP
                            + ":){1,3}(?::" + GROUP + "){1,3}",
            "hostname", HOST,
            "email", ATOM + "(?:\\." + ATOM + "){0,3}@(?:" + LABEL + "\\.){1,4}[a-z]{2,15}",
            "uri",
                    "https?://" + HOST + "(?::\\d{1,4})?(?:/" + PATH_CHARACTER + "*)*" + "(?:\\?(?:" + PATH_CHARACTER
                            + "|[/?])*)?(?:#(?:" + PATH_CHARACTER + "|[/?])*)?");

    private Formats() {}

    /** The expression of a format of strings; empty for a format that only describes. */
    static Optional<String> expression(String format) {
        return Optional.ofNullable(EXPRESSIONS.get(format)).map(inner -> "^(?:" + inner + ")$");
    }
}
