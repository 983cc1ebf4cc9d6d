package org.olmo4j.spring.promptlog.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.olmo4j.spring.promptlog.file.PrivateFiles;

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
            PrivateFiles.replace(file, (name + "\n").getBytes(StandardCharsets.UTF_8));
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException("The name of this instance cannot be kept in " + file, e);
        }
    }
}
