package org.olmo4j.spring.promptlog.store;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptEntry;
import org.olmo4j.spring.promptlog.UserKind;
import org.olmo4j.spring.promptlog.identity.ErasureHashes;
import org.springframework.data.domain.Limit;

/**
 * Makes users' records anonymous. First a mark is left and the keys are destroyed, which makes every copy of the texts unreadable; then texts and
 * names go, in transactions of {@value #BATCH_ROWS} rows. Who writes looks for marks before and after: before, so that nothing of an erased user
 * gets into the database, and after, for a mark that came in between. So it can be broken off anywhere and done again.
 */
final class Eraser {

    private static final int BATCH_ROWS = 1_000;

    private final Transactions transactions;
    private final Rows.Prompts prompts;
    private final Rows.Contents contents;
    private final Rows.Keys keys;
    private final Rows.Erasures erasures;
    private final ErasureHashes hashes;

    Eraser(
            Transactions transactions,
            Rows.Prompts prompts,
            Rows.Contents contents,
            Rows.Keys keys,
            Rows.Erasures erasures,
            ErasureHashes hashes) {
        this.transactions = transactions;
        this.prompts = prompts;
        this.contents = contents;
        this.keys = keys;
        this.erasures = erasures;
        this.hashes = hashes;
    }

    /** The first step: from then on, nothing of before is kept any more. Gives the number of keys that were destroyed. */
    int mark(Set<String> userKeys, Instant until) {
        return transactions.call(() -> {
            erasures.saveAll(userKeys.stream()
                    .map(key -> new ErasureRow(hashes.of(key), until))
                    .toList());
            return keys.deleteOf(userKeys);
        });
    }

    /** The next step, to be done until there is no record. */
    ErasureResult anonymizeSome(Set<String> userKeys) {
        List<UUID> ids = prompts.idsOf(userKeys, Limit.of(BATCH_ROWS));
        return ids.isEmpty()
                ? ErasureResult.NOTHING
                : new ErasureResult(ids.size(), transactions.call(() -> anonymize(ids)), 0);
    }

    private int anonymize(Collection<UUID> ids) {
        prompts.anonymize(ids, UserKind.NONE);
        prompts.replaceContentState(ids, ContentState.ERASED, ContentState.KEPT);
        return contents.deleteAllOf(ids);
    }

    /** What may be kept of entries. Within the transaction that writes them, or where they are kept elsewhere. */
    List<PromptEntry> allowed(List<PromptEntry> entries) {
        ErasedUsers erased = marksOf(entries);
        return erased.isEmpty()
                ? entries
                : entries.stream().map(erased::allowed).toList();
    }

    /** After the commit: what was marked since the look at the marks, and what was there before the entry came again. Gives the users of keys of before. */
    Set<String> eraseMarkedMeanwhile(Collection<PromptEntry> written) {
        ErasedUsers erased = marksOf(written);
        if (erased.isEmpty()) {
            return Set.of();
        }
        eraseAgain(written.stream().filter(erased::isErased).toList());
        return written.stream()
                .filter(erased::hasErasedKey)
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
        int _ = transactions.call(() -> {
            keys.deleteAllByIdInBatch(keyIds);
            return anonymize(ids);
        });
    }

    private ErasedUsers marksOf(Collection<PromptEntry> entries) {
        Set<String> wanted = entries.stream()
                .map(entry -> entry.record().caller().userKey())
                .filter(Objects::nonNull)
                .distinct()
                .flatMap(user -> hashes.allOf(user).stream())
                .collect(Collectors.toSet());
        return wanted.isEmpty() ? erased(List.of()) : erased(erasures.findAllById(wanted));
    }

    ErasedUsers markedSince(Instant time) {
        return erased(erasures.erasedSince(time));
    }

    private ErasedUsers erased(List<ErasureRow> marks) {
        Map<String, Instant> erasedByHash =
                marks.stream().collect(Collectors.toMap(ErasureRow::userHash, ErasureRow::erased));
        return new ErasedUsers(hashes, erasedByHash);
    }
}
