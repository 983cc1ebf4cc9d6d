package org.olmo4j.spring.promptlog.store;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.UserKind;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

/** Access to the tables, one repository for each. */
interface Rows {

    /** Table {@code olmo_prompt}. */
    interface Prompts extends JpaRepository<PromptRow, UUID> {

        @Query("select p.id from PromptRow p where p.caller.userKey in ?1 order by p.id")
        List<UUID> idsOf(Collection<String> userKeys, Limit limit);

        @Modifying
        @Query("delete from PromptRow p where p.id in ?1")
        int deleteAllOf(Collection<UUID> ids);

        @Modifying
        @Query("update PromptRow p set p.contentState = ?2 where p.id in ?1")
        int setContentState(Collection<UUID> ids, ContentState state);

        @Modifying
        @Query("update PromptRow p set p.contentState = ?2 where p.id in ?1 and p.contentState in ?3")
        int replaceContentState(Collection<UUID> ids, ContentState state, Collection<ContentState> earlier);

        /** As {@link org.olmo4j.spring.promptlog.PromptRecord#anonymous()} does, but for the state of the content. */
        @Modifying
        @Query("""
            update PromptRow p
            set p.caller.userKey = null, p.caller.userKind = ?2, p.caller.sessionKey = null, p.caller.conversation = null,
                p.caller.traceId = null, p.promptHash = null, p.answerHash = null, p.settings.options = null, p.settings.replayKey = null
            where p.id in ?1\
            """)
        int anonymize(Collection<UUID> ids, UserKind none);

        @Modifying
        @Query("""
            update PromptRow p set p.outcome.status = ?4
            where p.outcome.status = ?3 and p.instance = ?1 and p.times.received < ?2\
            """)
        int replaceStatus(String instance, Instant receivedBefore, PromptStatus earlier, PromptStatus status);
    }

    /** Table {@code olmo_prompt_content}. */
    interface Contents extends JpaRepository<ContentRow, UUID> {

        @Modifying
        @Query("delete from ContentRow c where c.id in ?1")
        int deleteAllOf(Collection<UUID> ids);
    }

    /** Table {@code olmo_content_key}. */
    interface Keys extends JpaRepository<KeyRow, UUID> {

        @Modifying
        @Query("delete from KeyRow k where k.userKey in ?1")
        int deleteOf(Collection<String> userKeys);

        @Modifying
        @Query("delete from KeyRow k where k.created < ?1 and not exists (select 1 from ContentRow c where c.keyId ="
                + " k.id)")
        int deleteUnusedCreatedBefore(Instant time);
    }

    /** Table {@code olmo_erasure}. */
    interface Erasures extends JpaRepository<ErasureRow, String> {

        @Query("select e from ErasureRow e where e.erased >= ?1")
        List<ErasureRow> erasedSince(Instant time);

        @Modifying
        @Query("delete from ErasureRow e where e.erased < ?1")
        int deleteErasedBefore(Instant time);
    }

    /** Table {@code olmo_admin_read}. */
    interface AdminReads extends JpaRepository<AdminReadRow, UUID> {

        @Query("select a from AdminReadRow a order by a.happened desc, a.id desc")
        List<AdminReadRow> latest(Limit limit);

        @Modifying
        @Query("delete from AdminReadRow a where a.happened < ?1")
        int deleteHappenedBefore(Instant time);
    }
}
