package org.olmo4j.spring.promptlog.document;

import java.util.Locale;
import org.olmo4j.text.ChatMessage;

/** Names of roles, as chat APIs write them. */
final class Roles {

    private Roles() {}

    static String name(ChatMessage.Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    static ChatMessage.Role role(String name) {
        return ChatMessage.Role.valueOf(name.toUpperCase(Locale.ROOT));
    }
}
