/**
 * How users, sessions and prompts are known in the prompt log without being in it: by keyed hashes, which can be looked for by whoever has the
 * key and the plain value, and tell nothing to others. A hash without a key would: there are few user names to try.
 *
 * <p>Each begins with the id of its master key. After a rotation new records have new pseudonyms, and old ones are found under every key that
 * is still given.
 */
@NullMarked
package org.olmo4j.spring.promptlog.identity;

import org.jspecify.annotations.NullMarked;
