package org.olmo4j.spring.actuate;

import org.olmo4j.spring.promptlog.admin.PromptLog;

/** How the export of a user is handed to the web server. */
public enum ExportBody {
    /** To be read by a thread that may wait, such as that of a servlet. */
    RESOURCE {
        @Override
        Object of(PromptLog log, String reader, String user) {
            return new PromptExport(log, reader, user);
        }
    },
    /** To be told line by line, since an event loop must not wait for a database. */
    PUBLISHER {
        @Override
        Object of(PromptLog log, String reader, String user) {
            return PublishedExport.of(log, reader, user);
        }
    };

    abstract Object of(PromptLog log, String reader, String user);
}
