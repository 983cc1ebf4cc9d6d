package org.olmo4j.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** Writes small safetensors files, valid ones tensor by tensor and any others byte by byte. */
final class SafetensorsWriter {

    private final Map<String, String> entries = new LinkedHashMap<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final Random random;

    SafetensorsWriter(long seed) {
        random = new Random(seed);
    }

    /** Appends a tensor of random bytes. */
    SafetensorsWriter add(String name, String type, int... shape) {
        int bytes = type.equals("F32") ? 4 : 2;
        for (int dimension : shape) {
            bytes *= dimension;
        }
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        return add(name, type, content, shape);
    }

    /** Appends a tensor of given bytes. */
    SafetensorsWriter add(String name, String type, byte[] content, int... shape) {
        int begin = data.size();
        data.writeBytes(content);
        String dimensions = Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(","));
        entries.put(
                name,
                "{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
                        .formatted(type, dimensions, begin, data.size()));
        return this;
    }

    byte[] bytes() {
        String header = entries.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
                .collect(Collectors.joining(",", "{\"__metadata__\":{\"format\":\"pt\"},", "}"));
        String padding = " ".repeat((8 - header.length() % 8) % 8);
        return file(header + padding, data.toByteArray());
    }

    int dataBytes() {
        return data.size();
    }

    void write(Path file) {
        try {
            Files.write(file, bytes());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A file with any text as header. */
    static byte[] file(String header, byte[] data) {
        return file(header.getBytes(StandardCharsets.UTF_8), data);
    }

    static byte[] file(byte[] header, byte[] data) {
        return file(header.length, header, data);
    }

    /** A file whose length field says something else than its header's length. */
    static byte[] file(long length, byte[] header, byte[] data) {
        return ByteBuffer.allocate(Long.BYTES + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(header)
                .put(data)
                .array();
    }
}
