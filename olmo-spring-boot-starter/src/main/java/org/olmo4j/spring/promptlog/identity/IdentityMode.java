package org.olmo4j.spring.promptlog.identity;

/** What is stored of who asked. */
public enum IdentityMode {
    /** A pseudonym: HMAC-SHA-256 with a key derived from the master key. */
    HMAC,
    /** The id as it is. */
    PLAIN,
    /** Nothing. */
    NONE
}
