package org.olmo4j.spring.promptlog.writer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.PromptEntryCodec;
import org.olmo4j.spring.promptlog.store.WriteResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of entries that the database does not take: they are kept aside, and counted. Thread-safe. */
final class Refusals {

    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private final DeadLetters deadLetters;
    private final LocalErasures erasures;
    private final PromptEntryCodec codec = new PromptEntryCodec();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();

    Refusals(DeadLetters deadLetters, LocalErasures erasures) {
        this.deadLetters = deadLetters;
        this.erasures = erasures;
    }

    void keep(WriteResult.Refused refusal) {
        PromptEntry kept = erasures.allowed(refusal.entry());
        keep(codec.encode(kept), kept.record().id().toString(), refusal.reason());
        // Whoever erased meanwhile may have looked at the files before this one was there.
        if (!erasures.allowed(kept).equals(kept)) {
            int _ = deadLetters.change(erasures::allowed);
        }
    }

    /** Nobody here knows its form. */
    void keepUnknown(byte[] encoded, String reason) {
        keep(encoded, "unknown-" + UUID.randomUUID(), reason);
    }

    private void keep(byte[] encoded, String name, String reason) {
        refused.incrementAndGet();
        try {
            if (deadLetters.keep(encoded, name, reason)) {
                log.warn("The prompt log's database refuses record {}, which is kept aside: {}", name, reason);
                return;
            }
            log.warn("The prompt log's database refuses record {}, for which there is no room aside: {}", name, reason);
        } catch (IOException e) {
            log.warn("The prompt log's database refuses record {}: {}; it cannot be kept aside", name, reason, e);
        }
        lost.incrementAndGet();
    }

    /** Tries again what is kept; gives how many are taken. */
    int retry(Predicate<PromptEntry> isTaken) {
        int taken = 0;
        for (String name : deadLetters.count() == 0 ? List.<String>of() : deadLetters.names()) {
            Optional<PromptEntry> entry = deadLetters.entry(name);
            if (entry.filter(isTaken).isPresent()) {
                deadLetters.delete(name);
                taken++;
            }
        }
        return taken;
    }

    long refused() {
        return refused.get();
    }

    int kept() {
        return deadLetters.count();
    }

    long lost() {
        return lost.get();
    }
}
