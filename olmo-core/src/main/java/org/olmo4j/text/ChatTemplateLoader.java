package org.olmo4j.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.olmo4j.error.TokenizerException;
import org.olmo4j.hub.ModelSource;
import org.olmo4j.spec.Family;

/** Chooses the template of a model; the rule is told at {@link ChatTemplate#load}. */
final class ChatTemplateLoader {

    private static final String TEMPLATE_FILE_NAME = "chat_template.jinja";

    /** Words of names on the model hub, such as OLMo-2-1124-7B-Instruct or OLMo-2-1124-7B-RLVR1. */
    private static final Pattern CHAT_NAME =
            Pattern.compile("(?i)(?<![a-z0-9])(instruct|sft|dpo|rlvr\\d*|chat|think)(?![a-z0-9])");

    private static final Pattern THINK_NAME = Pattern.compile("(?i)(?<![a-z0-9])think(?![a-z0-9])");

    private ChatTemplateLoader() {}

    static ChatTemplate load(ModelSource source, Family family, Tokenizer tokenizer) {
        TokenizerConfig config = TokenizerConfig.of(source);
        Optional<String> fromModel = ownFile(source).or(config::chatTemplate);
        if (fromModel.isPresent()) {
            return new JinjaChatTemplate(
                    new JinjaTemplate(fromModel.get(), config.beginningOfText(), config.endOfText()),
                    ChatTemplate.Origin.MODEL,
                    tokenizer,
                    source.location());
        }
        List<String> names = names(source);
        if (names.stream().anyMatch(name -> CHAT_NAME.matcher(name).find()) && hasTokens(family, tokenizer)) {
            boolean thinks =
                    names.stream().anyMatch(name -> THINK_NAME.matcher(name).find());
            return new JinjaChatTemplate(
                    new JinjaTemplate(familyDefault(family, thinks), config.beginningOfText(), config.endOfText()),
                    ChatTemplate.Origin.FAMILY_DEFAULT,
                    tokenizer,
                    source.location());
        }
        return new PlainCompletion(tokenizer, source.location());
    }

    private static Optional<String> ownFile(ModelSource source) {
        byte[] content = TokenizerConfig.content(source, TEMPLATE_FILE_NAME);
        return content == null ? Optional.empty() : Optional.of(new String(content, StandardCharsets.UTF_8));
    }

    /** The folder's name, in the hub's cache folder (models--owner--name/snapshots/revision) that of the model, and the config's. */
    private static List<String> names(ModelSource source) {
        List<String> names = new ArrayList<>();
        String[] folders = source.location().split("[/\\\\:]+");
        for (String folder : folders) {
            if (folder.toLowerCase(Locale.ROOT).startsWith("models--")) {
                names.add(folder);
            }
        }
        if (folders.length > 0) {
            names.add(folders[folders.length - 1]);
        }
        names.add(TokenizerConfig.read(source, "config.json")
                .path("_name_or_path")
                .asString(""));
        return names;
    }

    private static boolean hasTokens(Family family, Tokenizer tokenizer) {
        List<String> needed = family == Family.OLMO3
                ? List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>")
                : List.of("<|endoftext|>");
        return needed.stream().allMatch(token -> tokenizer.idOf(token).isPresent());
    }

    /** OLMoE's instruct model has the format of OLMo 2. */
    private static String familyDefault(Family family, boolean thinks) {
        String name = switch (family) {
            case OLMO -> "olmo.jinja";
            case OLMO2, OLMOE -> "olmo2.jinja";
            case OLMO3 -> thinks ? "olmo3-think.jinja" : "olmo3-instruct.jinja";
        };
        try (InputStream stream = ChatTemplateLoader.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new TokenizerException(
                        "Chat template " + name + " is missing beside " + ChatTemplateLoader.class.getName(),
                        "Check that the jar of olmo-core is complete; repackaging must keep its resources");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
