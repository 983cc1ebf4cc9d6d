package org.olmo4j.checkpoint;

import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.olmo4j.error.ModelFormatException;
import org.olmo4j.hash.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the content hash of a checkpoint in the background, several tensors at once on half of the processors at most. It reads files
 * anew instead of through their mapping: so it never touches a mapping that is being closed, and the pages do not count as memory of this
 * process. Thread-safe.
 */
final class ContentHashing {

    private static final Logger LOG = LoggerFactory.getLogger(ContentHashing.class);
    private static final String THREAD_NAME = "olmo-content-hash";
    /** Small enough for a core's own cache, between reading and hashing. */
    private static final int PIECE_BYTES = 1 << 18;
    /** After a piece, a thread rests this many times as long as it took: generations that run meanwhile need the processors more. */
    private static final int REST = 3;
    /** A file written so short ago may be written again without a change of its time. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    private final Subject subject;
    private final ContentHashCache cache;
    private final CompletableFuture<String> result = new CompletableFuture<>();
    private final Thread thread;
    private boolean started;

    /**
     * What is hashed.
     *
     * @param location of the model, for messages
     * @param fingerprint of the checkpoint
     * @param config content of config.json
     * @param tensors all of them, none twice
     */
    record Subject(String location, String fingerprint, byte[] config, Map<TensorKey, PlacedTensor> tensors) {

        /** In the order of their names. */
        List<SafetensorsFile> files() {
            return tensors.values().stream()
                    .map(PlacedTensor::file)
                    .distinct()
                    .sorted(Comparator.comparing(SafetensorsFile::name))
                    .toList();
        }
    }

    ContentHashing(Subject subject, ContentHashCache cache) {
        this.subject = subject;
        this.cache = cache;
        this.thread = daemon(this::run);
    }

    /** Starts, unless it was started or cancelled. */
    synchronized CompletionStage<String> start() {
        if (!started && !result.isDone()) {
            started = true;
            thread.start();
        }
        return result.minimalCompletionStage();
    }

    /** Gives up; the threads end within one piece. */
    synchronized void cancel() {
        if (result.completeExceptionally(new CancellationException(
                "The checkpoint " + subject.location() + " was closed before its content was hashed"))) {
            thread.interrupt();
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // A wish that nothing depends on: most Linux systems ignore it.
    private static Thread daemon(Runnable work) {
        return Thread.ofPlatform()
                .name(THREAD_NAME)
                .daemon()
                .priority(Thread.MIN_PRIORITY)
                .unstarted(work);
    }

    private void run() {
        try {
            result.complete(hash());
        } catch (Throwable failure) { // Whoever waits for the hash must hear of it, whatever it is.
            if (result.completeExceptionally(failure)) {
                LOG.warn(
                        "The content of {} could not be hashed, so replay keys have its fingerprint alone: {}",
                        subject.location(),
                        failure.toString());
            }
        }
    }

    private String hash() throws IOException, InterruptedException {
        List<SafetensorsFile> files = subject.files();
        String key = cacheKey(files);
        Optional<String> known = cache.find(key);
        if (known.isPresent()) {
            return known.get();
        }
        Instant begin = Instant.now();
        String hash = ContentHash.of(subject.config(), digests(files));
        Instant latestSettled = begin.minus(SETTLED);
        for (SafetensorsFile file : files) {
            file.requireUnchanged();
        }
        if (files.stream().allMatch(file -> file.modifiedBefore(latestSettled))) {
            cache.store(key, hash);
        }
        LOG.debug("Hashed the content of {} in {}", subject.location(), Duration.between(begin, Instant.now()));
        return hash;
    }

    private String cacheKey(List<SafetensorsFile> files) throws IOException {
        MessageDigest digest = Sha256.start();
        Fingerprint.add(digest, subject.fingerprint());
        for (SafetensorsFile file : files) {
            file.addIdentity(digest);
        }
        return Fingerprint.finish(digest);
    }

    private Map<TensorKey, byte[]> digests(List<SafetensorsFile> files) throws IOException, InterruptedException {
        Map<SafetensorsFile, DataReader> readers = new HashMap<>();
        try {
            for (SafetensorsFile file : files) {
                readers.put(file, file.reader());
                // Only now, when it is open: nobody can put another file into its place any more.
                file.requireUnchanged();
            }
            return digests(readers);
        } finally {
            for (DataReader reader : readers.values()) {
                reader.close();
            }
        }
    }

    private Map<TensorKey, byte[]> digests(Map<SafetensorsFile, DataReader> readers)
            throws IOException, InterruptedException {
        // As they lie in their files, so that disks are read in order.
        List<Map.Entry<TensorKey, PlacedTensor>> inOrder = subject.tensors().entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<TensorKey, PlacedTensor> tensor) ->
                                tensor.getValue().file().name())
                        .thenComparingLong(tensor -> tensor.getValue().begin()))
                .toList();
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, inOrder.size());
        try (ExecutorService pool = Executors.newFixedThreadPool(threads, ContentHashing::daemon)) {
            List<Future<byte[]>> pending = new ArrayList<>();
            for (Map.Entry<TensorKey, PlacedTensor> tensor : inOrder) {
                DataReader reader =
                        Objects.requireNonNull(readers.get(tensor.getValue().file()));
                pending.add(pool.submit(() -> digest(tensor.getKey(), tensor.getValue(), reader)));
            }
            try {
                Map<TensorKey, byte[]> digests = new HashMap<>();
                for (int i = 0; i < pending.size(); i++) {
                    digests.put(inOrder.get(i).getKey(), pending.get(i).get());
                }
                return digests;
            } catch (ExecutionException failure) {
                throw new ModelFormatException(
                        "The tensors of " + subject.location() + " cannot be read again: " + failure.getCause(),
                        "Check that the files are as they were when the model was loaded, and that the disk is sound",
                        failure.getCause());
            } finally {
                pool.shutdownNow();
            }
        }
    }

    private byte[] digest(TensorKey key, PlacedTensor placed, DataReader reader) throws IOException {
        MessageDigest digest = ContentHash.start(key, placed.tensor());
        long bytes = placed.tensor().data().byteSize();
        byte[] piece = new byte[(int) Math.min(PIECE_BYTES, bytes)];
        long done = 0;
        while (done < bytes) {
            if (result.isDone()) {
                throw new CancellationException("The checkpoint was closed");
            }
            int count = (int) Math.min(piece.length, bytes - done);
            long begin = System.nanoTime();
            reader.read(placed.begin() + done, piece, count);
            digest.update(piece, 0, count);
            done += count;
            LockSupport.parkNanos(REST * (System.nanoTime() - begin));
        }
        return digest.digest();
    }
}
