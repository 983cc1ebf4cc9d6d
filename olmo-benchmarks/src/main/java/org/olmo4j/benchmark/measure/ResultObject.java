package org.olmo4j.benchmark.measure;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collection;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One measurement as a JSON object: fields in the order in which they are added, names in lower case with underscores. Not thread-safe. */
public final class ResultObject {

    /** Further digits of a measured time say nothing. */
    private static final MathContext DIGITS = new MathContext(6);

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final ObjectNode node = MAPPER.createObjectNode();

    /** Makes an object without fields. */
    public ResultObject() {}

    /**
     * Adds a text.
     *
     * @param name of the field
     * @param value its value
     * @return this
     */
    public ResultObject text(String name, String value) {
        node.put(name, value);
        return this;
    }

    /**
     * Adds a truth value.
     *
     * @param name of the field
     * @param value its value
     * @return this
     */
    public ResultObject flag(String name, boolean value) {
        node.put(name, value);
        return this;
    }

    /**
     * Adds a whole number.
     *
     * @param name of the field
     * @param value its value
     * @return this
     */
    public ResultObject count(String name, long value) {
        node.put(name, value);
        return this;
    }

    /**
     * Adds a whole number, or null.
     *
     * @param name of the field
     * @param value its value
     * @return this
     */
    public ResultObject count(String name, OptionalLong value) {
        value.ifPresentOrElse(present -> node.put(name, present), () -> node.putNull(name));
        return this;
    }

    /**
     * Adds a number.
     *
     * @param name of the field
     * @param value its value; what is no number becomes null
     * @return this
     */
    public ResultObject number(String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, new BigDecimal(value, DIGITS).doubleValue());
        } else {
            node.putNull(name);
        }
        return this;
    }

    /**
     * Adds a number, or null.
     *
     * @param name of the field
     * @param value its value
     * @return this
     */
    public ResultObject number(String name, OptionalDouble value) {
        return number(name, value.orElse(Double.NaN));
    }

    /**
     * Adds a median under the name, and the bounds under the name with {@code _min} and {@code _max}.
     *
     * @param name of the field
     * @param value its value
     * @return this
     */
    public ResultObject spread(String name, Spread value) {
        return number(name, value.median())
                .number(name + "_min", value.minimum())
                .number(name + "_max", value.maximum());
    }

    /**
     * Several measurements as one text.
     *
     * @param results in order
     * @return a JSON array of objects
     */
    public static String array(Collection<ResultObject> results) {
        ArrayNode array = MAPPER.createArrayNode();
        results.forEach(result -> array.add(result.node));
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(array);
    }
}
