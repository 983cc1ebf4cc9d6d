/**
 * Spring AI's {@link org.springframework.ai.chat.model.ChatModel} on top of the engine, with its options and the names of what it
 * reports. Usable without Spring Boot; knows nothing of the web.
 */
@NullMarked
package org.olmo4j.spring.chat;

import org.jspecify.annotations.NullMarked;
