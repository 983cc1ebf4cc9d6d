package org.olmo4j.spring.promptlog.store;

/** What is done about the tables when the database is opened. */
public enum SchemaMode {
    /** They are made, or brought up to this version. */
    MIGRATE,
    /** They must be of this version: an operator runs the scripts in {@code db/olmo} with Flyway. */
    VALIDATE,
    /** They must be there: an operator runs the scripts by other means. */
    NONE
}
