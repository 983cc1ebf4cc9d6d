package org.olmo4j.constraint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Turns a schema into {@link Rule}s: for each set of subschemas that hold at one place, one rule. Since a rule is known before it is filled
 * in, rules may be recursive.
 */
final class SchemaCompiler {

    private static final int MAX_RULES = 20_000;

    private static final Form NULL = scalar("null");
    private static final Form BOOLEAN = scalar("true", "false");

    private final Alternatives alternatives;
    private final Texts texts = new Texts();
    private final Map<Conjunction, Rule> rules = new HashMap<>();
    private final List<Rule> all = new ArrayList<>();
    private final Queue<Conjunction> unfilled = new ArrayDeque<>();

    private SchemaCompiler(Map<String, SchemaNode> nodes) {
        this.alternatives = new Alternatives(nodes);
    }

    /**
     * A compiled schema.
     *
     * @param root of the whole value
     * @param bytes of all automata
     */
    record Compiled(Rule root, int bytes) {}

    /**
     * Compiles a schema.
     *
     * @param nodes its subschemas by their pointers
     * @return its rules; some value conforms to the root
     * @throws org.olmo4j.error.InvalidRequestException if none does, or the automaton would be too large
     */
    static Compiled compile(Map<String, SchemaNode> nodes) {
        SchemaCompiler compiler = new SchemaCompiler(nodes);
        Rule root = compiler.rule(Conjunction.of(""));
        while (!compiler.unfilled.isEmpty()) {
            compiler.fill(compiler.unfilled.remove());
        }
        compiler.measure();
        new Exclusivity(compiler.alternatives, compiler.texts).requireAll();
        if (root.height() > Frame.MAX_DEPTH) {
            throw SchemaRefusal.of(
                    "No JSON value of at most " + Frame.MAX_DEPTH + " levels conforms to the JSON schema",
                    "Check it for contradictions, such as a required property that nothing is allowed for");
        }
        return new Compiled(root, compiler.texts.bytes());
    }

    private Rule rule(Conjunction conjunction) {
        return rules.computeIfAbsent(conjunction, unknown -> {
            unfilled.add(unknown);
            return newRule();
        });
    }

    private Rule newRule() {
        if (all.size() == MAX_RULES) {
            throw SchemaRefusal.of(
                    "The JSON schema needs more than " + MAX_RULES + " rules",
                    "Use a smaller schema, or smaller values");
        }
        Rule rule = new Rule();
        all.add(rule);
        return rule;
    }

    private void fill(Conjunction conjunction) {
        List<Form> forms = new ArrayList<>();
        String pointer = conjunction.pointers().stream().findFirst().orElse("");
        for (Shape shape : alternatives.of(conjunction)) {
            if (shape.values().isPresent()) {
                addLiterals(pointer, shape, shape.values().get(), forms);
            } else {
                shape.writtenTypes().forEach(type -> addForm(type, shape, forms));
            }
        }
        Set<Form> different = new LinkedHashSet<>(forms);
        if (different.size() > Alternatives.MAX_ALTERNATIVES) {
            throw SchemaRefusal.at(
                    pointer, "has more than " + Alternatives.MAX_ALTERNATIVES + " forms of a value", "Use fewer");
        }
        rule(conjunction).fill(List.copyOf(different));
    }

    private void addForm(JsonType type, Shape shape, List<Form> forms) {
        switch (type) {
            case NULL -> forms.add(NULL);
            case BOOLEAN -> forms.add(BOOLEAN);
            case NUMBER -> texts.numbers(shape.numbers()).ifPresent(numbers -> forms.add(new Form.Scalar(numbers)));
            case STRING -> texts.strings(shape.strings()).ifPresent(strings -> forms.add(new Form.Scalar(strings)));
            case ARRAY -> forms.add(items(shape.arrays()));
            case OBJECT -> forms.add(members(shape));
        }
    }

    private static Form scalar(String... texts) {
        List<byte[]> bytes = new ArrayList<>();
        for (String text : texts) {
            bytes.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return new Form.Scalar(new LiteralLexicon(bytes));
    }

    private Form items(ArrayLimits limits) {
        List<Rule> first = limits.first().stream().map(this::rule).toList();
        return new Form.Items(first, rule(limits.items()), limits.minimum(), limits.maximum());
    }

    private Form members(Shape shape) {
        ObjectLimits limits = shape.objects();
        Map<String, Rule> values = new LinkedHashMap<>();
        limits.properties().forEach((key, value) -> values.put(key, rule(value)));
        limits.required().forEach(key -> values.computeIfAbsent(key, undeclared -> rule(limits.value(undeclared))));
        Rule additional = shape.writtenAdditional().map(this::rule).orElse(null);
        return members(values, limits.required(), additional, limits.minimum(), limits.maximum());
    }

    private Form members(
            Map<String, Rule> values, Set<String> required, @Nullable Rule additional, int minimum, int maximum) {
        List<byte[]> keys = new ArrayList<>();
        boolean[] needed = new boolean[values.size()];
        values.keySet().forEach(key -> {
            needed[keys.size()] = required.contains(key);
            keys.add(JsonText.encode(key));
        });
        texts.spendOnTrie(keys);
        return new Form.Members(keys, List.copyOf(values.values()), needed, additional, minimum, maximum);
    }

    /** Of the values that are listed, those that the rest of the shape allows. */
    private void addLiterals(String pointer, Shape shape, List<Literal> values, List<Form> forms) {
        List<Literal> scalars = new ArrayList<>();
        for (Literal value : values) {
            if (!shape.types().contains(value.type())) {
                continue;
            }
            if (value.scalar()) {
                if (texts.allows(shape, value)) {
                    scalars.add(value);
                }
            } else {
                boolean described = value.type() == JsonType.ARRAY
                        ? !shape.arrays().equals(ArrayLimits.NONE)
                        : !shape.objects().equals(ObjectLimits.NONE);
                if (described) {
                    throw SchemaRefusal.at(
                            pointer,
                            "lists arrays or objects as values and describes them as well",
                            "Say it in one way");
                }
                forms.addAll(constant(value.value()).forms());
            }
        }
        texts.literals(scalars).ifPresent(lexicon -> forms.add(new Form.Scalar(lexicon)));
    }

    /** The rule of exactly one value, which may be spaced as any other one. */
    private Rule constant(JsonNode value) {
        Rule rule = newRule();
        switch (JsonType.of(value)) {
            case ARRAY -> {
                Collection<JsonNode> children = value.values();
                List<Rule> items = children.stream().map(this::constant).toList();
                rule.fill(List.of(new Form.Items(items, rule(Conjunction.ANY), items.size(), items.size())));
            }
            case OBJECT -> {
                Map<String, Rule> values = new LinkedHashMap<>();
                value.forEachEntry((key, member) -> values.put(key, constant(member)));
                rule.fill(List.of(members(values, values.keySet(), null, 0, ObjectLimits.UNLIMITED)));
            }
            default ->
                texts.literals(List.of(new Literal(value)))
                        .ifPresent(lexicon -> rule.fill(List.of(new Form.Scalar(lexicon))));
        }
        return rule;
    }

    /** Finds all heights: they start as impossible and fall until nothing changes. */
    private void measure() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Rule rule : all) {
                changed |= rule.lower();
            }
        }
    }
}
