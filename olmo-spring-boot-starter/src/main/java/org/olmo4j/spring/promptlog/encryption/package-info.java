/**
 * Contents of the prompt log under keys that can be destroyed: AES-256-GCM with a data key for each user, which is stored wrapped by a master
 * key. Who erases the data keys of a user has erased what that user wrote in every copy of it, in backups too.
 *
 * <p><strong>The master keys</strong> are one secret of 256 bit or several, from the configuration or a file with a key in Base64 on each
 * line. A key file that is not there is made, with a random key, readable by its owner only; it is never written again. Whoever loses it has
 * lost all contents, so it belongs into a backup, but not into the one of the database. From each master key others are derived by HKDF for
 * wrapping, for pseudonyms and for hashes of prompts, so that there is one secret to keep. A key is known by an id that is derived from it.
 *
 * <p><strong>Rotation:</strong> put the new key before the old ones and restart. The first wraps new data keys and makes new pseudonyms; the
 * others still unwrap, and are searched for. An old key may go when nothing names its id any more: when the retention of the records from its
 * time is over.
 */
@NullMarked
package org.olmo4j.spring.promptlog.encryption;

import org.jspecify.annotations.NullMarked;
