package org.olmo4j.spring.promptlog.journal;

/**
 * A record that was read back.
 *
 * @param position where it lies
 * @param content as it was appended
 */
public record Entry(Position position, byte[] content) {}
