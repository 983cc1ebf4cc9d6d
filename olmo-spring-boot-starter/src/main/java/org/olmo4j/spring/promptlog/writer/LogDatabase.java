package org.olmo4j.spring.promptlog.writer;

import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.store.ErasedUsers;
import org.olmo4j.spring.promptlog.store.ErasureResult;
import org.olmo4j.spring.promptlog.store.PromptStore;
import org.olmo4j.spring.promptlog.store.WriteResult;

/** What the writer asks of the database. Each method throws a {@link org.olmo4j.spring.promptlog.store.StoreException} while it cannot be used. */
interface LogDatabase {

    WriteResult write(Collection<PromptEntry> entries);

    int markInterrupted();

    ErasureResult erase(Set<String> userKeys);

    ErasedUsers erasedSince(Instant time);

    /** Of an instance, of whose present process nothing was received before it started. */
    static LogDatabase of(PromptStore store, String instance, Instant started) {
        return new LogDatabase() {
            @Override
            public WriteResult write(Collection<PromptEntry> entries) {
                return store.write(entries);
            }

            @Override
            public int markInterrupted() {
                return store.markInterrupted(instance, started);
            }

            @Override
            public ErasureResult erase(Set<String> userKeys) {
                return store.erase(userKeys);
            }

            @Override
            public ErasedUsers erasedSince(Instant time) {
                return store.erasedSince(time);
            }
        };
    }
}
