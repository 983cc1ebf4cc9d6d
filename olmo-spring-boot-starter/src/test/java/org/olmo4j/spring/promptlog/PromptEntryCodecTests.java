package org.olmo4j.spring.promptlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.olmo4j.spring.promptlog.PromptRecord.Caller;

class PromptEntryCodecTests {

    private final PromptEntryCodec codec = new PromptEntryCodec();
    private final PromptEntries entries = new PromptEntries(1);

    @Test
    void readsWhatItWrote() {
        for (int i = 0; i < 500; i++) {
            PromptEntry entry = i % 5 == 0 ? PromptEntries.running(entries.ended()) : entries.ended();
            PromptEntry read = codec.decode(codec.encode(entry));
            assertThat(read.record()).isEqualTo(entry.record());
            assertThat(read).usingRecursiveComparison().isEqualTo(entry);
        }
    }

    @Test
    void readsWhatALaterVersionAdded() {
        PromptEntry entry = entries.ended().withoutContent(ContentState.NONE);
        String head = new String(head(codec.encode(entry)), StandardCharsets.UTF_8);
        String later =
                head.replaceFirst("\\{\"record\":\\{", "{\"colour\":[1,2],\"record\":{\"mood\":{\"good\":true},");
        assertThat(later).isNotEqualTo(head);
        assertThat(codec.decode(withHead(later)).record()).isEqualTo(entry.record());
    }

    private static byte[] head(byte[] encoded) {
        return Arrays.copyOfRange(encoded, 5, 5 + ByteBuffer.wrap(encoded).getInt(1));
    }

    private static byte[] withHead(String head) {
        byte[] json = head.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(13 + json.length)
                .put((byte) 1)
                .putInt(json.length)
                .put(json)
                .putInt(-1)
                .putInt(-1)
                .array();
    }

    @Test
    void saysThatAVersionIsNotKnown() {
        byte[] encoded = codec.encode(entries.ended());
        encoded[0] = 2;
        assertThatExceptionOfType(EntryFormatException.class)
                .isThrownBy(() -> codec.decode(encoded))
                .withMessageContaining("version 2")
                .withMessageContaining("version 1");
    }

    @Test
    void throwsNothingElseWhateverItIsGiven() {
        Random random = new Random(18);
        for (int i = 0; i < 5_000; i++) {
            byte[] encoded = codec.encode(entries.ended());
            byte[] damaged =
                    Arrays.copyOf(encoded, random.nextInt(4) == 0 ? random.nextInt(encoded.length) : encoded.length);
            for (int flips = random.nextInt(8); flips > 0 && damaged.length > 0; flips--) {
                damaged[random.nextInt(Math.min(damaged.length, 40 + random.nextInt(damaged.length)))] ^=
                        (byte) (1 << random.nextInt(8));
            }
            try {
                codec.decode(damaged);
            } catch (EntryFormatException expected) {
                assertThat(expected).hasMessageContaining(damaged.length + " bytes");
            }
        }
    }

    @Test
    void aTextOfManyMegabytesComesBack() {
        PromptRecord record = entries.ended().withoutContent(ContentState.NONE).record();
        String options = "x".repeat(30 << 20);
        PromptRecord large = new PromptRecord(
                record.id(),
                record.generationId(),
                record.instance(),
                Caller.UNKNOWN,
                record.model(),
                record.times(),
                new PromptRecord.Settings(null, null, null, null, null, 0, 1, options, null),
                record.tokens(),
                record.outcome(),
                record.energy(),
                ContentState.NONE,
                null,
                false);
        assertThat(codec.decode(codec.encode(PromptEntry.of(large))).record()).isEqualTo(large);
    }

    @Test
    void aContentComesWithItsKeyAndItsState() {
        PromptRecord record =
                entries.ended().withoutContent(ContentState.NONE).record().withContentState(ContentState.NONE);
        var ada = PromptEntries.key("ada");
        var content = new PromptContent(new byte[] {1}, null, ada.id());
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() ->
                        new PromptEntry(record.withContentState(ContentState.FULL), content, PromptEntries.key("ben")));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new PromptEntry(record, content, ada));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> PromptEntry.of(record.withContentState(ContentState.FULL)));
    }
}
