package org.olmo4j.spring.promptlog.journal;

import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.springframework.util.unit.DataSize;

/**
 * A process to be killed: appends as fast as it can, and writes the number of each record to its output once that is durable. Every third is
 * released afterwards; before that its negative number is written.
 */
final class JournalingProcess {

    static final JournalOptions OPTIONS = new JournalOptions(
            DataSize.ofKilobytes(64),
            DataSize.ofMegabytes(512),
            DataSize.ofMegabytes(1),
            DataSize.ofMegabytes(1),
            Duration.ofSeconds(10));

    private JournalingProcess() {}

    static byte[] content(long number) {
        byte[] content = new byte[Long.BYTES + new Random(number).nextInt(2_000)];
        Arrays.fill(content, (byte) number);
        ByteBuffer.wrap(content).putLong(number);
        return content;
    }

    static long number(byte[] content) {
        return ByteBuffer.wrap(content).getLong();
    }

    public static void main(String[] arguments) throws InterruptedException {
        DataOutputStream output = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
        long last = Long.parseLong(arguments[1]);
        Semaphore waiting = new Semaphore(100);
        Journal journal = Journal.open(Path.of(arguments[0]), OPTIONS);
        while (true) {
            waiting.acquire();
            long number = ++last;
            CompletableFuture<Void> _ = journal.append(content(number)).thenAccept(position -> {
                tell(output, number);
                if (number % 3 == 0) {
                    tell(output, -number);
                    journal.release(position);
                }
                waiting.release();
            });
        }
    }

    private static void tell(DataOutputStream output, long number) {
        synchronized (output) {
            try {
                output.write(ByteBuffer.allocate(Long.BYTES).putLong(0, number).array());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
