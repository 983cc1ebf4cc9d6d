package org.olmo4j.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.spec.OlmoSpec;

/** Compares what the files contain with what the spec asks for, by name and shape, and cuts stacked tensors into rows. */
final class TensorMatcher {

    private static final String HINT = "Take config.json and weights from the same revision of the model";

    private final OlmoSpec spec;
    private final String location;
    private final Map<String, SafetensorsFile> fileOfTensor = new LinkedHashMap<>();
    private final Map<TensorKey, PlacedTensor> tensors = new HashMap<>();

    TensorMatcher(OlmoSpec spec, String location, Map<String, SafetensorsFile> files) {
        this.spec = spec;
        this.location = files.size() == 1 ? files.values().iterator().next().name() : location;
        for (SafetensorsFile file : files.values()) {
            for (String name : file.header().tensors().keySet()) {
                fileOfTensor.put(name, file);
            }
        }
    }

    Map<TensorKey, PlacedTensor> match() {
        List<StoredTensor> expected = TensorNames.expected(spec, fileOfTensor.keySet());
        for (StoredTensor tensor : expected) {
            add(tensor);
            fileOfTensor.remove(tensor.name());
        }
        if (spec.tiedEmbeddings()) {
            TensorKey embedding = new TensorKey(TensorRole.TOKEN_EMBEDDING, TensorKey.NONE, TensorKey.NONE);
            tensors.put(
                    new TensorKey(TensorRole.OUTPUT_HEAD, TensorKey.NONE, TensorKey.NONE),
                    Objects.requireNonNull(tensors.get(embedding)));
            acceptUnusedHead(TensorNames.unusedHead(spec, expected.getFirst()));
        }
        fileOfTensor.keySet().removeIf(TensorNames::isDerived);
        if (!fileOfTensor.isEmpty()) {
            Map.Entry<String, SafetensorsFile> extra =
                    fileOfTensor.entrySet().iterator().next();
            throw new ModelFormatException(
                    extra.getValue().name() + " has the tensor " + extra.getKey()
                            + (fileOfTensor.size() == 1 ? "" : " and " + (fileOfTensor.size() - 1) + " more")
                            + " which config.json, of the family " + spec.family() + ", does not ask for",
                    HINT);
        }
        return tensors;
    }

    private void acceptUnusedHead(StoredTensor head) {
        SafetensorsFile file = fileOfTensor.remove(head.name());
        if (file != null) {
            entry(file, head);
        }
    }

    private void add(StoredTensor expected) {
        SafetensorsFile file = fileOfTensor.get(expected.name());
        if (file == null) {
            throw new ModelFormatException(
                    location + " lacks the tensor " + expected.name() + " of shape " + expected.shape()
                            + " that its config.json asks for ("
                            + expected.parts().getFirst().key() + ")",
                    HINT);
        }
        SafetensorsHeader.Entry entry = entry(file, expected);
        MemorySegment data = file.data(entry);
        long rowBytes = (long) expected.columns() * entry.type().bytes();
        long offset = 0;
        for (StoredTensor.Part part : expected.parts()) {
            long bytes = part.rows() * rowBytes;
            tensors.put(
                    part.key(),
                    new PlacedTensor(
                            new Tensor(
                                    expected.name(),
                                    entry.type(),
                                    part.rows(),
                                    expected.columns(),
                                    data.asSlice(offset, bytes)),
                            file,
                            entry.begin() + offset));
            offset += bytes;
        }
    }

    private static SafetensorsHeader.Entry entry(SafetensorsFile file, StoredTensor expected) {
        SafetensorsHeader.Entry entry =
                Objects.requireNonNull(file.header().tensors().get(expected.name()));
        if (!entry.shape().equals(expected.shape())) {
            throw new ModelFormatException(
                    file.name() + ": tensor " + expected.name() + " has shape " + entry.shape()
                            + ", but config.json asks for " + expected.shape(),
                    HINT);
        }
        return entry;
    }
}
