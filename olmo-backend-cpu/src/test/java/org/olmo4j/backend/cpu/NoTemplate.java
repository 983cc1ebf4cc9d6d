package org.olmo4j.backend.cpu;

import java.util.List;
import org.olmo4j.text.ChatMessage;
import org.olmo4j.text.ChatTemplate;
import org.olmo4j.text.ToolDefinition;

/** Of a model that nobody chats with. */
final class NoTemplate implements ChatTemplate {

    @Override
    public Origin origin() {
        return Origin.MODEL;
    }

    @Override
    public boolean knowsTools() {
        return false;
    }

    @Override
    public String render(List<ChatMessage> messages, List<ToolDefinition> tools, boolean addGenerationPrompt) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int[] encode(List<ChatMessage> messages, List<ToolDefinition> tools, boolean addGenerationPrompt) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String hash() {
        return "none";
    }
}
