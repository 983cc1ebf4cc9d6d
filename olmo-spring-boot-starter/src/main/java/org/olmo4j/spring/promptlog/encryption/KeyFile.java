package org.olmo4j.spring.promptlog.encryption;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.encryption.EncryptionException.Reason;
import org.olmo4j.spring.promptlog.file.PrivateFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Master keys in a file. */
final class KeyFile {

    private static final Logger log = LoggerFactory.getLogger(KeyFile.class);

    /** A group may read it: that is how Kubernetes lets a process that is not root read a secret. */
    private static final Set<PosixFilePermission> EXPOSING = EnumSet.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);

    private KeyFile() {}

    /** Makes the names in a folder durable. */
    interface FolderForce {
        void force(Path folder) throws IOException;
    }

    static MasterKeys readOrCreate(Path file) {
        return readOrCreate(file, PrivateFiles::force);
    }

    static MasterKeys readOrCreate(Path file, FolderForce disk) {
        try {
            if (Files.notExists(file)) {
                create(file, disk);
            }
            requireHidden(file);
            return read(file);
        } catch (IOException e) {
            throw unusable(file, e.toString(), e);
        }
    }

    private static MasterKeys read(Path file) throws IOException {
        List<String> lines = Files.readString(file, US_ASCII)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        if (lines.isEmpty()) {
            throw unusable(file, "it is empty", null);
        }
        try {
            return MasterKeys.ofBase64(lines);
        } catch (EncryptionException e) {
            throw new EncryptionException(e.reason(), e.problem() + ", in the key file " + file, e.hint(), e);
        }
    }

    /** Others see all of the file or none of it, and nobody's file is written over: it gets its name by a link, which fails if there is one. */
    private static void create(Path file, FolderForce disk) throws IOException {
        Path folder = PrivateFiles.createFolder(PrivateFiles.folderOf(file));
        Path draft = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
        try {
            MasterKey key = MasterKey.random();
            PrivateFiles.create(draft, line(key));
            try {
                Files.createLink(file, draft);
            } catch (FileAlreadyExistsException another) {
                return;
            } catch (UnsupportedOperationException | FileSystemException noLinks) {
                // A file system without links, such as FAT. Then a process that dies just now leaves an empty file,
                // which is an error.
                try {
                    PrivateFiles.create(file, line(key));
                } catch (FileAlreadyExistsException another) {
                    return;
                }
            }
            // A key must not be gone after a power failure when something was encrypted with it.
            disk.force(folder);
            log.info("Made {} in {}. Keep a copy: without it no stored content can be read", key, file);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static byte[] line(MasterKey key) {
        return (key.toBase64() + "\n").getBytes(US_ASCII);
    }

    private static void requireHidden(Path file) throws IOException {
        if (!PrivateFiles.knowsOwners(file)) {
            return;
        }
        Set<PosixFilePermission> exposing = EnumSet.copyOf(EXPOSING);
        exposing.retainAll(Files.getPosixFilePermissions(file));
        if (!exposing.isEmpty()) {
            throw new EncryptionException(
                    Reason.KEY_FILE_EXPOSED,
                    "The key file " + file + " can be read or changed by others: "
                            + PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                    "Run: chmod 600 " + file + "; and take another key if somebody may have seen this one",
                    null);
        }
    }

    private static EncryptionException unusable(Path file, String problem, @Nullable IOException cause) {
        return new EncryptionException(
                Reason.KEY_FILE_UNUSABLE,
                "The key file " + file + " cannot be used: " + problem,
                "Name a file that this user can read, with 32 random bytes in Base64, or one that can be made",
                cause);
    }
}
