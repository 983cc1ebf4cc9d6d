package org.olmo4j.spring.promptlog.redaction;

/**
 * Something to be redacted.
 *
 * @param begin first character
 * @param end behind the last one
 * @param label what stands in its place
 */
record Match(int begin, int end, String label) {}
