package org.olmo4j.spring.promptlog.recording;

import org.olmo4j.spring.promptlog.encryption.MasterKeys;
import org.olmo4j.spring.promptlog.identity.IdentityMode;
import org.olmo4j.spring.promptlog.identity.PromptHashes;
import org.olmo4j.spring.promptlog.identity.Pseudonyms;

/**
 * What stands for users, sessions, conversations and prompts in records.
 *
 * @param mode what is stored of users, sessions and conversations
 * @param users pseudonyms of users
 * @param sessions pseudonyms of sessions
 * @param conversations pseudonyms of conversations
 * @param prompts hashes of the tokens of prompts and answers, and of schemas
 */
public record Identities(
        IdentityMode mode, Pseudonyms users, Pseudonyms sessions, Pseudonyms conversations, PromptHashes prompts) {

    /**
     * By one set of keys.
     *
     * @param mode what is stored of users, sessions and conversations
     * @param keys of the installation
     * @return for records of this mode
     */
    public static Identities of(IdentityMode mode, MasterKeys keys) {
        return new Identities(
                mode,
                Pseudonyms.ofUsers(mode, keys),
                Pseudonyms.ofSessions(mode, keys),
                Pseudonyms.ofConversations(mode, keys),
                new PromptHashes(keys));
    }
}
