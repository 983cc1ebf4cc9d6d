package org.olmo4j.engine;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.olmo4j.checkpoint.GenerationDefaults;
import org.olmo4j.constraint.JsonSchema;
import org.olmo4j.constraint.TokenConstraint;
import org.olmo4j.engine.Engine.ModelText;
import org.olmo4j.error.ContextLengthExceededException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.TokenBytes;

/** Turns requests into work that is known to fit: encodes the prompt, checks it against the model, fills in defaults. Thread-safe. */
final class RequestPreparation {

    /** Unicode composition (NFC), which some tokenizers apply first, shortens a text to a third at most; a power of two above that. */
    private static final int NORMALIZATION_MARGIN = 4;

    /** What a chat template adds to a message, about. */
    private static final int TEMPLATE_TOKENS = 16;

    private final OlmoSpec spec;
    private final @Nullable ModelText text;
    private final SamplingOptions defaultSampling;
    private final Set<Integer> modelStopIds = new HashSet<>();
    private final Optional<Integer> endOfTextId;
    private final int longestSequence;
    private final long longestText;
    private final Supplier<Optional<ModelIdentity>> identity;
    private final @Nullable RequestConstraints constraints;

    /**
     * Remembers what requests are checked against.
     *
     * @param spec of the model
     * @param text its tokenizer and template, if any
     * @param defaults of generation_config.json
     * @param defaultSampling where a request leaves it open
     * @param longestSequence most tokens that the cache can hold for one sequence
     * @param identity of the model, as far as it is known
     */
    RequestPreparation(
            OlmoSpec spec,
            @Nullable ModelText text,
            GenerationDefaults defaults,
            SamplingOptions defaultSampling,
            int longestSequence,
            Supplier<Optional<ModelIdentity>> identity) {
        this.spec = spec;
        this.text = text;
        this.defaultSampling = defaultSampling;
        this.longestSequence = longestSequence;
        this.identity = identity;
        List<Integer> tokenizerEnds =
                text == null ? List.of() : text.tokenizer().endOfTextIds();
        this.endOfTextId = Stream.of(tokenizerEnds, spec.endOfTextIds(), defaults.endOfTextIds())
                .flatMap(Collection::stream)
                .findFirst();
        modelStopIds.addAll(tokenizerEnds);
        modelStopIds.addAll(spec.endOfTextIds());
        modelStopIds.addAll(defaults.endOfTextIds());
        this.constraints = text == null
                ? null
                : new RequestConstraints(text.tokenizer(), spec.vocabularySize(), Set.copyOf(modelStopIds));
        this.longestText = text == null
                ? 0
                : (long) spec.contextLength() * longestToken(text.tokenizer().tokenBytes()) * NORMALIZATION_MARGIN;
    }

    /**
     * Prepares a request.
     *
     * @param request what is asked
     * @param seed to use
     * @return work that fits
     * @throws InvalidRequestException if it cannot be honoured
     */
    PreparedRequest prepare(GenerationRequest request, long seed) {
        if (text == null && !request.stopStrings().isEmpty()) {
            throw withoutTokenizer("stop", "A stop string");
        }
        SamplingOptions sampling = request.sampling() == null ? defaultSampling : request.sampling();
        for (int id : sampling.logitBias().keySet()) {
            requireInVocabulary("logit_bias", id);
        }
        TokenConstraint constraint = request.jsonSchema().map(this::compile).orElse(null);
        int[] promptIds = encode(request.prompt());
        request.promptScoring().ifPresent(scoring -> requireInPrompt(scoring, promptIds.length));
        int maxTokens = limit(promptIds.length, request.maxTokens());
        Set<Integer> stopIds = new HashSet<>(request.stopIds());
        if (!request.ignoreEndOfText()) {
            stopIds.addAll(modelStopIds);
        }
        PreparedRequest prepared =
                new PreparedRequest(request, promptIds, maxTokens, sampling, stopIds, seed, constraint, identity.get());
        requireFits(prepared);
        return prepared;
    }

    private TokenConstraint compile(JsonSchema schema) {
        if (constraints == null) {
            throw withoutTokenizer("json_schema", "An answer that is held to a schema");
        }
        return constraints.compile(schema);
    }

    private int[] encode(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Tokens tokens -> requireTokens(tokens.ids());
            case Prompt.Text(String content) -> {
                if (text == null) {
                    throw withoutTokenizer("prompt", "A prompt of text");
                }
                requireShort(content.length());
                yield content.isEmpty()
                        ? endOfText()
                        : requireTokens(text.tokenizer().encode(content));
            }
            case Prompt.Chat chat -> {
                if (text == null) {
                    throw withoutTokenizer("messages", "A conversation");
                }
                if (chat.messages().isEmpty()) {
                    throw new InvalidRequestException(
                            "messages", "The conversation has no messages", "Give at least one message");
                }
                requireShort(characters(chat));
                int[] ids = text.chatTemplate().encode(chat.messages(), chat.tools(), true);
                yield ids.length == 0 ? endOfText() : requireTokens(ids);
            }
        };
    }

    /**
     * About how many tokens a prompt has at most, known before it is rendered and encoded: one for each character. Only texts in rare
     * scripts have more.
     *
     * @param prompt of a request
     * @return 1 to one more than the context length
     */
    long expectedTokens(Prompt prompt) {
        long expected = switch (prompt) {
            case Prompt.Tokens tokens -> tokens.count();
            case Prompt.Text(String content) -> content.length();
            case Prompt.Chat chat ->
                characters(chat) + TEMPLATE_TOKENS * (long) chat.messages().size();
        };
        return Math.clamp(expected, 1, spec.contextLength() + 1L);
    }

    private static long characters(Prompt.Chat chat) {
        long messages = chat.messages().stream()
                .mapToLong(RequestPreparation::characters)
                .sum();
        long tools = chat.tools().stream()
                .mapToLong(tool -> tool.name().length()
                        + tool.description().length()
                        + (long) tool.parameters().length())
                .sum();
        return messages + tools;
    }

    private static long characters(ChatMessage message) {
        return message.content().length()
                + message.toolCalls().stream()
                        .mapToLong(call ->
                                call.name().length() + (long) call.arguments().length())
                        .sum();
    }

    private static void requireInPrompt(GenerationRequest.PromptScoring scoring, int promptTokens) {
        if (scoring.from() > GenerationRequest.PromptScoring.FROM_START && scoring.from() >= promptTokens) {
            throw new InvalidRequestException(
                    "prompt_logprobs_from",
                    "Scoring from token " + scoring.from() + " on asks for nothing of a prompt of " + promptTokens
                            + " tokens",
                    "Score from a token that the prompt has; the first is 0");
        }
    }

    private int[] endOfText() {
        return endOfTextId
                .map(id -> new int[] {id})
                .orElseThrow(() -> new InvalidRequestException(
                        "prompt",
                        "The prompt is empty, and the model has no end-of-text token to begin from",
                        "Give at least one character or token"));
    }

    private int[] requireTokens(int[] ids) {
        if (ids.length == 0) {
            throw new InvalidRequestException("prompt", "The prompt has no tokens", "Give at least one");
        }
        for (int id : ids) {
            requireInVocabulary("prompt", id);
        }
        return ids;
    }

    private void requireInVocabulary(String parameter, int id) {
        if (id < 0 || id >= spec.vocabularySize()) {
            throw new InvalidRequestException(
                    parameter,
                    "Token id " + id + " is outside the vocabulary of " + spec.vocabularySize(),
                    "Use ids from 0 to " + (spec.vocabularySize() - 1));
        }
    }

    /** A text that even the longest tokens could not bring into the context is refused before it is tokenized. */
    private void requireShort(long characters) {
        if (characters > longestText) {
            throw new ContextLengthExceededException(
                    "prompt",
                    "The prompt of " + characters + " characters cannot fit the context of " + spec.contextLength()
                            + " tokens",
                    "Shorten the prompt");
        }
    }

    /** How many tokens may be generated. The last token of a prompt that nothing follows is not fed, so it may lie behind the context. */
    private int limit(int promptTokens, OptionalInt maxTokens) {
        boolean generates = maxTokens.orElse(1) > 0;
        int longest = generates ? spec.contextLength() - 1 : spec.contextLength() + 1;
        if (promptTokens > longest) {
            throw new ContextLengthExceededException(
                    "prompt",
                    "The prompt of " + promptTokens + " tokens is too long for the context of " + spec.contextLength()
                            + " tokens",
                    "Shorten the prompt to at most " + longest + " tokens");
        }
        if (!generates) {
            return 0;
        }
        int room = spec.contextLength() - promptTokens;
        // An open end is no demand: it goes as far as context and memory allow.
        return maxTokens.isPresent()
                ? Math.min(maxTokens.getAsInt(), room)
                : Math.clamp(longestSequence + 1L - promptTokens, 1, room);
    }

    private void requireFits(PreparedRequest prepared) {
        if (prepared.cachedTokens() > longestSequence) {
            boolean promptFits = prepared.promptIds().length <= longestSequence;
            throw new ContextLengthExceededException(
                    promptFits ? "max_tokens" : "prompt",
                    "The request needs keys and values of " + prepared.cachedTokens() + " tokens ("
                            + prepared.promptIds().length + " of the prompt), but the key/value cache holds "
                            + longestSequence,
                    "Shorten the " + (promptFits ? "answer" : "prompt") + ", or give the key/value cache more memory");
        }
    }

    private static InvalidRequestException withoutTokenizer(String parameter, String what) {
        return new InvalidRequestException(
                parameter,
                what + " needs a tokenizer, and the model was loaded without one",
                "Add tokenizer.json to the model; token-id prompts still work");
    }

    private static int longestToken(TokenBytes tokenBytes) {
        return IntStream.range(0, tokenBytes.size())
                .map(id -> tokenBytes.bytes(id).length)
                .max()
                .orElse(1);
    }
}
