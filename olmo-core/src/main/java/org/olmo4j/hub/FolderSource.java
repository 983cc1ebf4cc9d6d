package org.olmo4j.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.olmo4j.error.ModelNotFoundException;

/** A folder of the file system. Symbolic links are followed: the cache of the HuggingFace hub consists of them. */
final class FolderSource implements ModelSource {

    static final String CONFIG = "config.json";

    private static final Pattern HUB_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final int MAX_LISTED = 10;

    private final String location;
    private final Path folder;

    private FolderSource(String location, Path folder) {
        this.location = location;
        this.folder = folder;
    }

    static FolderSource find(String location) {
        Path folder;
        try {
            folder = Path.of(location).toAbsolutePath();
        } catch (InvalidPathException invalid) {
            throw new ModelNotFoundException(
                    "The model location '" + printable(location) + "' is not a path: " + printable(invalid.getReason()),
                    "Give the folder that holds the model's config.json",
                    invalid);
        }
        if (Files.notExists(folder)) {
            throw new ModelNotFoundException("There is no folder " + named(location, folder), missingHint(location));
        }
        if (!Files.isDirectory(folder)) {
            throw new ModelNotFoundException(
                    "The model location " + named(location, folder) + " is a file, not a folder",
                    folder.getFileName().toString().endsWith(".gguf")
                            ? "GGUF is not read; give a folder with config.json and safetensors files"
                            : "Give the folder that holds config.json, such as " + folder.getParent());
        }
        Path config = folder.resolve(CONFIG);
        if (!Files.isRegularFile(config)) {
            throw new ModelNotFoundException(
                    "The folder " + named(location, folder) + " has no " + CONFIG + "; it holds " + listing(folder),
                    Files.isDirectory(folder.resolve("snapshots"))
                            ? "In the cache of the HuggingFace hub, give the folder below snapshots/"
                            : "Give the folder with the files of one model: config.json, model.safetensors,"
                                    + " tokenizer.json");
        }
        if (!Files.isReadable(config)) {
            throw new ModelNotFoundException(
                    "The file " + config + " may not be read by this process", "Grant read permission on the folder");
        }
        return new FolderSource(location, folder);
    }

    static void requirePlain(String fileName) {
        if (!ModelSource.isPlainFileName(fileName)) {
            throw new IllegalArgumentException("Not a plain file name: '" + printable(fileName) + "'");
        }
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public Optional<InputStream> open(String fileName) throws IOException {
        Optional<Path> file = path(fileName);
        if (file.isPresent()) {
            return Optional.of(Files.newInputStream(file.get()));
        }
        if (Files.exists(folder.resolve(fileName))) {
            throw new IOException(folder.resolve(fileName) + " is not a regular file");
        }
        return Optional.empty();
    }

    @Override
    public Optional<Path> path(String fileName) {
        requirePlain(fileName);
        Path file = folder.resolve(fileName);
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    private static String missingHint(String location) {
        if (HUB_ID.matcher(location).matches()) {
            String folder = "models/" + location.substring(location.indexOf('/') + 1);
            return "If this is a name on the HuggingFace hub: this library downloads nothing by itself, so run 'hf"
                    + " download "
                    + location + " --local-dir " + folder + "' and give the folder " + folder;
        }
        if (location.startsWith("~")) {
            return "'~' is not expanded: give the full path";
        }
        if (location.startsWith("file:")) {
            return "Give the plain path, without 'file:'";
        }
        return "Check the path; relative ones start at " + Path.of("").toAbsolutePath();
    }

    private static String listing(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            List<String> names = entries.limit(MAX_LISTED + 1L)
                    .map(entry -> printable(entry.getFileName().toString()) + (Files.isDirectory(entry) ? "/" : ""))
                    .sorted()
                    .toList();
            if (names.isEmpty()) {
                return "nothing";
            }
            return names.size() <= MAX_LISTED
                    ? String.join(", ", names)
                    : String.join(", ", names.subList(0, MAX_LISTED)) + " and more";
        } catch (IOException unreadable) {
            return "files that could not be listed (" + unreadable + ")";
        }
    }

    private static String named(String location, Path folder) {
        return Path.of(location).isAbsolute() ? location : location + " (" + folder + ")";
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
