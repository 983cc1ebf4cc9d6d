package org.olmo4j.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.ModelNotFoundException;

/** A directory of the class path. Read as streams only, since its files may lie in a jar within a jar. */
final class ClassPathSource implements ModelSource {

    private final String location;
    private final String directory;
    private final ClassLoader classLoader;

    private ClassPathSource(String location, String directory, ClassLoader classLoader) {
        this.location = location;
        this.directory = directory;
        this.classLoader = classLoader;
    }

    static ClassPathSource find(String location) {
        String directory = directory(location);
        // One loader for all files of a model: mixing two could pair the files of two models.
        for (ClassLoader classLoader : classLoaders()) {
            if (holds(classLoader, directory + FolderSource.CONFIG)) {
                return new ClassPathSource(location, directory, classLoader);
            }
        }
        throw new ModelNotFoundException(
                "There is no " + directory + FolderSource.CONFIG + " on the class path for the model " + location,
                "Put the model's files in src/main/resources/" + directory
                        + " or in a jar, or give a folder of the file system without '" + CLASSPATH_PREFIX + "'");
    }

    private static boolean holds(ClassLoader classLoader, String resource) {
        try (InputStream content = classLoader.getResourceAsStream(resource)) {
            return content != null;
        } catch (IOException unreadable) {
            throw new ModelNotFoundException(
                    "The resource " + resource + " cannot be read: " + unreadable,
                    "Check the jar that holds it",
                    unreadable);
        }
    }

    private static String directory(String location) {
        String directory = location.substring(CLASSPATH_PREFIX.length()).strip();
        while (directory.startsWith("/")) {
            directory = directory.substring(1);
        }
        while (directory.endsWith("/")) {
            directory = directory.substring(0, directory.length() - 1);
        }
        boolean plain = !directory.isEmpty();
        for (String segment : directory.split("/", -1)) {
            plain &= ModelSource.isPlainFileName(segment);
        }
        if (!plain) {
            throw new ModelNotFoundException(
                    "The model location " + location + " names no directory of the class path",
                    "Give " + CLASSPATH_PREFIX + " and a directory such as models/olmo, without '..'");
        }
        return directory + "/";
    }

    private static List<ClassLoader> classLoaders() {
        List<ClassLoader> classLoaders = new ArrayList<>();
        @Nullable ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (context != null) {
            classLoaders.add(context);
        }
        @Nullable ClassLoader own = ClassPathSource.class.getClassLoader();
        classLoaders.add(own == null ? ClassLoader.getSystemClassLoader() : own);
        return classLoaders;
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public Optional<InputStream> open(String fileName) throws IOException {
        FolderSource.requirePlain(fileName);
        return Optional.ofNullable(classLoader.getResourceAsStream(directory + fileName));
    }

    @Override
    public Optional<Path> path(String fileName) {
        FolderSource.requirePlain(fileName);
        return Optional.empty();
    }
}
