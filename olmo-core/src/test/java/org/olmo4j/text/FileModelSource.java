package org.olmo4j.text;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.olmo4j.hub.ModelSource;

/** A model of files in memory. */
record FileModelSource(String location, Map<String, byte[]> files) implements ModelSource {

    static FileModelSource named(String location) {
        return new FileModelSource(location, Map.of());
    }

    FileModelSource with(String fileName, String content) {
        return with(fileName, content.getBytes(StandardCharsets.UTF_8));
    }

    FileModelSource with(String fileName, byte[] content) {
        Map<String, byte[]> more = new HashMap<>(files);
        more.put(fileName, content);
        return new FileModelSource(location, more);
    }

    @Override
    public Optional<InputStream> open(String fileName) {
        return Optional.ofNullable(files.get(fileName)).map(ByteArrayInputStream::new);
    }

    @Override
    public Optional<Path> path(String fileName) {
        return Optional.empty();
    }
}
