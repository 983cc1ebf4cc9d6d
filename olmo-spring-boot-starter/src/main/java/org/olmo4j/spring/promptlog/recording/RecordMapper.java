package org.olmo4j.spring.promptlog.recording;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.olmo4j.energy.EnergyAmount;
import org.olmo4j.energy.Provenance;
import org.olmo4j.energy.carbon.Emission;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.FinishReason;
import org.olmo4j.engine.GenerationId;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Origin;
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
import tools.jackson.databind.json.JsonMapper;

/** Makes records of the generations of one model, without their texts. Thread-safe. */
final class RecordMapper {

    private static final double MICROGRAMS = 1e6;

    private final String instance;
    private final String model;
    private final Identities identities;
    private final JsonMapper json = JsonMapper.shared();

    RecordMapper(String instance, String model, Identities identities) {
        this.instance = instance;
        this.model = model;
        this.identities = identities;
    }

    /** Of a generation that was admitted. */
    PromptRecord running(String generationId, GenerationRequest request, Instant received) {
        return new PromptRecord(
                id(generationId),
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

    /** Of a generation that has ended. */
    PromptRecord ended(GenerationRequest request, GenerationResult result, ContentState content) {
        Optional<ReplayKey> key = result.replayKey();
        return new PromptRecord(
                id(result.id()),
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
                content,
                hash(result.promptTokenIds()),
                hash(result.tokenIds()),
                false);
    }

    /** Ids of the engine are UUIDs; an application's own engine may name its generations as it likes. */
    private static UUID id(String generationId) {
        try {
            return GenerationId.uuid(generationId);
        } catch (IllegalArgumentException otherForm) {
            return GenerationId.uuid(GenerationId.next());
        }
    }

    private Caller caller(GenerationRequest request) {
        Origin origin = request.origin();
        String user = identities.users().of(origin.user()).orElse(null);
        return new Caller(
                user,
                kind(user, origin.user()),
                identities.sessions().of(origin.session()).orElse(null),
                origin.conversation(),
                origin.traceId(),
                request.replayOf().orElse(null));
    }

    private static UserKind kind(@Nullable String stored, @Nullable String plain) {
        if (stored == null) {
            return UserKind.NONE;
        }
        return stored.equals(plain) ? UserKind.PLAIN : UserKind.HMAC;
    }

    private @Nullable String hash(List<Integer> tokenIds) {
        return tokenIds.isEmpty()
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
                options(request, sampling),
                // A hash without a key would let anybody check a guess of the prompt.
                key.map(known -> new ReplayKey(known.model(), known.settings(), Optional.empty()).toString())
                        .orElse(null));
    }

    private @Nullable String options(GenerationRequest request, @Nullable SamplingOptions sampling) {
        Map<String, Object> options = new TreeMap<>();
        if (sampling != null) {
            put(options, "minP", sampling.minP(), 0.0);
            put(options, "repetitionPenalty", sampling.repetitionPenalty(), 1.0);
            put(options, "frequencyPenalty", sampling.frequencyPenalty(), 0.0);
            put(options, "presencePenalty", sampling.presencePenalty(), 0.0);
            put(options, "logitBias", sampling.logitBias(), Map.of());
        }
        put(options, "stopStrings", request.stopStrings(), List.of());
        put(options, "stopIds", request.stopIds(), java.util.Set.of());
        put(options, "ignoreEndOfText", request.ignoreEndOfText(), false);
        request.topLogProbabilities().ifPresent(count -> options.put("logProbabilities", count));
        request.jsonSchema().ifPresent(schema -> options.put("jsonSchemaHash", schema.hash()));
        request.promptScoring().ifPresent(scoring -> options.put("promptScoringFrom", scoring.from()));
        return options.isEmpty() ? null : json.writeValueAsString(options);
    }

    private static void put(Map<String, Object> options, String name, Object value, Object unset) {
        if (!value.equals(unset)) {
            options.put(name, value);
        }
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
