package org.olmo4j.spring.promptlog;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.olmo4j.energy.Provenance;
import org.olmo4j.spring.promptlog.PromptRecord.AnsweringModel;
import org.olmo4j.spring.promptlog.PromptRecord.Caller;
import org.olmo4j.spring.promptlog.PromptRecord.EnergyUse;
import org.olmo4j.spring.promptlog.PromptRecord.Outcome;
import org.olmo4j.spring.promptlog.PromptRecord.Settings;
import org.olmo4j.spring.promptlog.PromptRecord.Times;
import org.olmo4j.spring.promptlog.PromptRecord.TokenCounts;
import org.olmo4j.spring.promptlog.encryption.ContentKey;
import org.olmo4j.spring.promptlog.encryption.MasterKeys;
import org.olmo4j.spring.promptlog.identity.ErasureHashes;

/** Entries for tests. Random ones are the same for the same seed. */
public final class PromptEntries {

    public static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    public static final List<String> USERS = List.of("ada", "ben", "cleo", "dan");
    private static final List<String> MODELS = List.of("small", "large");

    /** Of erased users, under a key that is the same in each process. */
    public static final ErasureHashes HASHES =
            new ErasureHashes(MasterKeys.ofBase64(List.of(Base64.getEncoder().encodeToString(new byte[32]))));

    /** The same after another key became the current one. */
    public static final ErasureHashes ROTATED_HASHES = new ErasureHashes(MasterKeys.ofBase64(List.of(
            Base64.getEncoder().encodeToString("another key of thirty-two bytes!".getBytes(StandardCharsets.US_ASCII)),
            Base64.getEncoder().encodeToString(new byte[32]))));

    private final Random random;

    public PromptEntries(long seed) {
        random = new Random(seed);
    }

    /** Of version 7, as RFC 9562 lays it out: milliseconds in the first 48 bits. */
    public UUID id(Instant time) {
        long high = time.toEpochMilli() << 16 | 0x7000 | random.nextInt(0x1000);
        long low = random.nextLong() >>> 2 | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    /** An ended one, of any status, user, model and size, within an hour from noon; every second one with text. */
    public PromptEntry ended() {
        return ended(NOON.plusMillis(random.nextInt(3_600_000)).plusNanos(random.nextInt(1_000_000)));
    }

    public PromptEntry ended(Instant received) {
        PromptStatus[] statuses = {
            PromptStatus.COMPLETED,
            PromptStatus.COMPLETED,
            PromptStatus.CANCELLED,
            PromptStatus.REFUSED,
            PromptStatus.FAILED
        };
        PromptStatus status = statuses[random.nextInt(statuses.length)];
        Duration total = Duration.ofMillis(1 + random.nextInt(20_000));
        boolean failed = status == PromptStatus.FAILED;
        boolean accounted = random.nextInt(4) > 0;
        PromptRecord record = new PromptRecord(
                id(received),
                "gen-" + random.nextLong(),
                "instance-1",
                caller(random.nextInt(5) == 0 ? null : USERS.get(random.nextInt(USERS.size()))),
                new AnsweringModel(MODELS.get(random.nextInt(MODELS.size())), "f1", "bf16", "cpu"),
                new Times(
                        received,
                        received.plusMillis(1),
                        failed ? null : received.plusMillis(2),
                        received.plus(total),
                        1_000L,
                        failed ? null : 2_000L,
                        total.toNanos() / 1_000),
                new Settings(0.5, 0.25, 40, 100, random.nextLong(), 0, "{\"stop\":[\"###\"]}", "v1;seed=7"),
                new TokenCounts(random.nextInt(2_000), 0, random.nextInt(500)),
                new Outcome(status, failed ? "FAILED" : "STOP", failed ? "DeviceFailedException" : null),
                accounted
                        ? new EnergyUse(
                                1_000L + random.nextInt(1_000),
                                3_000L + random.nextInt(1_000),
                                random.nextBoolean() ? Provenance.MEASURED : Provenance.MODELLED,
                                (long) random.nextInt(1_000),
                                null,
                                17L)
                        : EnergyUse.NOT_ACCOUNTED,
                ContentState.NONE,
                "hash-" + random.nextInt(10),
                "answer-" + received.getNano(),
                false);
        String user = record.caller().userKey();
        return user != null && random.nextBoolean()
                ? withText(record, key(user), "text " + random.nextInt())
                : PromptEntry.of(record);
    }

    private Caller caller(String user) {
        return new Caller(
                user,
                user == null ? UserKind.NONE : UserKind.HMAC,
                user == null ? null : "session-" + random.nextInt(10),
                "conversation-" + random.nextInt(10),
                "trace-" + random.nextInt(1_000),
                null);
    }

    /** One key for each user. */
    public static ContentKey key(String user) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        return new ContentKey(
                UUID.nameUUIDFromBytes(name), user, ("wrapped " + user).getBytes(StandardCharsets.UTF_8), "m1", NOON);
    }

    /** The text stands for its ciphertext: the store does not look into it. */
    public static PromptEntry withText(PromptRecord record, ContentKey key, String text) {
        return new PromptEntry(
                record.withContentState(ContentState.FULL),
                new PromptContent(bytes("prompt: " + text), bytes("answer: " + text), key.id()),
                key);
    }

    /** As it was before its end: without times, tokens and outcome. */
    public static PromptEntry running(PromptEntry ended) {
        PromptRecord end = ended.record();
        return PromptEntry.of(new PromptRecord(
                end.id(),
                end.generationId(),
                end.instance(),
                end.caller(),
                end.model(),
                Times.received(end.times().received()),
                end.settings(),
                TokenCounts.NONE,
                Outcome.RUNNING,
                EnergyUse.NOT_ACCOUNTED,
                ContentState.NONE,
                end.promptHash(),
                null,
                false));
    }

    /** With another user. */
    public static PromptEntry of(PromptEntry entry, String user) {
        Caller known = entry.record().caller();
        return PromptEntry.of(with(
                entry.withoutContent(ContentState.NONE).record(),
                new Caller(
                        user,
                        UserKind.PLAIN,
                        known.sessionKey(),
                        known.conversation(),
                        known.traceId(),
                        known.replayOf()),
                entry.record().tokens()));
    }

    /** With fewer than no tokens, which the database refuses. */
    public static PromptEntry poisonous(PromptEntry entry) {
        return PromptEntry.of(with(
                entry.withoutContent(ContentState.NONE).record(), entry.record().caller(), new TokenCounts(-1, 0, 0)));
    }

    private static PromptRecord with(PromptRecord record, Caller caller, TokenCounts tokens) {
        return new PromptRecord(
                record.id(),
                record.generationId(),
                record.instance(),
                caller,
                record.model(),
                record.times(),
                record.settings(),
                tokens,
                record.outcome(),
                record.energy(),
                record.contentState(),
                record.promptHash(),
                record.answerHash(),
                record.repaired());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
