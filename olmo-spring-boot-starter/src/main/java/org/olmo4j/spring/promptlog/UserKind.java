package org.olmo4j.spring.promptlog;

/** What stands for the user in a record. */
public enum UserKind {
    /** A keyed hash of the user's name. */
    HMAC,
    /** The user's name. */
    PLAIN,
    /** Nothing: the request named no user, users are not kept, or this one was erased. */
    NONE
}
