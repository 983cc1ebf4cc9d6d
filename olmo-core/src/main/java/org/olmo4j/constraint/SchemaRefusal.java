package org.olmo4j.constraint;

import org.olmo4j.error.InvalidRequestException;

/** Why a schema is not taken: every message has the place in the schema, as a JSON pointer. */
final class SchemaRefusal {

    static final String PARAMETER = "json_schema";

    private static final int MAX_SHOWN = 80;

    private SchemaRefusal() {}

    /** A keyword that cannot be held. */
    static InvalidRequestException keyword(String pointer, String keyword, String problem, String hint) {
        return of("The JSON schema has '" + shown(keyword) + "' at " + place(pointer) + ", " + problem, hint);
    }

    static InvalidRequestException at(String pointer, String problem, String hint) {
        return of("The JSON schema " + problem + " at " + place(pointer), hint);
    }

    static InvalidRequestException of(String problem, String hint) {
        return new InvalidRequestException(PARAMETER, problem, hint);
    }

    static String shown(String value) {
        return value.length() <= MAX_SHOWN ? value : value.substring(0, MAX_SHOWN) + "...";
    }

    private static String place(String pointer) {
        return pointer.isEmpty() ? "its root" : shown(pointer);
    }
}
