package org.olmo4j.spring.promptlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.olmo4j.spring.promptlog.encryption.ContentKeys;
import org.olmo4j.spring.promptlog.encryption.EncryptedContent;
import org.olmo4j.spring.promptlog.encryption.MasterKey;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PromptJsonLinesTests {

    private final ContentKeys keys = keys();
    private final PromptRecord record =
            new PromptEntries(4).ended().withoutContent(ContentState.NONE).record();

    private static ContentKeys keys() {
        return new ContentKeys(new MasterKeys(List.of(MasterKey.random())), Clock.systemUTC(), 10);
    }

    private PromptEntry entry(String prompt, String answer) {
        EncryptedContent first = keys.encrypt("ada", record.id(), PromptJsonLines.PROMPT, utf8(prompt));
        EncryptedContent second = keys.encrypt("ada", record.id(), PromptJsonLines.ANSWER, utf8(answer));
        return new PromptEntry(
                record.withContentState(ContentState.FULL),
                new PromptContent(first.bytes(), second.bytes(), first.key().id()),
                first.key());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> lines(ContentKeys keys, PromptEntry... entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (PromptEntry entry : entries) {
            new PromptJsonLines(keys).write(entry, bytes);
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void eachEntryIsOneLineWhateverIsInItsText() throws IOException {
        List<String> lines = lines(keys, entry("one\r\ntwo\u2028three", "\"{}\" \uD83D\uDE00"), PromptEntry.of(record));
        assertThat(lines).hasSize(2);
        JsonNode first = JsonMapper.shared().readTree(lines.get(0));
        assertThat(first.get("prompt").asString()).isEqualTo("one\r\ntwo\u2028three");
        assertThat(first.get("answer").asString()).isEqualTo("\"{}\" \uD83D\uDE00");
        assertThat(first.get("id").asString()).isEqualTo(record.id().toString());
        assertThat(first.get("times").get("received").asString())
                .isEqualTo(record.times().received().toString());
        assertThat(first.get("tokens").get("promptTokens").asInt())
                .isEqualTo(record.tokens().promptTokens());
        JsonNode second = JsonMapper.shared().readTree(lines.get(1));
        assertThat(second.get("prompt").isNull()).isTrue();
        assertThat(second.get("unreadable").isNull()).isTrue();
    }

    @Test
    void aTextThatCannotBeDecryptedIsLeftOutAndTheLineSaysWhy() throws IOException {
        JsonNode line = JsonMapper.shared()
                .readTree(lines(keys(), entry("secret", "secret")).getFirst());
        assertThat(line.get("prompt").isNull()).isTrue();
        assertThat(line.get("unreadable").asString()).isNotBlank();
        assertThat(line.get("id").asString()).isEqualTo(record.id().toString());
    }
}
