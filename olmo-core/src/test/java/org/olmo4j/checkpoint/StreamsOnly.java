package org.olmo4j.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.olmo4j.hub.ModelSource;

/** A folder seen as the class path is: as streams, without paths. */
record StreamsOnly(ModelSource folder) implements ModelSource {

    @Override
    public String location() {
        return "classpath:tiny";
    }

    @Override
    public Optional<InputStream> open(String fileName) throws IOException {
        return folder.open(fileName);
    }

    @Override
    public Optional<Path> path(String fileName) {
        return Optional.empty();
    }
}
