package org.olmo4j.text;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.olmo4j.hash.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The prompt of a base model: the contents, with a blank line between them, to be continued. */
final class PlainCompletion implements ChatTemplate {

    private static final Logger log = LoggerFactory.getLogger(PlainCompletion.class);
    private static final String SEPARATOR = "\n\n";

    private final Tokenizer tokenizer;
    private final String location;
    private final AtomicBoolean told = new AtomicBoolean();

    PlainCompletion(Tokenizer tokenizer, String location) {
        this.tokenizer = tokenizer;
        this.location = location;
    }

    @Override
    public Origin origin() {
        return Origin.PLAIN_COMPLETION;
    }

    @Override
    public boolean knowsTools() {
        return false;
    }

    @Override
    public String render(List<ChatMessage> messages, List<ToolDefinition> tools, boolean addGenerationPrompt) {
        JinjaChatTemplate.requireMessages(messages);
        JinjaChatTemplate.requireNoTools(messages, tools, location + " has no chat template, and");
        if (told.compareAndSet(false, true)) {
            log.warn(
                    "{} brings no chat template and its name is not that of a chat model: it continues the messages as"
                            + " plain text; for answers, use an Instruct model or add chat_template.jinja",
                    location);
        }
        return messages.stream().map(ChatMessage::content).collect(Collectors.joining(SEPARATOR));
    }

    @Override
    public int[] encode(List<ChatMessage> messages, List<ToolDefinition> tools, boolean addGenerationPrompt) {
        return tokenizer.encode(render(messages, tools, addGenerationPrompt));
    }

    @Override
    public String hash() {
        return Sha256.hex(SEPARATOR);
    }
}
