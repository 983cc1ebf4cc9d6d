package org.olmo4j.spring.promptlog.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A name that stays with a folder. */
final class InstanceName {

    private static final String FILE = "instance";

    private InstanceName() {}

    /**
     * Reads it, or makes it.
     *
     * @param folder which only this process uses
     */
    static String of(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (Files.exists(file)) {
                String name = Files.readString(file).strip();
                if (!name.isEmpty()) {
                    return name;
                }
            }
            String name = UUID.randomUUID().toString();
            Files.writeString(
                    file,
                    name + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.DSYNC,
                    StandardOpenOption.WRITE);
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException("The name of this instance cannot be kept in " + file, e);
        }
    }
}
