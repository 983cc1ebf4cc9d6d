package org.olmo4j.spring.promptlog.redaction;

import org.jspecify.annotations.Nullable;

/**
 * Finds one kind of what is to be redacted. It is asked at every position, so it must look at a bounded number of characters, unless they
 * belong to what it finds and are then passed over.
 */
interface Detector {

    /**
     * Looks at one position.
     *
     * @param text all of it
     * @param at the position
     * @param from where what is found may begin at the earliest; everything before is decided
     * @return what begins or is anchored here; ends behind the position
     */
    @Nullable
    Match find(Text text, int at, int from);
}
