package org.olmo4j.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.json.JsonObject;

/**
 * model.safetensors.index.json: which shard holds which tensor.
 *
 * @param file what it is called in messages
 * @param shardOfTensor plain file name by tensor name
 * @param totalBytes {@code metadata.total_size}, if it is there
 */
record ShardIndex(String file, Map<String, String> shardOfTensor, OptionalLong totalBytes) {

    private static final String WEIGHT_MAP = "weight_map";
    private static final String HINT = "Download the index and all shards again, from the same revision";

    static ShardIndex read(byte[] json, String file) {
        JsonObject index = JsonObject.parse(json, file);
        JsonObject weightMap = index.optionalObject(WEIGHT_MAP).orElseThrow(() -> index.missing(WEIGHT_MAP));
        Map<String, String> shardOfTensor = new LinkedHashMap<>();
        for (String tensor : weightMap.keys()) {
            String shard = weightMap.optionalString(tensor).orElseThrow(() -> weightMap.missing(tensor));
            if (!ModelSource.isPlainFileName(shard) || !shard.endsWith(".safetensors")) {
                throw weightMap.invalid(tensor, "the plain name of a .safetensors file in the same folder");
            }
            shardOfTensor.put(tensor, shard);
        }
        if (shardOfTensor.isEmpty() || shardOfTensor.size() > SafetensorsHeader.MAX_TENSORS) {
            throw index.invalid(WEIGHT_MAP, "1 to " + SafetensorsHeader.MAX_TENSORS + " tensors");
        }
        OptionalLong totalBytes = index.optionalObject("metadata")
                .map(metadata -> metadata.optionalSize("total_size"))
                .orElse(OptionalLong.empty());
        return new ShardIndex(file, Map.copyOf(shardOfTensor), totalBytes);
    }

    /** The shards' file names, each once, in alphabetical order. */
    Set<String> shards() {
        return new TreeSet<>(shardOfTensor.values());
    }

    /**
     * Compares the index with what the shards contain.
     *
     * @param headers by shard
     * @throws ModelFormatException if a tensor is in another shard than the index says, in several, or in none, or the sizes do not add up
     */
    void requireAgreement(Map<String, SafetensorsHeader> headers) {
        long bytes = 0;
        int tensors = 0;
        for (Map.Entry<String, SafetensorsHeader> shard : headers.entrySet()) {
            for (String tensor : shard.getValue().tensors().keySet()) {
                String expected = shardOfTensor.get(tensor);
                if (!shard.getKey().equals(expected)) {
                    throw new ModelFormatException(
                            file + ": tensor " + tensor + " is in " + shard.getKey() + ", but the index "
                                    + (expected == null ? "does not name it" : "says " + expected),
                            HINT);
                }
            }
            bytes += shard.getValue().dataBytes();
            tensors += shard.getValue().tensors().size();
        }
        if (tensors != shardOfTensor.size()) {
            throw missing(headers);
        }
        if (totalBytes.isPresent() && totalBytes.getAsLong() != bytes) {
            throw new ModelFormatException(
                    file + ": metadata.total_size is " + totalBytes.getAsLong() + ", but the shards have " + bytes
                            + " bytes of tensors",
                    HINT);
        }
    }

    private ModelFormatException missing(Map<String, SafetensorsHeader> headers) {
        List<String> missing = shardOfTensor.entrySet().stream()
                .filter(entry -> {
                    SafetensorsHeader header = headers.get(entry.getValue());
                    return header == null || !header.tensors().containsKey(entry.getKey());
                })
                .map(entry -> entry.getKey() + " in " + entry.getValue())
                .sorted()
                .toList();
        return new ModelFormatException(
                file + " names the tensor " + missing.getFirst()
                        + (missing.size() == 1 ? "" : " and " + (missing.size() - 1) + " more")
                        + " which the shards do not have",
                HINT);
    }
}
