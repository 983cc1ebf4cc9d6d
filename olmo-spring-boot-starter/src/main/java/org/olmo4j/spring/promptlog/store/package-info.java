/**
 * The prompt log's database: H2 or PostgreSQL, in a private context of which the host application sees nothing but {@link
 * org.olmo4j.spring.promptlog.store.PromptStore}. Its tables, all named {@code olmo_}, are made by the scripts in {@code db/olmo}.
 */
@NullMarked
package org.olmo4j.spring.promptlog.store;

import org.jspecify.annotations.NullMarked;
