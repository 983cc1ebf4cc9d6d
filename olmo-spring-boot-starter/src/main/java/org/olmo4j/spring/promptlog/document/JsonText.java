package org.olmo4j.spring.promptlog.document;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** JSON as text. */
final class JsonText {

    private static final JsonMapper JSON = JsonMapper.shared();

    private JsonText() {}

    /**
     * With as few escapes as JSON can have: an address is to be found in it however it was spelled.
     *
     * @param json any text
     * @return the same value; what is no JSON as it is
     */
    static String plain(String json) {
        try {
            return JSON.readTree(json).toString();
        } catch (JacksonException | NumberFormatException none) {
            return json;
        }
    }
}
