/**
 * Between text and token ids: tokenizer, token bytes, incremental decoding, chat templates. Contents of messages are untrusted: no string in
 * them becomes a special token, neither when text is encoded nor when a template puts it beside its own.
 */
@NullMarked
package org.olmo4j.text;

import org.jspecify.annotations.NullMarked;
