package org.olmo4j.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.olmo4j.error.TokenizerException;

/** One tokenizer of the native library. Thread-safe: closing waits for running calls, since they use memory that it frees. */
final class NativeTokenizer implements AutoCloseable {

    private static final String OFFLINE_PROPERTY = "ai.djl.offline";
    private static final String OPT_OUT = "OPT_OUT_TRACKING";
    private static final String FLAVOR = "RUST_FLAVOR";

    /** Without these, DJL cuts every text at 512 tokens. */
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");

    private final HuggingFaceTokenizer tokenizer;
    private final String location;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private NativeTokenizer(HuggingFaceTokenizer tokenizer, String location) {
        this.tokenizer = tokenizer;
        this.location = location;
    }

    /**
     * Makes a tokenizer.
     *
     * @param json content of a tokenizer.json
     * @param location of the model, for messages
     * @return the tokenizer
     * @throws TokenizerException if the native library cannot be loaded or refuses the content
     */
    static NativeTokenizer of(byte[] json, String location) {
        keepOffTheNetwork();
        try {
            return new NativeTokenizer(
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS), location);
        } catch (LinkageError | EngineException e) {
            throw libraryUnavailable(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw new TokenizerException(
                    "Tokenizer " + TokenizerJson.FILE_NAME + " of " + location + " is refused by the native library: "
                            + e.getMessage(),
                    "Copy or download tokenizer.json of the model again",
                    e);
        }
    }

    /**
     * Encodes text.
     *
     * @param text any text; unpaired surrogates, which UTF-8 has not, count as U+FFFD
     * @return ids
     */
    int[] encode(String text) {
        String wellFormed = wellFormed(text);
        return call(
                "encode " + text.length() + " characters",
                t -> toInts(t.encode(wellFormed, false, false).getIds()));
    }

    /**
     * Decodes ids.
     *
     * @param ids any ids
     * @param skipSpecialTokens whether special tokens are left out
     * @return the text
     */
    String decode(int[] ids, boolean skipSpecialTokens) {
        long[] longs = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            longs[i] = ids[i];
        }
        return call("decode " + ids.length + " ids", t -> t.decode(longs, skipSpecialTokens));
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            tokenizer.close();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private <T> T call(String what, Function<HuggingFaceTokenizer, T> function) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new TokenizerException(
                        "Tokenizer of " + location + " cannot " + what + ": it is closed",
                        "Use it before its model is closed");
            }
            return run(what, function);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The native library reports every failure as a plain RuntimeException. */
    private <T> T run(String what, Function<HuggingFaceTokenizer, T> function) {
        try {
            return function.apply(tokenizer);
        } catch (RuntimeException e) {
            throw new TokenizerException(
                    "Tokenizer of " + location + " cannot " + what + ": " + e.getMessage(),
                    "Check that tokenizer.json is the one of the model",
                    e);
        }
    }

    private static String wellFormed(String text) {
        StringBuilder repaired = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (repaired == null) {
                repaired = new StringBuilder(text);
            }
            repaired.setCharAt(i, '\uFFFD');
        }
        return repaired == null ? text : repaired.toString();
    }

    private static int[] toInts(long[] ids) {
        int[] ints = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ints[i] = Math.toIntExact(ids[i]);
        }
        return ints;
    }

    /**
     * By default DJL asks a cloud metadata service where it runs and reports its use, and on machines with a GPU downloads another build
     * of its library. A library in somebody else's application must not; what the user has set stands.
     */
    private static void keepOffTheNetwork() {
        if (isSet(OFFLINE_PROPERTY) || isSet("DJL_OFFLINE")) {
            return;
        }
        if (isSet(OPT_OUT)) {
            if (!isSet(FLAVOR)) {
                System.setProperty(FLAVOR, "cpu");
            }
        } else {
            System.setProperty(OFFLINE_PROPERTY, "true");
        }
    }

    private static boolean isSet(String name) {
        return System.getProperty(name) != null || System.getenv(name) != null;
    }

    private static TokenizerException libraryUnavailable(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new TokenizerException(
                "The native tokenizer library cannot be loaded on " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch") + ": " + root,
                "It exists for Linux with glibc (x86_64, aarch64), macOS (aarch64) and Windows (x86_64), and needs a"
                        + " writable folder to unpack to, by default in the home folder: DJL_CACHE_DIR names another",
                cause);
    }
}
