package org.olmo4j.spring.actuate;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.Provenance;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.UserKind;

/**
 * A record of the prompt log without its texts, as the endpoint shows it. What is not known is null.
 *
 * @param id of the record
 * @param generationId as the caller knows it
 * @param replayOf generation that it repeats
 * @param instance of the application
 * @param user what stands for the user
 * @param userKind what that is
 * @param session what stands for the session
 * @param conversation what stands for the conversation
 * @param traceId of the distributed trace
 * @param model public name
 * @param fingerprint of the weights
 * @param weights in which they were computed with
 * @param backend that ran it
 * @param status how far it came
 * @param finishReason why it ended
 * @param errorType kind of error
 * @param received it was submitted
 * @param started it left the queue
 * @param firstToken its first token was drawn
 * @param ended its end
 * @param queueMicroseconds from received to started
 * @param firstTokenMicroseconds from received to the first token
 * @param totalMicroseconds from received to the end
 * @param promptTokens of the prompt
 * @param cachedTokens of these, found in the prefix cache
 * @param completionTokens generated
 * @param temperature of sampling
 * @param topP of sampling
 * @param topK of sampling
 * @param maxTokens most tokens to generate
 * @param seed of the random numbers
 * @param sampleIndex which of several samples
 * @param options further options, as JSON
 * @param replayKey all that decided its tokens but what is text: prompt, JSON schema, stop strings and ids, logit biases
 * @param activeMicrojoules beyond what an idle machine draws
 * @param fullMicrojoules with its share of what an idle machine draws
 * @param provenance how energy and emissions came about
 * @param locationMicrograms of CO2 equivalents, by the grid
 * @param marketMicrograms of CO2 equivalents, by what was bought
 * @param embodiedMicrograms of CO2 equivalents, of making the machine
 * @param content what became of its texts
 * @param repaired whether a text in it was not kept as it was
 */
public record PromptItem(
        UUID id,
        String generationId,
        @Nullable String replayOf,
        String instance,
        @Nullable String user,
        UserKind userKind,
        @Nullable String session,
        @Nullable String conversation,
        @Nullable String traceId,
        String model,
        @Nullable String fingerprint,
        @Nullable String weights,
        @Nullable String backend,
        PromptStatus status,
        @Nullable String finishReason,
        @Nullable String errorType,
        Instant received,
        @Nullable Instant started,
        @Nullable Instant firstToken,
        @Nullable Instant ended,
        @Nullable Long queueMicroseconds,
        @Nullable Long firstTokenMicroseconds,
        @Nullable Long totalMicroseconds,
        int promptTokens,
        int cachedTokens,
        int completionTokens,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer topK,
        @Nullable Integer maxTokens,
        @Nullable Long seed,
        int sampleIndex,
        @Nullable String options,
        @Nullable String replayKey,
        @Nullable Long activeMicrojoules,
        @Nullable Long fullMicrojoules,
        @Nullable Provenance provenance,
        @Nullable Long locationMicrograms,
        @Nullable Long marketMicrograms,
        @Nullable Long embodiedMicrograms,
        ContentState content,
        boolean repaired) {

    static PromptItem of(PromptRecord record) {
        PromptRecord.Caller caller = record.caller();
        PromptRecord.AnsweringModel model = record.model();
        PromptRecord.Outcome outcome = record.outcome();
        PromptRecord.Times times = record.times();
        PromptRecord.TokenCounts tokens = record.tokens();
        PromptRecord.Settings settings = record.settings();
        PromptRecord.EnergyUse energy = record.energy();
        return new PromptItem(
                record.id(),
                record.generationId(),
                caller.replayOf(),
                record.instance(),
                caller.userKey(),
                caller.userKind(),
                caller.sessionKey(),
                caller.conversation(),
                caller.traceId(),
                model.modelName(),
                model.fingerprint(),
                model.weightType(),
                model.backend(),
                outcome.status(),
                outcome.finishReason(),
                outcome.errorType(),
                times.received(),
                times.started(),
                times.firstToken(),
                times.ended(),
                times.queueMicros(),
                times.timeToFirstTokenMicros(),
                times.totalMicros(),
                tokens.promptTokens(),
                tokens.cachedTokens(),
                tokens.completionTokens(),
                settings.temperature(),
                settings.topP(),
                settings.topK(),
                settings.maxTokens(),
                settings.seed(),
                settings.sampleIndex(),
                settings.options(),
                settings.replayKey(),
                energy.activeMicrojoules(),
                energy.fullMicrojoules(),
                energy.energyProvenance(),
                energy.locationMicrograms(),
                energy.marketMicrograms(),
                energy.embodiedMicrograms(),
                record.contentState(),
                record.repaired());
    }
}
