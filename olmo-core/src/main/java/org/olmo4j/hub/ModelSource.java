package org.olmo4j.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** Where the files of one model are. Thread-safe and immutable. */
public interface ModelSource {

    /**
     * Prefix of locations on the class path.
     */
    String CLASSPATH_PREFIX = "classpath:";

    /**
     * Finds a model.
     *
     * @param location a folder, or {@code classpath:} and a directory of the class path
     * @return the source; it exists and has a config.json
     * @throws org.olmo4j.error.ModelNotFoundException if there is no such folder or it has no config.json
     */
    static ModelSource of(String location) {
        throw new UnsupportedOperationException(location);
    }

    /**
     * The location as given.
     *
     * @return for messages
     */
    String location();

    /**
     * Opens a file.
     *
     * @param fileName a plain file name, such as {@code config.json}
     * @return its content, or empty if there is no such file
     * @throws IOException if it cannot be read
     */
    Optional<InputStream> open(String fileName) throws IOException;

    /**
     * The file's path, where it is one on the default file system and so can be mapped.
     *
     * @param fileName a plain file name
     * @return empty for class-path sources and for files that do not exist
     */
    Optional<Path> path(String fileName);
}
