package org.olmo4j.spring.promptlog.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/** What is made here belongs to its owner alone, where the file system knows owners. */
public final class PrivateFiles {

    /** The end of the name of a file that is not complete yet. */
    public static final String PART = ".part";

    private PrivateFiles() {}

    /**
     * Makes a folder, and those above it, unless it is there.
     *
     * @param folder any
     * @return the folder
     * @throws IOException if it cannot be made
     */
    public static Path createFolder(Path folder) throws IOException {
        return Files.isDirectory(folder) ? folder : Files.createDirectories(folder, onlyOwner(folder, "rwx------"));
    }

    /**
     * The folder of a file.
     *
     * @param file any
     * @return absolute
     * @throws IOException if it is the root of a file system, and no file
     */
    public static Path folderOf(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is no file");
        }
        return folder;
    }

    /**
     * Opens a file.
     *
     * @param file of which only the owner gets rights, if it is made by this
     * @param options how
     * @return open
     * @throws IOException if it cannot be opened
     */
    public static FileChannel open(Path file, OpenOption... options) throws IOException {
        return FileChannel.open(file, Set.of(options), onlyOwner(file, "rw-------"));
    }

    /**
     * Makes a file that was not there.
     *
     * @param file must not be there
     * @param content all of it, durable at the return; the name is once the folder is {@linkplain #force forced}
     * @throws java.nio.file.FileAlreadyExistsException if it is there
     * @throws IOException if it cannot be made
     */
    public static void create(Path file, byte[] content) throws IOException {
        try (FileChannel channel = open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    /**
     * Puts a file in the place of what is there. Whatever happens, others find the old file or the new one, whole. A process that dies may leave
     * another file in the folder, whose name ends in {@value #PART}.
     *
     * @param file made, or replaced
     * @param content all of it, durable at the return
     * @throws IOException if it cannot be written
     */
    public static void replace(Path file, byte[] content) throws IOException {
        Path part = file.resolveSibling(UUID.randomUUID() + PART);
        try {
            create(part, content);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(folderOf(file));
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /**
     * Makes the names in a folder durable.
     *
     * @param folder any
     * @throws IOException if the disk refuses
     */
    public static void force(Path folder) throws IOException {
        // Windows opens no folder, and needs none to be forced.
        if (knowsOwners(folder)) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /**
     * Whether the file system knows who may read a file.
     *
     * @param file any
     * @return true if it has owners and rights as POSIX defines them
     */
    public static boolean knowsOwners(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] onlyOwner(Path file, String permissions) {
        return knowsOwners(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
