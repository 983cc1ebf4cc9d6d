package org.olmo4j.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.olmo4j.error.ModelNotFoundException;

/** Where the files of one model are. Thread-safe and immutable. */
public interface ModelSource {

    /**
     * Prefix of locations on the class path.
     */
    String CLASSPATH_PREFIX = "classpath:";

    /**
     * Finds a model. Nothing is downloaded.
     *
     * @param location a folder, or {@code classpath:} and a directory of the class path, as the context class loader of the calling thread
     *     sees it, else the one of this library
     * @return the source; it exists and has a config.json
     * @throws ModelNotFoundException if there is no such folder or it has no config.json
     */
    static ModelSource of(String location) {
        if (location.isBlank()) {
            throw new ModelNotFoundException(
                    "The model location is blank",
                    "Give the folder that holds the model's config.json, or classpath: and a directory");
        }
        if (location.startsWith(CLASSPATH_PREFIX)) {
            return ClassPathSource.find(location);
        }
        return FolderSource.find(location);
    }

    /**
     * Whether a name is that of a file in the model's own folder: no separator, no drive, not {@code ..}, no control character.
     *
     * @param fileName a name, possibly from a file that nobody checked
     * @return true if {@link #open} and {@link #path} take it
     */
    static boolean isPlainFileName(String fileName) {
        return !fileName.isBlank()
                && fileName.length() <= 255
                && !fileName.equals(".")
                && !fileName.equals("..")
                && fileName.chars()
                        .noneMatch(character -> character == '/'
                                || character == '\\'
                                || character == ':'
                                || Character.isISOControl(character));
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
     * @throws IllegalArgumentException if the name is not {@linkplain #isPlainFileName plain}
     */
    Optional<InputStream> open(String fileName) throws IOException;

    /**
     * The file's path, where it is one on the default file system and so can be mapped.
     *
     * @param fileName a plain file name
     * @return empty for class-path sources and for files that do not exist
     * @throws IllegalArgumentException if the name is not {@linkplain #isPlainFileName plain}
     */
    Optional<Path> path(String fileName);
}
