package org.olmo4j.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.olmo4j.backend.Numerics;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.SamplingOptions;

/**
 * The text of a replay key: a version, then {@code ;name=value} for each part that is there and differs from doing nothing, always in the
 * same order. A key has one text only, so that reading is writing back and comparing.
 */
final class ReplayKeyText {

    /** Stands for this form and for the rules by which the engine draws tokens: another sampler needs another version. */
    private static final String VERSION = "olmo-replay-1";

    private static final String FAMILY = "olmo-replay-";
    private static final int MOST_SHOWN = 80;
    private static final SamplingOptions NEUTRAL = SamplingOptions.GREEDY;

    private ReplayKeyText() {}

    static String write(ReplayKey key) {
        StringBuilder text = new StringBuilder(VERSION);
        ModelIdentity model = key.model();
        add(text, "fingerprint", escape(model.fingerprint()));
        model.contentHash().ifPresent(hash -> add(text, "content", escape(hash)));
        model.tokenizerHash().ifPresent(hash -> add(text, "tokenizer", escape(hash)));
        model.templateHash().ifPresent(hash -> add(text, "template", escape(hash)));
        add(text, "backend", escape(model.numerics().backend()));
        add(text, "weights", escape(model.numerics().weightType()));
        add(text, "kv", escape(model.numerics().keyValueType()));
        add(text, "contract", escape(model.numerics().contract()));
        key.promptHash().ifPresent(hash -> add(text, "prompt", escape(hash)));
        addSampling(text, key.settings().sampling());
        addRest(text, key.settings());
        return text.toString();
    }

    private static void addSampling(StringBuilder text, SamplingOptions sampling) {
        addNumber(text, "temperature", sampling.temperature(), NEUTRAL.temperature());
        if (sampling.topK() != NEUTRAL.topK()) {
            add(text, "top-k", Integer.toString(sampling.topK()));
        }
        addNumber(text, "top-p", sampling.topP(), NEUTRAL.topP());
        addNumber(text, "min-p", sampling.minP(), NEUTRAL.minP());
        addNumber(text, "repetition-penalty", sampling.repetitionPenalty(), NEUTRAL.repetitionPenalty());
        addNumber(text, "frequency-penalty", sampling.frequencyPenalty(), NEUTRAL.frequencyPenalty());
        addNumber(text, "presence-penalty", sampling.presencePenalty(), NEUTRAL.presencePenalty());
        addList(
                text,
                "logit-bias",
                new TreeMap<>(sampling.logitBias())
                        .entrySet().stream()
                                .map(bias -> bias.getKey() + ":" + bias.getValue())
                                .toList());
    }

    private static void addRest(StringBuilder text, ReplayKey.Settings settings) {
        add(text, "max-tokens", Integer.toString(settings.maxTokens()));
        addList(
                text,
                "stop",
                settings.stopStrings().stream().map(ReplayKeyText::escape).toList());
        addList(
                text,
                "stop-ids",
                new TreeSet<>(settings.stopIds()).stream().map(String::valueOf).toList());
        settings.schemaHash().ifPresent(hash -> add(text, "schema", escape(hash)));
        add(text, "seed", Long.toString(settings.seed()));
        if (settings.sampleIndex() != 0) {
            add(text, "sample", Integer.toString(settings.sampleIndex()));
        }
    }

    private static void add(StringBuilder text, String name, String value) {
        text.append(';').append(name).append('=').append(value);
    }

    /** Compared by bits, as records are: -0.0 is not 0.0. */
    private static void addNumber(StringBuilder text, String name, double value, double neutral) {
        if (Double.compare(value, neutral) != 0) {
            add(text, name, Double.toString(value));
        }
    }

    private static void addList(StringBuilder text, String name, List<String> values) {
        if (!values.isEmpty()) {
            add(text, name, String.join(",", values));
        }
    }

    static ReplayKey read(String text) {
        if (!text.startsWith(VERSION + ";")) {
            throw text.startsWith(FAMILY)
                    ? invalid("has the version "
                            + shown(text.substring(FAMILY.length()).split(";", 2)[0]))
                    : invalid("begins with '" + shown(text) + "' instead of " + VERSION);
        }
        ReplayKey key;
        try {
            key = key(fields(text));
        } catch (NumberFormatException malformed) {
            throw invalid("has a malformed number (" + shown(malformed.toString()) + ")");
        }
        // Strict without a rule for each liberty that a parser takes: spaces, leading zeros, other order, unknown
        // names.
        if (!write(key).equals(text)) {
            throw invalid("is not as it was written: a part is unknown, in another place or spelled otherwise");
        }
        return key;
    }

    private static Map<String, String> fields(String text) {
        Map<String, String> fields = new HashMap<>();
        int begin = VERSION.length() + 1;
        while (begin <= text.length()) {
            int end = text.indexOf(';', begin);
            end = end < 0 ? text.length() : end;
            int equals = text.indexOf('=', begin);
            if (equals < 0 || equals >= end) {
                throw invalid("has the part '" + shown(text.substring(begin, end)) + "' without a value");
            }
            fields.put(text.substring(begin, equals), text.substring(equals + 1, end));
            begin = end + 1;
        }
        return fields;
    }

    private static ReplayKey key(Map<String, String> fields) {
        ModelIdentity model = new ModelIdentity(
                unescape(required(fields, "fingerprint")),
                text(fields, "content"),
                text(fields, "tokenizer"),
                text(fields, "template"),
                new Numerics(
                        unescape(required(fields, "backend")),
                        unescape(required(fields, "weights")),
                        unescape(required(fields, "kv")),
                        unescape(required(fields, "contract"))));
        ReplayKey.Settings settings = new ReplayKey.Settings(
                sampling(fields),
                Integer.parseInt(required(fields, "max-tokens")),
                list(fields, "stop").stream().map(ReplayKeyText::unescape).toList(),
                list(fields, "stop-ids").stream().map(Integer::valueOf).collect(Collectors.toSet()),
                text(fields, "schema"),
                Long.parseLong(required(fields, "seed")),
                Integer.parseInt(fields.getOrDefault("sample", "0")));
        return new ReplayKey(model, settings, text(fields, "prompt"));
    }

    private static SamplingOptions sampling(Map<String, String> fields) {
        Map<Integer, Double> bias = new HashMap<>();
        for (String entry : list(fields, "logit-bias")) {
            int colon = entry.indexOf(':');
            if (colon < 0) {
                throw invalid("has the logit bias '" + shown(entry) + "' without a value");
            }
            bias.put(Integer.valueOf(entry.substring(0, colon)), Double.valueOf(entry.substring(colon + 1)));
        }
        return new SamplingOptions(
                number(fields, "temperature", NEUTRAL.temperature()),
                Integer.parseInt(fields.getOrDefault("top-k", String.valueOf(NEUTRAL.topK()))),
                number(fields, "top-p", NEUTRAL.topP()),
                number(fields, "min-p", NEUTRAL.minP()),
                number(fields, "repetition-penalty", NEUTRAL.repetitionPenalty()),
                number(fields, "frequency-penalty", NEUTRAL.frequencyPenalty()),
                number(fields, "presence-penalty", NEUTRAL.presencePenalty()),
                bias);
    }

    private static double number(Map<String, String> fields, String name, double neutral) {
        String value = fields.get(name);
        return value == null ? neutral : Double.parseDouble(value);
    }

    private static String required(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw invalid("has no " + name);
        }
        return value;
    }

    private static Optional<String> text(Map<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name)).map(ReplayKeyText::unescape);
    }

    private static List<String> list(Map<String, String> fields, String name) {
        String value = fields.get(name);
        return value == null ? List.of() : List.of(value.split(",", -1));
    }

    /** By UTF-16 units, so that even half a surrogate pair in a stop string comes back as it was. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (plain(character)) {
                escaped.append(character);
            } else {
                escaped.append("%%%04X".formatted((int) character));
            }
        }
        return escaped.toString();
    }

    private static String unescape(String escaped) {
        StringBuilder text = new StringBuilder(escaped.length());
        int place = 0;
        while (place < escaped.length()) {
            char character = escaped.charAt(place);
            if (character != '%') {
                text.append(character);
                place++;
            } else {
                if (place + 5 > escaped.length()) {
                    throw invalid("ends within the escaped character '" + shown(escaped.substring(place)) + "'");
                }
                text.append((char) Integer.parseInt(escaped, place + 1, place + 5, 16));
                place += 5;
            }
        }
        return text.toString();
    }

    private static boolean plain(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || "-._~".indexOf(character) >= 0;
    }

    private static String shown(String text) {
        String start = text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
        return start.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static InvalidRequestException invalid(String problem) {
        return new InvalidRequestException(
                "replay_key",
                "The replay key " + problem,
                "Give the key as it was reported, of this version of the library: " + VERSION);
    }
}
