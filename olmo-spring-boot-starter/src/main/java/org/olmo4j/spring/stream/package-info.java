/** From the engine's blocking handles to Reactor: what the chat model and the HTTP API share to stream. */
@NullMarked
package org.olmo4j.spring.stream;

import org.jspecify.annotations.NullMarked;
