package org.olmo4j.backend.conformance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.StepResult;
import org.olmo4j.sampling.TokenLogProbability;

/** Runs sequences on a loaded model without an engine, with block tables in shuffled order. */
public final class ModelDriver implements AutoCloseable {

    private final LoadedModel model;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment logits;
    private final List<Deque<Integer>> free = new ArrayList<>();
    private final Random random = new Random(7);

    public ModelDriver(LoadedModel model) {
        this.model = model;
        logits = arena.allocate(
                (long) model.options().maxStepRows() * model.spec().vocabularySize() * Float.BYTES, 64);
        for (CacheLayout.Group group : model.cacheLayout().groups()) {
            List<Integer> blocks = new ArrayList<>(
                    IntStream.range(0, group.blockCount()).boxed().toList());
            Collections.shuffle(blocks, random);
            free.add(new ArrayDeque<>(blocks));
        }
    }

    /** A sequence that grows. */
    public final class Sequence {
        private final List<List<Integer>> blocks = new ArrayList<>();
        private int length;

        public Sequence() {
            model.cacheLayout().groups().forEach(group -> blocks.add(new ArrayList<>()));
        }

        public Step.Row row(int[] ids, OutputRequest output) {
            List<int[]> tables = new ArrayList<>();
            for (int group = 0; group < blocks.size(); group++) {
                int blockTokens = model.cacheLayout().groups().get(group).blockTokens();
                while (blocks.get(group).size() * blockTokens < length + ids.length) {
                    blocks.get(group).add(free.get(group).pop());
                }
                tables.add(
                        blocks.get(group).stream().mapToInt(Integer::intValue).toArray());
            }
            Step.Row row = new Step.Row(new Step.RowTokens.Known(ids), length, tables, output, 0);
            length += ids.length;
            return row;
        }

        /** Forgets all tokens and keeps the blocks. */
        public void rewind() {
            length = 0;
        }

        /** Gives its blocks back. They are taken again in another order, so that what is left in them lies where it is wrong. */
        public void end() {
            for (int group = 0; group < blocks.size(); group++) {
                List<Integer> used = blocks.get(group);
                Collections.shuffle(used, random);
                free.get(group).addAll(used);
                used.clear();
            }
            length = 0;
        }

        /** The logits of the last of some tokens. */
        public float[] logits(int[] ids) {
            return step(List.of(row(ids, new OutputRequest.Logits()))).getFirst();
        }

        public List<TokenLogProbability> logProbabilities(int[] ids, int[] targets, int top) {
            Step step = new Step(
                    List.of(row(ids, new OutputRequest.TokenLogProbabilities(targets, top))), logits, () -> false);
            StepResult.Completed completed =
                    (StepResult.Completed) model.submit(step).await();
            return ((StepResult.RowOutput.LogProbabilities) completed.rows().getFirst()).tokens();
        }
    }

    /**
     * Processes a sequence in chunks of a size and scores every token in it.
     *
     * @param ids of the sequence
     * @param chunk tokens of a step, but for the last
     * @return for each position the log-probability of the id there, and of the most probable one
     */
    public List<TokenLogProbability> scoresInChunks(int[] ids, int chunk) {
        List<TokenLogProbability> scores = new ArrayList<>();
        Sequence sequence = new Sequence();
        for (int from = 0; from < ids.length; from += chunk) {
            int[] part = Arrays.copyOfRange(ids, from, Math.min(from + chunk, ids.length));
            scores.addAll(sequence.logProbabilities(part, part, 1));
        }
        sequence.end();
        return scores;
    }

    /** Runs a step whose rows all ask for logits. */
    public List<float[]> step(List<Step.Row> rows) {
        model.submit(new Step(rows, logits, () -> false)).await();
        int vocabulary = model.spec().vocabularySize();
        return IntStream.range(0, rows.size())
                .mapToObj(row -> logits.asSlice((long) row * vocabulary * Float.BYTES, (long) vocabulary * Float.BYTES)
                        .toArray(ValueLayout.JAVA_FLOAT))
                .toList();
    }

    public int[] greedy(int[] prompt, int count) {
        Sequence sequence = new Sequence();
        int[] generated = new int[count];
        int[] next = prompt;
        for (int i = 0; i < count; i++) {
            generated[i] = argmax(sequence.logits(next));
            next = new int[] {generated[i]};
        }
        return generated;
    }

    /** Processes a sequence in chunks of a size: the logits of each chunk's last token, by position. */
    public Map<Integer, float[]> logitsInChunks(int[] ids, int chunk) {
        Map<Integer, float[]> logits = new TreeMap<>();
        Sequence sequence = new Sequence();
        for (int from = 0; from < ids.length; from += chunk) {
            int to = Math.min(from + chunk, ids.length);
            logits.put(to - 1, sequence.logits(Arrays.copyOfRange(ids, from, to)));
        }
        return logits;
    }

    public static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    @Override
    public void close() {
        arena.close();
    }
}
