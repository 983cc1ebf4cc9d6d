package org.olmo4j.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A chat template in Jinja, rendered as HuggingFace transformers do ({@code trim_blocks}, {@code lstrip_blocks}). The only class that
 * knows the Jinja library. Thread-safe.
 */
final class JinjaTemplate {

    /** Templates come with models: they must not use up the memory, the stack or the time of the application. */
    private static final long MAX_OUTPUT_CHARACTERS = 64L << 20;

    private static final int MAX_DEPTH = 20;
    private static final int MAX_ITERATIONS = 100_000;

    /** A message of a conversation, as templates see it. */
    record Turn(String role, String content) {}

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
                .withRangeLimit(MAX_ITERATIONS)
                .withMaxListSize(MAX_ITERATIONS)
                .withMaxMapSize(MAX_ITERATIONS)
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withUsePyishObjectMapper(true)
                        .build())
                .build());
        jinjava.registerFunction(
                new ELFunctionDefinition("", "raise_exception", JinjaTemplate.class, "raise", Object.class));
    }

    String source() {
        return source;
    }

    /**
     * Renders a conversation.
     *
     * @param turns in order
     * @param addGenerationPrompt whether the assistant's turn is opened at the end
     * @return the text
     * @throws RenderException if the template refuses or fails
     */
    String render(List<Turn> turns, boolean addGenerationPrompt) throws RenderException {
        Map<String, Object> variables = new HashMap<>(specialTokens);
        variables.put("add_generation_prompt", addGenerationPrompt);
        variables.put(
                "messages",
                turns.stream()
                        .map(turn -> Map.of("role", turn.role(), "content", turn.content()))
                        .toList());
        RenderResult result = jinjava.renderForResult(source, variables);
        for (TemplateError error : result.getErrors()) {
            throw failure(error);
        }
        return result.getOutput();
    }

    /**
     * What {@code raise_exception} does in a template.
     *
     * @param message why the template refuses
     * @return never
     */
    public static Object raise(Object message) {
        throw new RefusedException(String.valueOf(message));
    }

    private static RenderException failure(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RefusedException refused) {
                return new RenderException(refused.reason, true);
            }
        }
        return new RenderException("line " + error.getLineno() + ": " + error.getMessage(), false);
    }

    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String reason;

        RefusedException(String reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
