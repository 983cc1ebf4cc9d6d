package org.olmo4j.backend.cpu;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.ModelDriver;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.backend.cpu.kernel.KernelChoice;
import org.olmo4j.sampling.LogProbabilities;
import org.olmo4j.sampling.Sampler;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.sampling.TokenHistory;
import org.olmo4j.sampling.TokenLogProbability;
import org.olmo4j.spec.OlmoSpec;

/**
 * Hashes of the bits of logits, drawn tokens and log-probabilities, to be compared between JVMs that compile differently. The models are
 * small, since without its compiler a JVM takes seconds for what else takes milliseconds: dot products of 2048 and 11008 elements, but few,
 * and seven tokens in steps of 5, 1 and 1.
 */
final class CompilationDigest {

    private static final int VOCABULARY = 16;
    private static final OlmoSpec LONG_INPUTS = TestModels.olmo3(VOCABULARY, 2048, 1, 1, 16, 16, TestModels.window(4));
    private static final OlmoSpec LONG_ACTIVATIONS =
            TestModels.olmo3(VOCABULARY, 32, 2, 1, 16, 11_008, TestModels.FULL);

    private CompilationDigest() {}

    /**
     * Main class of a child JVM.
     *
     * @param arguments the file to write to; how often to compute again, and take the digests of the last time; whether to leave out combinations
     */
    public static void main(String[] arguments) throws IOException {
        int repetitions = Integer.parseInt(arguments[1]);
        boolean some = Boolean.parseBoolean(arguments[2]);
        List<String> lines = new ArrayList<>();
        digests(some).forEach((name, digest) -> lines.add("first " + name + " " + digest));
        for (int i = 1; i < repetitions; i++) {
            digests(some);
        }
        if (repetitions > 0) {
            digests(some).forEach((name, digest) -> lines.add("warm " + name + " " + digest));
        }
        Files.write(Path.of(arguments[0]), lines);
    }

    /**
     * Computes everything once.
     *
     * @param some whether inputs of 11008, and the widths of 128 and 256 bits on inputs of 2048, are left to BF16 weights
     * @return digests by what was computed and what computed it
     */
    static Map<String, String> digests(boolean some) {
        Map<String, String> digests = new TreeMap<>();
        for (WeightHolding weights : WeightHolding.values()) {
            for (OlmoSpec spec : List.of(LONG_INPUTS, LONG_ACTIVATIONS)) {
                try (RandomCheckpoint checkpoint = weights.checkpoint(spec)) {
                    String name = weights + "/" + (spec == LONG_INPUTS ? "2048" : "11008");
                    for (int bits : new int[] {0, 512, 256, 128}) {
                        boolean always = weights == WeightHolding.BF16
                                ? bits % 512 == 0 || spec == LONG_INPUTS
                                : bits % 512 == 0 && spec == LONG_INPUTS;
                        if (always || !some) {
                            KernelChoice kernels = bits == 0 ? KernelChoice.scalar() : KernelChoice.vector(bits);
                            digests.put(name + "/" + bits, digest(weights, checkpoint, kernels));
                        }
                    }
                }
            }
        }
        return digests;
    }

    private static String digest(WeightHolding weights, RandomCheckpoint checkpoint, KernelChoice kernels) {
        int[] prompt = new Random(11).ints(6, 0, VOCABULARY).toArray();
        Sampler sampler = new Sampler(VOCABULARY);
        SamplingOptions sampling = new SamplingOptions(1, 0, 0.9f, 0, 1, 0, 0, Map.of());
        MessageDigest digest = sha256();
        try (LoadedModel model = weights.load(checkpoint, kernels, 2);
                ModelDriver driver = new ModelDriver(model)) {
            ModelDriver.Sequence sequence = driver.new Sequence();
            add(digest, sequence.logits(Arrays.copyOf(prompt, 5)));
            float[] logits = sequence.logits(new int[] {prompt[5]});
            for (int position = prompt.length; position < prompt.length + 2; position++) {
                add(digest, logits);
                int drawn = sampler.sample(
                        MemorySegment.ofArray(logits), sampling, new TokenHistory(prompt), 3, 0, position);
                TokenLogProbability score = LogProbabilities.of(logits, drawn, 3);
                add(digest, score.logProbability(), drawn);
                score.top().forEach(other -> add(digest, other.logProbability(), other.tokenId()));
                if (position == prompt.length) {
                    logits = sequence.logits(new int[] {drawn});
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 12);
    }

    private static void add(MessageDigest digest, float... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES);
        for (float number : numbers) {
            bytes.putInt(Float.floatToRawIntBits(number));
        }
        digest.update(bytes.flip());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
