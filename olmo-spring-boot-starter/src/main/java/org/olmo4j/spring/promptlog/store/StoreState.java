package org.olmo4j.spring.promptlog.store;

/** Whether the database can be used, and if not, what kind of reason there is. */
public enum StoreState {
    /** It was not tried yet. */
    CONNECTING,
    /** It can be used. */
    UP,
    /** No connection, or it breaks. */
    UNREACHABLE,
    /** The file of an H2 database belongs to another process. */
    FILE_IN_USE,
    /** A later version of this library made the tables. */
    SCHEMA_NEWER,
    /** The tables are not there, not of this version, or could not be made. */
    SCHEMA_INVALID,
    /** It takes no rows, for another reason: a full disk, missing rights, read only. */
    REFUSING,
    /** It was closed. */
    CLOSED
}
