package org.olmo4j.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import jinjava.javax.el.MethodNotFoundException;
import jinjava.javax.el.PropertyNotWritableException;
import org.jspecify.annotations.Nullable;

/**
 * A chat template in Jinja, rendered as HuggingFace transformers do ({@code trim_blocks}, {@code lstrip_blocks}). The only class that
 * knows the Jinja library. Thread-safe.
 *
 * <p>Known differences from Python that nothing refuses: truth values are printed as {@code true}, {@code a and b} is a truth value rather
 * than one of its operands, and what an undefined value is asked for is undefined rather than an error.
 */
final class JinjaTemplate {

    /** Templates come with models: they must not use up the memory, the stack or the time of the application. */
    private static final long MAX_OUTPUT_CHARACTERS = 64L << 20;

    private static final int MAX_DEPTH = 20;
    private static final int MAX_ELEMENTS = 100_000;
    private static final int MAX_RANGE = 1_000;
    private static final int MAX_STEPS = 20_000;
    private static final int MAX_STEPS_PER_TURN = 500;

    /** Of the rendering that the current thread does. */
    private static final ScopedValue<Steps> STEPS = ScopedValue.newInstance();

    /** A message of a conversation, as templates see it. */
    record Turn(String role, String content, List<ToolCall> toolCalls) {
        Turn {
            toolCalls = List.copyOf(toolCalls);
        }

        Turn(String role, String content) {
            this(role, content, List.of());
        }
    }

    /** What is rendered. */
    record Conversation(List<Turn> turns, List<ToolDefinition> tools, boolean addGenerationPrompt) {
        Conversation {
            turns = List.copyOf(turns);
            tools = List.copyOf(tools);
        }

        Conversation withTurns(List<Turn> others) {
            return new Conversation(others, tools, addGenerationPrompt);
        }
    }

    /** The template cannot render these messages. */
    static final class RenderException extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean refused;

        RenderException(String message, boolean refused) {
            super(message);
            this.refused = refused;
        }

        /** Whether the template itself said no, by {@code raise_exception}. */
        boolean refused() {
            return refused;
        }
    }

    private final String source;
    private final String translated;
    private final List<String> unsupported;
    private final Map<String, String> specialTokens;
    private final Jinjava jinjava;

    /**
     * Makes a template.
     *
     * @param source in Jinja
     * @param beginningOfText the variable {@code bos_token}
     * @param endOfText the variable {@code eos_token}
     */
    JinjaTemplate(String source, Optional<String> beginningOfText, Optional<String> endOfText) {
        this.source = source;
        JinjaSource jinjaSource = new JinjaSource(source);
        this.translated = jinjaSource.translated();
        Map<String, String> tokens = new HashMap<>();
        beginningOfText.ifPresent(token -> tokens.put("bos_token", token));
        endOfText.ifPresent(token -> tokens.put("eos_token", token));
        this.specialTokens = Map.copyOf(tokens);
        this.jinjava = new Jinjava(JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                // Contents with {{ }} in them are text, not templates.
                .withNestedInterpretationEnabled(false)
                .withMaxOutputSize(MAX_OUTPUT_CHARACTERS)
                .withMaxStringLength(MAX_OUTPUT_CHARACTERS)
                .withMaxRenderDepth(MAX_DEPTH)
                .withMaxMacroRecursionDepth(MAX_DEPTH)
                .withRangeLimit(MAX_RANGE)
                .withMaxListSize(MAX_ELEMENTS)
                .withMaxMapSize(MAX_ELEMENTS)
                .withKeepTrailingNewline(true)
                .withElResolver(elResolver())
                .withProcessors(JinjavaProcessors.newBuilder()
                        .withNodePreProcessor((node, interpreter) -> STEPS.get().count())
                        .build())
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .withUsePyishObjectMapper(false)
                        .withUseNaturalOperatorPrecedence(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withAllowAdjacentTextNodes(true)
                        .withUseTrimmingForNotesAndExpressions(true)
                        .withKeepNullableLoopValues(true)
                        .withHandleBackslashInQuotesOnly(true)
                        .withDefaultKeepTrailingNewlineBehavior(true)
                        .build())
                .build());
        jinjava.getGlobalContext().registerFilter(new PythonTrimFilter());
        jinjava.getGlobalContext().registerFilter(new PythonJsonFilter());
        List<String> unknown = new ArrayList<>(jinjaSource.untranslatable());
        jinjaSource.filters().stream()
                .filter(name -> jinjava.getGlobalContext().getFilter(name) == null)
                .forEach(name -> unknown.add("the filter " + name));
        this.unsupported = List.copyOf(unknown);
        jinjava.registerFunction(
                new ELFunctionDefinition("", "raise_exception", JinjaTemplate.class, "raise", Object.class));
    }

    String source() {
        return source;
    }

    /**
     * What the template uses and cannot be rendered as in Python; the library would pass over it without a word.
     *
     * @return descriptions; empty if the template can be used
     */
    List<String> unsupported() {
        return unsupported;
    }

    /**
     * Renders a conversation without tools.
     *
     * @param turns in order
     * @param addGenerationPrompt whether the assistant's turn is opened at the end
     * @return the text
     * @throws RenderException if the template refuses or fails
     */
    String render(List<Turn> turns, boolean addGenerationPrompt) throws RenderException {
        return render(new Conversation(turns, List.of(), addGenerationPrompt));
    }

    /**
     * Renders a conversation.
     *
     * @param conversation with a turn at least
     * @return the text
     * @throws RenderException if the template refuses or fails
     */
    String render(Conversation conversation) throws RenderException {
        List<Turn> turns = conversation.turns();
        Map<String, @Nullable Object> variables = new HashMap<>(specialTokens);
        variables.put("add_generation_prompt", conversation.addGenerationPrompt());
        variables.put("messages", turns.stream().map(JinjaTemplate::fields).toList());
        // Without tools it is None, and not an empty list.
        variables.put(
                "tools",
                conversation.tools().isEmpty()
                        ? null
                        : conversation.tools().stream()
                                .map(JinjaTemplate::fields)
                                .toList());
        RenderResult result;
        try {
            result = ScopedValue.where(STEPS, new Steps(MAX_STEPS + MAX_STEPS_PER_TURN * (long) turns.size()))
                    .call(() -> jinjava.renderForResult(translated, variables));
        } catch (StackOverflowError e) {
            // The library parses expressions recursively, without a limit.
            throw new RenderException("its expressions are nested too deeply", false);
        }
        for (TemplateError error : result.getErrors()) {
            throw failure(error);
        }
        return result.getOutput();
    }

    /** In the order in which transformers gives them. */
    private static Map<String, Object> fields(Turn turn) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", turn.role());
        fields.put("content", turn.content());
        if (!turn.toolCalls().isEmpty()) {
            fields.put(
                    "tool_calls",
                    turn.toolCalls().stream().map(JinjaTemplate::fields).toList());
        }
        return fields;
    }

    private static Map<String, Object> fields(ToolCall call) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", ToolJson.fields(call.arguments()));
        return function(function);
    }

    private static Map<String, Object> fields(ToolDefinition tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        function.put("description", tool.description());
        function.put("parameters", ToolJson.fields(tool.parameters()));
        return function(function);
    }

    private static Map<String, Object> function(Map<String, Object> fields) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("type", "function");
        function.put("function", fields);
        return function;
    }

    private static ELResolver elResolver() {
        CompositeELResolver resolver = new CompositeELResolver();
        resolver.add(new PythonStringResolver());
        resolver.add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
        return resolver;
    }

    /** Trims white space as Python sees it; the library's own filter takes control characters for it, and wide spaces not. */
    private static final class PythonTrimFilter implements Filter {
        @Override
        public String getName() {
            return "trim";
        }

        @Override
        public @Nullable Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
            if (!(value instanceof String text)) {
                return value;
            }
            return arguments.length == 0 ? PythonStrings.strip(text) : PythonStrings.strip(text, arguments[0]);
        }
    }

    /** The library's own filter writes no spaces. */
    private static final class PythonJsonFilter implements Filter {
        @Override
        public String getName() {
            return "tojson";
        }

        @Override
        public Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
            if (arguments.length > 0) {
                throw new IllegalArgumentException("tojson takes no arguments here");
            }
            return PythonJson.write(value);
        }
    }

    /** Lets strings have the methods of Python's. */
    private static final class PythonStringResolver extends ELResolver {
        @Override
        public @Nullable Object invoke(
                ELContext context,
                @Nullable Object base,
                @Nullable Object method,
                Class<?> @Nullable [] types,
                Object @Nullable [] arguments) {
            if (base instanceof String text && method != null) {
                Optional<Object> result =
                        PythonStrings.call(text, method.toString(), arguments == null ? List.of() : List.of(arguments));
                if (result.isEmpty()) {
                    // Not Java's methods: they would work here only, and repeat() fills the memory.
                    throw new MethodNotFoundException("strings have no method " + method + " with these arguments");
                }
                context.setPropertyResolved(true);
                return result.get();
            }
            return null;
        }

        @Override
        public @Nullable Object getValue(ELContext context, @Nullable Object base, @Nullable Object property) {
            return null;
        }

        @Override
        public @Nullable Class<?> getType(ELContext context, @Nullable Object base, @Nullable Object property) {
            return null;
        }

        @Override
        public void setValue(
                ELContext context, @Nullable Object base, @Nullable Object property, @Nullable Object value) {
            throw new PropertyNotWritableException(String.valueOf(property));
        }

        @Override
        public boolean isReadOnly(ELContext context, @Nullable Object base, @Nullable Object property) {
            return true;
        }

        @Override
        public @Nullable Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, @Nullable Object base) {
            return null;
        }

        @Override
        public @Nullable Class<?> getCommonPropertyType(ELContext context, @Nullable Object base) {
            return null;
        }
    }

    /**
     * What {@code raise_exception} does in a template.
     *
     * @param message why the template refuses
     * @return never
     */
    public static Object raise(Object message) {
        throw new StoppedException(String.valueOf(message), true);
    }

    private static RenderException failure(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof StoppedException stopped) {
                return new RenderException(stopped.reason, stopped.refused);
            }
        }
        return new RenderException("line " + error.getLineno() + ": " + error.getMessage(), false);
    }

    /** Counts the nodes of a template that one rendering comes across. */
    private static final class Steps {
        private final long most;
        private long steps;

        Steps(long most) {
            this.most = most;
        }

        void count() {
            if (++steps > most) {
                throw new StoppedException("it takes more than " + most + " steps", false);
            }
        }
    }

    /** Crosses the library's frames. */
    private static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String reason;
        private final boolean refused;

        StoppedException(String reason, boolean refused) {
            super(reason);
            this.reason = reason;
            this.refused = refused;
        }
    }
}
