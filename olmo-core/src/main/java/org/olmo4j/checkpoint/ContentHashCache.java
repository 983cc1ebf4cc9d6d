package org.olmo4j.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.olmo4j.hash.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Content hashes computed before, by what says that files are the same: their paths, sizes and times. Kept in this JVM, and in a folder if
 * one is named. Thread-safe.
 */
final class ContentHashCache {

    private static final Logger LOG = LoggerFactory.getLogger(ContentHashCache.class);
    private static final String FORM = "olmo4j content hash 1";
    private static final int MOST_IN_MEMORY = 64;
    private static final int MOST_BYTES = 1024;
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    /** For all of the JVM, since models are opened again and again where contexts are refreshed: facts about files, not state. */
    private static final Map<String, String> COMPUTED =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                    return size() > MOST_IN_MEMORY;
                }
            });

    private final @Nullable Path folder;

    /** Keeps hashes in a folder, too; null: in memory only. */
    ContentHashCache(@Nullable Path folder) {
        this.folder = folder;
    }

    /** The hash stored for a key, unless it is not there or damaged. */
    Optional<String> find(String key) {
        Optional<String> computed = Optional.ofNullable(COMPUTED.get(key));
        return computed.isPresent() || folder == null ? computed : read(folder.resolve(key), key);
    }

    /** Remembers a hash. A folder that cannot be written costs a line in the log. */
    void store(String key, String hash) {
        COMPUTED.put(key, hash);
        if (folder != null) {
            try {
                write(folder, key, hash);
            } catch (IOException failure) {
                LOG.warn(
                        "The content hash cannot be kept in {}: {}. It is computed again in each process: let this"
                                + " process write there",
                        folder,
                        failure.toString());
            }
        }
    }

    private static Optional<String> read(Path file, String key) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
                return Optional.empty();
            }
            String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            return content.lines()
                    .skip(1)
                    .findFirst()
                    .filter(hash -> HASH.matcher(hash).matches())
                    .filter(hash -> content.equals(content(key, hash)));
        } catch (IOException unreadable) {
            LOG.warn(
                    "The stored content hash {} cannot be read and is computed again: {}", file, unreadable.toString());
            return Optional.empty();
        }
    }

    private static void write(Path folder, String key, String hash) throws IOException {
        Files.createDirectories(folder);
        Path temporary = Files.createTempFile(folder, key, ".tmp");
        try {
            Files.writeString(temporary, content(key, hash), StandardCharsets.ISO_8859_1);
            Files.move(temporary, folder.resolve(key), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** The last line tells a hash from what a full disk or a text editor made of it. */
    private static String content(String key, String hash) {
        MessageDigest check = Sha256.start();
        Fingerprint.add(check, key);
        Fingerprint.add(check, hash);
        return FORM + "\n" + hash + "\n" + Fingerprint.finish(check) + "\n";
    }
}
