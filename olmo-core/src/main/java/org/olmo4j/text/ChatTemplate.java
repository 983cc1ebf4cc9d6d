package org.olmo4j.text;

import java.util.List;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.spec.Family;

/** How a conversation becomes a prompt. Thread-safe. */
public interface ChatTemplate {

    /** Where a template comes from. */
    enum Origin {
        /** {@code chat_template.jinja} or the key {@code chat_template} of tokenizer_config.json. */
        MODEL,
        /** The family's published format, since the model brings none but its name says that it was trained to chat. */
        FAMILY_DEFAULT,
        /** None: the contents alone, for base models. */
        PLAIN_COMPLETION
    }

    /**
     * Loads the template of a model. One that the model brings is always taken. Without one, nothing in the files tells a base model from
     * one that was trained to chat, since both have the same vocabulary: so the name decides, that of the folder or the key
     * {@code _name_or_path} of config.json. If one of its words is Instruct, SFT, DPO, RLVR, Chat or Think, the family's published format
     * applies, otherwise the prompt is the contents alone.
     *
     * <p>Templates see the roles system, user, assistant, and for results of tools {@code environment} (OLMo's own word) if the template
     * names it, else {@code tool}.
     *
     * @param source where tokenizer_config.json and chat_template.jinja may be
     * @param family whose default applies otherwise
     * @param tokenizer of the same model
     * @return the template
     * @throws org.olmo4j.error.TokenizerException if the template is broken
     */
    static ChatTemplate load(ModelSource source, Family family, Tokenizer tokenizer) {
        return ChatTemplateLoader.load(source, family, tokenizer);
    }

    /**
     * Where it comes from.
     *
     * @return never null
     */
    Origin origin();

    /**
     * Whether tools can be offered to the model: the template writes down their definitions, and in which form a model answers it is known
     * here, see {@link ToolCallReader}.
     *
     * @return false: conversations with tools, or with calls of them, are refused
     */
    boolean knowsTools();

    /**
     * The text of a conversation without tools.
     *
     * @param messages in order, at least one
     * @param addGenerationPrompt whether the assistant's turn is opened at the end
     * @return the text
     * @throws org.olmo4j.error.InvalidRequestException as with tools
     */
    default String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return render(messages, List.of(), addGenerationPrompt);
    }

    /**
     * The text of a conversation, with special tokens as strings.
     *
     * @param messages in order, at least one
     * @param tools that the model may call
     * @param addGenerationPrompt whether the assistant's turn is opened at the end
     * @return the text
     * @throws org.olmo4j.error.InvalidRequestException if there are no messages, the template refuses them, or it would leave out tools,
     *     calls or the result of one
     */
    String render(List<ChatMessage> messages, List<ToolDefinition> tools, boolean addGenerationPrompt);

    /**
     * The ids of a conversation without tools.
     *
     * @param messages in order, at least one
     * @param addGenerationPrompt whether the assistant's turn is opened at the end
     * @return ids
     * @throws org.olmo4j.error.InvalidRequestException as with tools
     */
    default int[] encode(List<ChatMessage> messages, boolean addGenerationPrompt) {
        return encode(messages, List.of(), addGenerationPrompt);
    }

    /**
     * The ids of a conversation. The template's special tokens become ids; those in contents, tools and calls stay plain text.
     *
     * @param messages in order, at least one
     * @param tools that the model may call
     * @param addGenerationPrompt whether the assistant's turn is opened at the end
     * @return ids
     * @throws org.olmo4j.error.InvalidRequestException if there are no messages, the template refuses them, or it would leave out tools,
     *     calls or the result of one
     */
    int[] encode(List<ChatMessage> messages, List<ToolDefinition> tools, boolean addGenerationPrompt);

    /**
     * Identifies the template.
     *
     * @return hexadecimal SHA-256 of its source
     */
    String hash();
}
