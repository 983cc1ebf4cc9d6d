package org.olmo4j.checkpoint;

import java.lang.foreign.Arena;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.olmo4j.spec.OlmoSpec;

/** A checkpoint whose tensors lie in safetensors files. */
final class SafetensorsCheckpoint implements Checkpoint {

    private final OlmoSpec spec;
    private final GenerationDefaults generationDefaults;
    private final Map<TensorKey, Tensor> tensors;
    private final String fingerprint;
    private final ContentHashing contentHashing;
    private final Arena arena;

    SafetensorsCheckpoint(
            OlmoSpec spec,
            GenerationDefaults generationDefaults,
            Map<TensorKey, PlacedTensor> tensors,
            String fingerprint,
            ContentHashing contentHashing,
            Arena arena) {
        this.spec = spec;
        this.generationDefaults = generationDefaults;
        this.tensors = tensors.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().tensor()));
        this.fingerprint = fingerprint;
        this.contentHashing = contentHashing;
        this.arena = arena;
    }

    @Override
    public OlmoSpec spec() {
        return spec;
    }

    @Override
    public GenerationDefaults generationDefaults() {
        return generationDefaults;
    }

    @Override
    public Tensor tensor(TensorRole role) {
        return find(new TensorKey(role, TensorKey.NONE, TensorKey.NONE));
    }

    @Override
    public Tensor tensor(TensorRole role, int layer) {
        return find(new TensorKey(role, layer, TensorKey.NONE));
    }

    @Override
    public Tensor tensor(TensorRole role, int layer, int expert) {
        return find(new TensorKey(role, layer, expert));
    }

    private Tensor find(TensorKey key) {
        Tensor tensor = tensors.get(key);
        if (tensor == null) {
            throw new IllegalArgumentException("A model of family " + spec.family() + " with " + spec.layerCount()
                    + " layers has no tensor " + key);
        }
        return tensor;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public CompletionStage<String> contentHash() {
        return contentHashing.start();
    }

    @Override
    public long weightBytes() {
        // A tied output head is the embedding, which counts once.
        return tensors.entrySet().stream()
                .filter(entry -> entry.getKey().role() != TensorRole.OUTPUT_HEAD || !spec.tiedEmbeddings())
                .mapToLong(entry -> entry.getValue().data().byteSize())
                .sum();
    }

    @Override
    public TensorType storedType() {
        return tensor(TensorRole.QUERY, 0).type();
    }

    @Override
    public synchronized void close() {
        contentHashing.cancel();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
