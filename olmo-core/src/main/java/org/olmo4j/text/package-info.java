/** Between text and token ids: tokenizer, token bytes, incremental decoding, chat templates. */
@NullMarked
package org.olmo4j.text;

import org.jspecify.annotations.NullMarked;
