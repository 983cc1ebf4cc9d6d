package org.olmo4j.spring.promptlog.writer;

import java.util.Collection;
import java.util.Set;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.store.ErasureResult;
import org.olmo4j.spring.promptlog.store.WriteResult;

/** What the writer asks of the database. Each method throws a {@link org.olmo4j.spring.promptlog.store.StoreException} while it cannot be used. */
interface LogDatabase {

    WriteResult write(Collection<PromptEntry> entries);

    int markInterrupted();

    ErasureResult erase(Set<String> userKeys);
}
