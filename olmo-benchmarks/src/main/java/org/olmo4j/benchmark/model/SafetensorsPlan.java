package org.olmo4j.benchmark.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.olmo4j.checkpoint.TensorType;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where each tensor lies in a safetensors file, known before anything is written.
 *
 * @param type of all elements
 * @param placed tensors with their offsets in the file
 * @param header the file's first bytes: length, JSON, spaces up to a multiple of 64, so that vector loads are aligned
 * @param fileBytes size of the whole file
 */
record SafetensorsPlan(TensorType type, List<Placed> placed, byte[] header, long fileBytes) {

    private static final int ALIGNMENT = 64;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /**
     * A tensor in its place.
     *
     * @param tensor which
     * @param offset of its first byte in the file
     */
    record Placed(PlannedTensor tensor, long offset) {}

    static SafetensorsPlan of(List<PlannedTensor> tensors, TensorType type) {
        ObjectNode json = MAPPER.createObjectNode();
        json.putObject("__metadata__").put("format", "pt");
        long end = 0;
        for (PlannedTensor tensor : tensors) {
            ObjectNode entry = json.putObject(tensor.name()).put("dtype", type.name());
            tensor.shape().forEach(entry.putArray("shape")::add);
            long start = end;
            end += tensor.elements() * type.bytes();
            entry.putArray("data_offsets").add(start).add(end);
        }
        byte[] header = header(MAPPER.writeValueAsBytes(json));
        List<Placed> placed = new ArrayList<>();
        long offset = header.length;
        for (PlannedTensor tensor : tensors) {
            placed.add(new Placed(tensor, offset));
            offset += tensor.elements() * type.bytes();
        }
        return new SafetensorsPlan(type, List.copyOf(placed), header, offset);
    }

    private static byte[] header(byte[] json) {
        int length = Math.ceilDiv(Long.BYTES + json.length, ALIGNMENT) * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(length - Long.BYTES).put(json);
        header.put(" ".repeat(header.remaining()).getBytes(StandardCharsets.US_ASCII));
        return header.array();
    }
}
