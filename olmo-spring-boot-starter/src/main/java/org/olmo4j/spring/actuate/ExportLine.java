package org.olmo4j.spring.actuate;

import org.olmo4j.spring.promptlog.admin.PromptLog.ReadRecord;
import org.olmo4j.spring.promptlog.admin.PromptTexts;

/**
 * A line of an export.
 *
 * @param record all but its texts
 * @param texts what is kept of them, or why they cannot be read
 */
record ExportLine(PromptItem record, PromptTexts texts) {

    static ExportLine of(ReadRecord read) {
        return new ExportLine(PromptItem.of(read.record()), read.texts());
    }
}
