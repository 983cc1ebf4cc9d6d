package org.olmo4j.benchmark.quality;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.olmo4j.Olmo;
import org.olmo4j.benchmark.measure.BenchmarkException;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.Tokenizer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What models are to predict.
 *
 * @param name what to call it in results
 * @param sequences token ids, at least one sequence of at least two tokens
 */
public record EvaluationText(String name, List<int[]> sequences) {

    /** Longer answers than the demo model gives. */
    private static final int LONGEST_ANSWER = 160;

    /** Copies the list. */
    public EvaluationText {
        sequences = List.copyOf(sequences);
    }

    /**
     * A text file, cut into pieces that are predicted independently of each other.
     *
     * @param file in UTF-8
     * @param model whose tokenizer splits it
     * @param length of the pieces, in tokens; 2 or more
     * @return the text
     * @throws BenchmarkException if it cannot be read or has fewer than two tokens
     */
    public static EvaluationText ofFile(Path file, PreparedModel model, int length) {
        int[] ids;
        try (Tokenizer tokenizer = Tokenizer.load(ModelSource.of(model.folder().toString()))) {
            ids = tokenizer.encode(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new BenchmarkException(file + " cannot be read: " + e, "Give a text in UTF-8 with --text", e);
        }
        List<int[]> pieces = IntStream.iterate(0, from -> from < ids.length - 1, from -> from + length)
                .mapToObj(from -> Arrays.copyOfRange(ids, from, Math.min(ids.length, from + length)))
                .filter(piece -> piece.length > 1)
                .toList();
        if (pieces.isEmpty()) {
            throw new BenchmarkException(
                    file + " has " + ids.length + " tokens, and the first has nothing to be predicted from",
                    "Give a longer text with --text");
        }
        return new EvaluationText(file.toString(), pieces);
    }

    /**
     * Conversations: questions, and what the model with the weights it was stored with answers to them, the most probable token each time.
     *
     * @param file JSON with an array {@code questions} of objects, whose {@code ask} is a question, or several to ask in turn
     * @param model that answers
     * @param threads that compute
     * @return one sequence for each of the objects, in the model's chat format
     * @throws BenchmarkException if the file cannot be read
     */
    public static EvaluationText ofAnswers(Path file, PreparedModel model, int threads) {
        List<int[]> sequences = new ArrayList<>();
        try (Olmo olmo =
                Olmo.builder(model.folder().toString()).threads(threads).load()) {
            for (List<String> questions : questions(file)) {
                sequences.add(conversation(olmo, questions));
            }
        }
        return new EvaluationText(file.toString(), sequences);
    }

    /** The last prompt holds all that was said before. */
    private static int[] conversation(Olmo olmo, List<String> questions) {
        List<ChatMessage> messages = new ArrayList<>();
        int[] ids = {};
        for (String question : questions) {
            messages.add(new ChatMessage(ChatMessage.Role.USER, question));
            GenerationResult answer = olmo.generate(GenerationRequest.builder(new Prompt.Chat(messages))
                    .sampling(SamplingOptions.GREEDY)
                    .maxTokens(LONGEST_ANSWER)
                    .build());
            messages.add(new ChatMessage(ChatMessage.Role.ASSISTANT, answer.text()));
            ids = Stream.concat(answer.promptTokenIds().stream(), answer.tokenIds().stream())
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
        return ids;
    }

    private static List<List<String>> questions(Path file) {
        try {
            JsonNode entries =
                    JsonMapper.shared().readTree(Files.readAllBytes(file)).path("questions");
            List<List<String>> questions = new ArrayList<>();
            for (JsonNode entry : entries) {
                JsonNode ask = entry.path("ask");
                questions.add(
                        ask.isArray()
                                ? ask.valueStream().map(JsonNode::asString).toList()
                                : List.of(ask.asString()));
            }
            if (questions.isEmpty()) {
                throw new BenchmarkException(
                        file + " has no questions", "Give a text with --text, or take the file of the checkout");
            }
            return questions;
        } catch (IOException | JacksonException e) {
            throw new BenchmarkException(
                    file + " cannot be read: " + e.getMessage(), "Take the file of the checkout as it is", e);
        }
    }

    int longestSequence() {
        return sequences.stream().mapToInt(ids -> ids.length).max().orElseThrow();
    }
}
