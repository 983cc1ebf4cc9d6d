package org.olmo4j.spring.promptlog.store;

import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.olmo4j.spring.promptlog.PromptEntries;

/** Reads all of a user, and tells how many records and bytes of texts there were. */
final class ExportingProcess {

    private ExportingProcess() {}

    public static void main(String... arguments) throws InterruptedException {
        AtomicLong records = new AtomicLong();
        AtomicLong bytes = new AtomicLong();
        try (PromptStore store =
                PromptStore.open(StoreOptions.of(arguments[0], null, null), PromptEntries.HASHES, Clock.systemUTC())) {
            store.awaitUp(Duration.ofSeconds(60));
            store.forEachOf(Set.of("ada"), entry -> {
                records.incrementAndGet();
                bytes.addAndGet(entry.contentBytes());
            });
        }
        System.out.println(records + " " + bytes);
    }
}
