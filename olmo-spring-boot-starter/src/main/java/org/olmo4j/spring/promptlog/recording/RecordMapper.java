package org.olmo4j.spring.promptlog.recording;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.EnergyAmount;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.carbon.Emission;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.engine.ReplayKey;
import org.olmo4j.engine.Timings;
import org.olmo4j.engine.Usage;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spring.promptlog.ContentState;
import org.olmo4j.spring.promptlog.PromptRecord;
import org.olmo4j.spring.promptlog.PromptRecord.AnsweringModel;
import org.olmo4j.spring.promptlog.PromptRecord.Caller;
import org.olmo4j.spring.promptlog.PromptRecord.EnergyUse;
import org.olmo4j.spring.promptlog.PromptRecord.Outcome;
import org.olmo4j.spring.promptlog.PromptRecord.Settings;
import org.olmo4j.spring.promptlog.PromptRecord.Times;
import org.olmo4j.spring.promptlog.PromptRecord.TokenCounts;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.UserKind;

/** Makes records of the generations of one model, without their texts. Thread-safe. */
final class RecordMapper {

    private static final double MICROGRAMS = 1e6;

    private final String instance;
    private final String model;
    private final Identities identities;

    RecordMapper(String instance, String model, Identities identities) {
        this.instance = instance;
        this.model = model;
        this.identities = identities;
    }

    /** Of a generation that was admitted. */
    PromptRecord running(String generationId, GenerationRequest request, Instant received) {
        return new PromptRecord(
                RecordId.of(generationId, received),
                generationId,
                instance,
                caller(request),
                new AnsweringModel(model, null, null, null),
                Times.received(received),
                settings(request, Optional.empty(), null),
                TokenCounts.NONE,
                Outcome.RUNNING,
                EnergyUse.NOT_ACCOUNTED,
                ContentState.NONE,
                null,
                null,
                false);
    }

    /** Of a generation that has ended. Its texts come later, if any are kept. */
    PromptRecord ended(GenerationRequest request, GenerationResult result) {
        Optional<ReplayKey> key = result.replayKey();
        return new PromptRecord(
                RecordId.of(result.id(), result.timings().received()),
                result.id(),
                instance,
                caller(request),
                new AnsweringModel(
                        model,
                        key.map(known -> known.model()
                                        .contentHash()
                                        .orElse(known.model().fingerprint()))
                                .orElse(null),
                        key.map(known -> known.model().numerics().weightType()).orElse(null),
                        key.map(known -> known.model().numerics().backend()).orElse(null)),
                times(result.timings()),
                settings(request, key, result.seed()),
                tokens(result.usage()),
                outcome(result),
                result.footprint().map(RecordMapper::energy).orElse(EnergyUse.NOT_ACCOUNTED),
                ContentState.NONE,
                hash(request, result.promptTokenIds()),
                hash(request, result.tokenIds()),
                false);
    }

    private Caller caller(GenerationRequest request) {
        Origin origin = request.origin();
        String user = identities.users().of(origin.user()).orElse(null);
        return new Caller(
                user,
                kind(user, origin.user()),
                identities.sessions().of(origin.session()).orElse(null),
                identities.conversations().of(origin.conversation()).orElse(null),
                origin.traceId(),
                request.replayOf().orElse(null));
    }

    private static UserKind kind(@Nullable String stored, @Nullable String plain) {
        if (stored == null) {
            return UserKind.NONE;
        }
        return stored.equals(plain) ? UserKind.PLAIN : UserKind.HMAC;
    }

    /** Who asks that no text be kept asks for no hash of it either: a guess of it could be checked by that. */
    private static boolean keepsHashes(GenerationRequest request) {
        return request.origin().retention() != TextRetention.NONE;
    }

    private @Nullable String hash(GenerationRequest request, List<Integer> tokenIds) {
        return tokenIds.isEmpty() || !keepsHashes(request)
                ? null
                : identities
                        .prompts()
                        .of(tokenIds.stream().mapToInt(Integer::intValue).toArray());
    }

    private static Times times(Timings timings) {
        Instant received = timings.received();
        Duration started = timings.started().orElse(null);
        Duration firstToken = timings.firstToken().orElse(null);
        return new Times(
                received,
                started == null ? null : received.plus(started),
                firstToken == null ? null : received.plus(firstToken),
                received.plus(timings.ended()),
                micros(started),
                micros(firstToken),
                micros(timings.ended()));
    }

    private static @Nullable Long micros(@Nullable Duration duration) {
        return duration == null ? null : duration.toNanos() / 1_000;
    }

    /** As the model has filled them in, else as they were asked for. */
    private Settings settings(GenerationRequest request, Optional<ReplayKey> key, @Nullable Long seed) {
        SamplingOptions sampling = key.map(known -> known.settings().sampling()).orElse(request.sampling());
        Integer maxTokens = key.map(known -> known.settings().maxTokens())
                .orElseGet(() ->
                        request.maxTokens().isPresent() ? request.maxTokens().getAsInt() : null);
        return new Settings(
                sampling == null ? null : sampling.temperature(),
                sampling == null ? null : sampling.topP(),
                sampling == null ? null : sampling.topK(),
                maxTokens,
                seed,
                request.sampleIndex(),
                FurtherOptions.of(request, sampling, keepsHashes(request) ? identities.prompts()::of : null)
                        .write(),
                key.map(known -> withoutTexts(known, request).toString()).orElse(null));
    }

    /** Token ids are text, and a hash without a key would let anybody check a guess of it. */
    private static ReplayKey withoutTexts(ReplayKey key, GenerationRequest request) {
        ReplayKey.Settings settings = key.settings();
        Set<Integer> ownStopIds = new HashSet<>(settings.stopIds());
        ownStopIds.removeAll(request.stopIds());
        return new ReplayKey(
                key.model(),
                new ReplayKey.Settings(
                        withoutLogitBias(settings.sampling()),
                        settings.maxTokens(),
                        List.of(),
                        ownStopIds,
                        Optional.empty(),
                        settings.seed(),
                        settings.sampleIndex()),
                Optional.empty());
    }

    private static SamplingOptions withoutLogitBias(SamplingOptions sampling) {
        return new SamplingOptions(
                sampling.temperature(),
                sampling.topK(),
                sampling.topP(),
                sampling.minP(),
                sampling.repetitionPenalty(),
                sampling.frequencyPenalty(),
                sampling.presencePenalty(),
                Map.of());
    }

    private static TokenCounts tokens(Usage usage) {
        return new TokenCounts(usage.promptTokens(), usage.cachedPromptTokens(), usage.completionTokens());
    }

    private static Outcome outcome(GenerationResult result) {
        Exception error = result.error();
        return new Outcome(
                status(result.finishReason()),
                result.finishReason().name(),
                error == null ? null : error.getClass().getSimpleName());
    }

    private static PromptStatus status(FinishReason reason) {
        return switch (reason) {
            case STOP, LENGTH -> PromptStatus.COMPLETED;
            case CANCELLED -> PromptStatus.CANCELLED;
            case REFUSED -> PromptStatus.REFUSED;
            case DEADLINE, FAILED -> PromptStatus.FAILED;
        };
    }

    private static EnergyUse energy(Footprint footprint) {
        Optional<EnergyAmount> active = footprint.energy().active();
        Optional<EnergyAmount> full = footprint.energy().full();
        return new EnergyUse(
                active.map(EnergyAmount::microjoules).orElse(null),
                full.map(EnergyAmount::microjoules).orElse(null),
                full.map(EnergyAmount::provenance).orElse(Provenance.UNAVAILABLE),
                micrograms(footprint.locationBased()),
                micrograms(footprint.marketBased()),
                micrograms(footprint.embodied()));
    }

    private static @Nullable Long micrograms(Optional<Emission> emission) {
        return emission.map(known -> Math.round(known.grams() * MICROGRAMS)).orElse(null);
    }
}
