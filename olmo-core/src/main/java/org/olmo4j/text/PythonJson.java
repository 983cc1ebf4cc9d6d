package org.olmo4j.text;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as HuggingFace transformers write it in chat templates: Python's {@code json.dumps} with spaces after commas and colons, and every
 * character as it is. Models were trained on this form.
 */
final class PythonJson {

    private PythonJson() {}

    /** The text of maps, lists, numbers, truth values and texts. */
    static String write(@Nullable Object value) {
        StringBuilder json = new StringBuilder();
        write(value, json);
        return json.toString();
    }

    private static void write(@Nullable Object value, StringBuilder json) {
        switch (value) {
            case null -> json.append("null");
            case Map<?, ?> map -> {
                String separator = "";
                json.append('{');
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    json.append(separator);
                    writeText(String.valueOf(entry.getKey()), json);
                    json.append(": ");
                    write(entry.getValue(), json);
                    separator = ", ";
                }
                json.append('}');
            }
            case Collection<?> list -> {
                String separator = "";
                json.append('[');
                for (Object element : list) {
                    json.append(separator);
                    write(element, json);
                    separator = ", ";
                }
                json.append(']');
            }
            case Double number -> json.append(new BigDecimal(number.toString()).toPlainString());
            case Number number -> json.append(number);
            case Boolean truth -> json.append(truth);
            default -> writeText(value.toString(), json);
        }
    }

    private static void writeText(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                default -> {
                    if (c < ' ') {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
