package org.olmo4j.spring.promptlog.store;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.UserKind;
import org.springframework.data.domain.Limit;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes users' records anonymous. First a mark is left and the keys are destroyed, which makes every copy of the texts unreadable; then texts and
 * names go, in transactions of {@value #BATCH_ROWS} rows. Who writes looks for marks before and after: before, so that nothing of an erased user
 * gets into the database, and after, for a mark that came in between. So it can be broken off anywhere and done again.
 */
final class Eraser {

    private static final int BATCH_ROWS = 1_000;
    private static final Set<ContentState> KEPT = Set.of(ContentState.REDACTED, ContentState.FULL);

    private final TransactionTemplate transaction;
    private final Rows.Prompts prompts;
    private final Rows.Contents contents;
    private final Rows.Keys keys;
    private final Rows.Erasures erasures;

    Eraser(
            TransactionTemplate transaction,
            Rows.Prompts prompts,
            Rows.Contents contents,
            Rows.Keys keys,
            Rows.Erasures erasures) {
        this.transaction = transaction;
        this.prompts = prompts;
        this.contents = contents;
        this.keys = keys;
        this.erasures = erasures;
    }

    ErasureResult erase(Set<String> userKeys, Instant until) {
        int keysDestroyed = inTransaction(() -> {
            erasures.saveAll(userKeys.stream()
                    .map(key -> new ErasureRow(ErasureRow.hash(key), until))
                    .toList());
            return keys.deleteOf(userKeys);
        });
        int records = 0;
        int texts = 0;
        while (true) {
            List<UUID> ids = prompts.idsOf(userKeys, Limit.of(BATCH_ROWS));
            if (ids.isEmpty()) {
                return new ErasureResult(records, texts, keysDestroyed);
            }
            texts += inTransaction(() -> anonymize(ids));
            records += ids.size();
        }
    }

    private int anonymize(Collection<UUID> ids) {
        prompts.anonymize(ids, UserKind.NONE);
        prompts.replaceContentState(ids, ContentState.ERASED, KEPT);
        return contents.deleteAllOf(ids);
    }

    /**
     * Anonymous where their user was erased after they were received. Those of later keep no text that was encrypted with a key of before, which an
     * instance may not have forgotten yet: with it, the destroyed key would come back, and open what is in backups. Within the transaction that
     * writes them.
     */
    List<PromptEntry> withoutErased(List<PromptEntry> entries) {
        Map<String, Instant> marks = marks(entries);
        return marks.isEmpty()
                ? entries
                : entries.stream().map(entry -> allowed(entry, marks)).toList();
    }

    private static PromptEntry allowed(PromptEntry entry, Map<String, Instant> marks) {
        if (isErased(entry, marks)) {
            return entry.anonymous();
        }
        return hasErasedKey(entry, marks) ? entry.withoutContent(ContentState.DROPPED) : entry;
    }

    /** After the commit: what was marked since the look at the marks, and what was there before the entry came again. Gives the users of keys of before. */
    Set<String> eraseMarkedMeanwhile(Collection<PromptEntry> written) {
        Map<String, Instant> marks = marks(written);
        if (marks.isEmpty()) {
            return Set.of();
        }
        eraseAgain(written.stream().filter(entry -> isErased(entry, marks)).toList());
        return written.stream()
                .filter(entry -> hasErasedKey(entry, marks))
                .map(entry -> String.valueOf(entry.record().caller().userKey()))
                .collect(Collectors.toSet());
    }

    private void eraseAgain(List<PromptEntry> erased) {
        if (erased.isEmpty()) {
            return;
        }
        Set<UUID> ids = erased.stream().map(entry -> entry.record().id()).collect(Collectors.toSet());
        Set<UUID> keyIds = new HashSet<>();
        erased.forEach(entry -> {
            if (entry.key() != null) {
                keyIds.add(entry.key().id());
            }
        });
        inTransaction(() -> {
            keys.deleteAllByIdInBatch(keyIds);
            return anonymize(ids);
        });
    }

    private Map<String, Instant> marks(Collection<PromptEntry> entries) {
        Set<String> hashes =
                entries.stream().map(Eraser::userHash).filter(Objects::nonNull).collect(Collectors.toSet());
        return hashes.isEmpty()
                ? Map.of()
                : erasures.findAllById(hashes).stream()
                        .collect(Collectors.toMap(ErasureRow::userHash, ErasureRow::erased));
    }

    private static boolean isErased(PromptEntry entry, Map<String, Instant> marks) {
        String hash = marks.isEmpty() ? null : userHash(entry);
        Instant erased = hash == null ? null : marks.get(hash);
        return erased != null && !entry.record().times().received().isAfter(erased);
    }

    private static boolean hasErasedKey(PromptEntry entry, Map<String, Instant> marks) {
        String hash = userHash(entry);
        Instant erased = hash == null ? null : marks.get(hash);
        return erased != null && entry.key() != null && !entry.key().created().isAfter(erased);
    }

    private static @Nullable String userHash(PromptEntry entry) {
        String userKey = entry.record().caller().userKey();
        return userKey == null ? null : ErasureRow.hash(userKey);
    }

    private int inTransaction(IntSupplier work) {
        return Objects.requireNonNull(transaction.execute(status -> work.getAsInt()));
    }
}
