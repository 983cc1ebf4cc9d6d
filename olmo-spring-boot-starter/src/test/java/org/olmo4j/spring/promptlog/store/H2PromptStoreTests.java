package org.olmo4j.spring.promptlog.store;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** On a real H2 file. */
class H2PromptStoreTests extends AbstractPromptStoreTests {

    private Path folder;
    private int databases;

    @BeforeAll
    void place(@TempDir Path folder) {
        this.folder = folder;
    }

    @AfterAll
    void close() {
        store.close();
    }

    @Override
    StoreOptions options() {
        return StoreOptions.h2(folder.resolve("prompt-log"));
    }

    @Override
    StoreOptions emptyDatabase() {
        return StoreOptions.h2(folder.resolve("empty" + databases++));
    }
}
