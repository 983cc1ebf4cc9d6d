package org.olmo4j.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.hash.Sha256;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spec.OlmoSpecReader;

/** Opens a checkpoint: configuration first, then the headers, then the comparison of the two. */
final class CheckpointReader {

    static final String WEIGHTS = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";
    /** Weights on the class path are copied: they are meant for demonstrations and tests, not for full-size models. */
    static final long MAX_COPIED_BYTES = 1L << 30;

    private static final String CONFIG = "config.json";
    private static final String GENERATION_CONFIG = "generation_config.json";
    private static final int MAX_CONFIG_BYTES = 1 << 20;
    private static final int MAX_INDEX_BYTES = 1 << 25;
    private static final List<String> OTHER_FORMATS =
            List.of("pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt", "consolidated.00.pth");

    private final ModelSource source;
    private final ContentHashCache contentHashes;
    private final Arena arena;
    private final MessageDigest digest = Sha256.start();
    private long copiedBytes;

    private CheckpointReader(ModelSource source, ContentHashCache contentHashes, Arena arena) {
        this.source = source;
        this.contentHashes = contentHashes;
        this.arena = arena;
    }

    @SuppressWarnings("MustBeClosedChecker") // The checkpoint closes the arena.
    static Checkpoint open(ModelSource source, ContentHashCache contentHashes) {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            Checkpoint checkpoint = new CheckpointReader(source, contentHashes, arena).read();
            opened = true;
            return checkpoint;
        } catch (IOException failed) {
            throw new ModelFormatException(
                    "The files of " + source.location() + " cannot be read: " + failed,
                    "Check that this process may read them and that the disk is sound",
                    failed);
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private Checkpoint read() throws IOException {
        byte[] config = bytes(CONFIG, MAX_CONFIG_BYTES)
                .orElseThrow(() -> new ModelFormatException(
                        source.location() + " has no " + CONFIG, "Give the folder with all files of the model"));
        OlmoSpec spec = OlmoSpecReader.read(config, named(CONFIG));
        Fingerprint.add(digest, config);
        Optional<byte[]> generationConfig = bytes(GENERATION_CONFIG, MAX_CONFIG_BYTES);
        GenerationDefaults defaults = generationConfig
                .map(json -> GenerationConfiguration.read(json, named(GENERATION_CONFIG)))
                .orElse(GenerationDefaults.NONE);
        Fingerprint.add(digest, generationConfig.orElse(new byte[0]));

        Map<String, SafetensorsFile> files = openWeights();
        Map<TensorKey, PlacedTensor> tensors = new TensorMatcher(spec, source.location(), files).match();
        for (SafetensorsFile file : files.values()) {
            file.requireUnchanged();
        }
        String fingerprint = Fingerprint.finish(digest);
        ContentHashing hashing = new ContentHashing(
                new ContentHashing.Subject(source.location(), fingerprint, config, withoutTiedHead(spec, tensors)),
                contentHashes);
        return new SafetensorsCheckpoint(spec, defaults, tensors, fingerprint, hashing, arena);
    }

    /** A tied output head is the embedding, whose bytes count once. */
    private static Map<TensorKey, PlacedTensor> withoutTiedHead(OlmoSpec spec, Map<TensorKey, PlacedTensor> tensors) {
        Map<TensorKey, PlacedTensor> distinct = new HashMap<>(tensors);
        if (spec.tiedEmbeddings()) {
            distinct.remove(new TensorKey(TensorRole.OUTPUT_HEAD, TensorKey.NONE, TensorKey.NONE));
        }
        return Map.copyOf(distinct);
    }

    private Map<String, SafetensorsFile> openWeights() throws IOException {
        // transformers takes the single file first, too.
        Optional<SafetensorsFile> single = openFile(WEIGHTS);
        if (single.isPresent()) {
            return Map.of(WEIGHTS, single.get());
        }
        byte[] json = bytes(INDEX, MAX_INDEX_BYTES).orElseThrow(this::noWeights);
        Fingerprint.add(digest, json);
        ShardIndex index = ShardIndex.read(json, named(INDEX));
        Map<String, SafetensorsFile> files = new LinkedHashMap<>();
        Map<String, SafetensorsHeader> headers = new LinkedHashMap<>();
        for (String shard : index.shards()) {
            SafetensorsFile file = openFile(shard)
                    .orElseThrow(() -> new ModelFormatException(
                            index.file() + " names " + shard + ", which is not there", "Download all shards"));
            files.put(shard, file);
            headers.put(shard, file.header());
        }
        index.requireAgreement(headers);
        return files;
    }

    private Optional<SafetensorsFile> openFile(String fileName) throws IOException {
        Optional<Path> path = source.path(fileName);
        if (path.isPresent()) {
            Fingerprint.add(digest, fileName);
            return Optional.of(SafetensorsFile.map(path.get(), arena, digest));
        }
        Optional<InputStream> content = source.open(fileName);
        if (content.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream input = content.get()) {
            Fingerprint.add(digest, fileName);
            SafetensorsFile file =
                    SafetensorsFile.copy(input, named(fileName), arena, digest, MAX_COPIED_BYTES - copiedBytes);
            copiedBytes += file.header().dataBytes();
            return Optional.of(file);
        }
    }

    private ModelFormatException noWeights() {
        List<String> others = new ArrayList<>();
        for (String name : OTHER_FORMATS) {
            try (InputStream input = source.open(name).orElse(null)) {
                if (input != null) {
                    others.add(name);
                }
            } catch (IOException unreadable) {
                others.add(name);
            }
        }
        if (others.isEmpty()) {
            return new ModelFormatException(
                    source.location() + " has neither " + WEIGHTS + " nor " + INDEX,
                    "Download the model's weights, too");
        }
        return new ModelFormatException(
                source.location() + " has its weights only as " + String.join(", ", others)
                        + ", a format that can run code and is not read",
                "Convert them once with transformers:"
                        + " AutoModelForCausalLM.from_pretrained(folder).save_pretrained(folder), which writes"
                        + " " + WEIGHTS);
    }

    private Optional<byte[]> bytes(String fileName, int most) throws IOException {
        Optional<InputStream> content = source.open(fileName);
        if (content.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream input = content.get()) {
            byte[] bytes = input.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new ModelFormatException(
                        named(fileName) + " is larger than " + most + " bytes", "Download the file again");
            }
            return Optional.of(bytes);
        }
    }

    private String named(String fileName) {
        return source.path(fileName).map(Path::toString).orElseGet(() -> source.location() + "/" + fileName);
    }
}
