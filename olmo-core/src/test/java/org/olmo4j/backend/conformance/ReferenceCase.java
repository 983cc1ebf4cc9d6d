package org.olmo4j.backend.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.hub.ModelSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A small checkpoint with what HuggingFace transformers computed for it in float32.
 *
 * @param folder of the checkpoint
 * @param inputIds a sequence of tokens
 * @param logits of some of its positions
 * @param promptIds a prompt
 * @param greedyIds its greedy continuation, running over end-of-text tokens
 * @param scores log-probabilities of continuations
 * @param generateIds its greedy continuation up to and including the first end-of-text token; empty if not given
 */
public record ReferenceCase(
        Path folder,
        int[] inputIds,
        Map<Integer, float[]> logits,
        int[] promptIds,
        int[] greedyIds,
        List<Score> scores,
        int[] generateIds) {

    /** What transformers' float32 differs by from other orders of summation, as the makers of the references found. */
    public static final float TOLERANCE = 2e-4f;

    /**
     * A continuation and how probable it is.
     *
     * @param context before it
     * @param continuation its tokens
     * @param tokenLogProbabilities of each
     * @param greedy whether each is the most probable token
     */
    public record Score(int[] context, int[] continuation, float[] tokenLogProbabilities, boolean greedy) {}

    public static ReferenceCase read(Path folder, String fileName) {
        try {
            JsonNode root = JsonMapper.shared().readTree(Files.readAllBytes(folder.resolve(fileName)));
            Map<Integer, float[]> logits = new TreeMap<>();
            root.get("logits")
                    .forEachEntry((position, values) -> logits.put(Integer.valueOf(position), floats(values)));
            List<Score> scores = new ArrayList<>();
            for (JsonNode score : root.path("scoring")) {
                scores.add(new Score(
                        ints(score.get("context_ids")),
                        ints(score.get("continuation_ids")),
                        floats(score.get("token_logprobs")),
                        score.get("is_greedy").asBoolean()));
            }
            JsonNode greedy = root.get("greedy");
            return new ReferenceCase(
                    folder,
                    ints(root.get("input_ids")),
                    logits,
                    ints(greedy.get("prompt_ids")),
                    ints(greedy.get("ids_without_eos_stop")),
                    scores,
                    greedy.has("generate_ids") ? ints(greedy.get("generate_ids")) : new int[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * All cases in the folders of a folder.
     *
     * @param parent holds a folder for each case
     * @param fileName of the expectations
     * @return sorted by name
     */
    public static List<ReferenceCase> readAll(Path parent, String fileName) {
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.filter(folder -> Files.exists(folder.resolve(fileName)))
                    .sorted()
                    .map(folder -> read(folder, fileName))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Checkpoint open() {
        return Checkpoint.open(ModelSource.of(folder.toString()));
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).asDouble();
        }
        return values;
    }

    @Override
    public String toString() {
        return String.valueOf(folder.getFileName());
    }
}
