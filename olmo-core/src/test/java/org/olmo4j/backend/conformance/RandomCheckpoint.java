package org.olmo4j.backend.conformance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.checkpoint.GenerationDefaults;
import org.olmo4j.checkpoint.Tensor;
import org.olmo4j.checkpoint.TensorRole;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.OlmoSpec;

/** A checkpoint of seeded random weights for any spec. Its tensors lie at odd addresses, where a file may put them. */
public final class RandomCheckpoint implements Checkpoint {

    /** Which tensor. */
    private record Key(TensorRole role, int layer, int expert) {}

    private final Arena arena = Arena.ofShared();
    private final OlmoSpec spec;
    private final TensorType type;
    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(11);
    private final Map<Key, Tensor> tensors = new HashMap<>();
    private final Map<Key, float[]> decoded = new HashMap<>();

    public RandomCheckpoint(OlmoSpec spec, TensorType type) {
        this.spec = spec;
        this.type = type;
    }

    /** The elements of a tensor as its type holds them, row after row. */
    public float[] elements(TensorRole role, int layer, int expert) {
        Tensor tensor = tensor(role, layer, expert);
        return decoded.computeIfAbsent(
                new Key(TensorRole.valueOf(tensor.name()), layer, expert), key -> decode(tensor));
    }

    @Override
    public OlmoSpec spec() {
        return spec;
    }

    @Override
    public GenerationDefaults generationDefaults() {
        return GenerationDefaults.NONE;
    }

    @Override
    public Tensor tensor(TensorRole role) {
        return tensor(role, 0, 0);
    }

    @Override
    public Tensor tensor(TensorRole role, int layer) {
        return tensor(role, layer, 0);
    }

    @Override
    public Tensor tensor(TensorRole role, int layer, int expert) {
        boolean tied = role == TensorRole.OUTPUT_HEAD && spec.tiedEmbeddings();
        return tensors.computeIfAbsent(
                new Key(tied ? TensorRole.TOKEN_EMBEDDING : role, layer, expert), this::randomTensor);
    }

    private Tensor randomTensor(Key key) {
        int width = spec.hiddenSize();
        int queries = spec.queryWidth();
        int keys = spec.keyValueWidth();
        int intermediate = spec.feedForward().intermediateSize();
        return switch (key.role()) {
            case TOKEN_EMBEDDING, OUTPUT_HEAD -> matrix(key, spec.vocabularySize(), width);
            case QUERY -> matrix(key, queries, width);
            case KEY, VALUE -> matrix(key, keys, width);
            case ATTENTION_OUTPUT -> matrix(key, width, queries);
            case GATE, UP -> matrix(key, intermediate, width);
            case DOWN -> matrix(key, width, intermediate);
            case ROUTER -> matrix(key, ((FeedForward.MixtureOfExperts) spec.feedForward()).experts(), width);
            case QUERY_BIAS -> vector(key, queries, 0);
            case KEY_BIAS, VALUE_BIAS -> vector(key, keys, 0);
            case ATTENTION_OUTPUT_BIAS -> vector(key, width, 0);
            case QUERY_NORM -> vector(key, queries, 1);
            case KEY_NORM -> vector(key, keys, 1);
            case FINAL_NORM, ATTENTION_NORM, FEED_FORWARD_NORM -> vector(key, width, 1);
        };
    }

    private Tensor matrix(Key key, int rows, int columns) {
        return tensor(key, rows, columns, 0, 1.5 / Math.sqrt(columns));
    }

    private Tensor vector(Key key, int length, double mean) {
        return tensor(key, 1, length, mean, 0.3);
    }

    private Tensor tensor(Key key, int rows, int columns, double mean, double deviation) {
        MemorySegment data =
                arena.allocate((long) rows * columns * type.bytes() + 1, 64).asSlice(1);
        for (int i = 0; i < rows * columns; i++) {
            float element = (float) (mean + deviation * random.nextGaussian());
            switch (type) {
                case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, element);
                case F16 -> data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, Float.floatToFloat16(element));
                case BF16 ->
                    data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, (short)
                            (Float.floatToRawIntBits(element) >>> Short.SIZE));
            }
        }
        return new Tensor(key.role().name(), type, rows, columns, data);
    }

    private float[] decode(Tensor tensor) {
        float[] elements = new float[tensor.rows() * tensor.columns()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = switch (type) {
                case F32 -> tensor.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
                case F16 -> Float.float16ToFloat(tensor.data().get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i));
                case BF16 ->
                    Float.intBitsToFloat(tensor.data().get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i) << Short.SIZE);
            };
        }
        return elements;
    }

    @Override
    public String fingerprint() {
        return "random";
    }

    @Override
    public CompletionStage<String> contentHash() {
        return CompletableFuture.completedFuture("random");
    }

    @Override
    public long weightBytes() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.data().byteSize())
                .sum();
    }

    @Override
    public TensorType storedType() {
        return type;
    }

    @Override
    public void close() {
        arena.close();
    }
}
