package org.olmo4j.spring.promptlog.writer;

import org.olmo4j.spring.promptlog.store.StoreOptions;

/** With an H2 file, which the killed process had open. */
class H2KillTests extends AbstractKillTests {

    @Override
    StoreOptions database() {
        return StoreOptions.h2(folder.resolve("prompt-log"));
    }
}
