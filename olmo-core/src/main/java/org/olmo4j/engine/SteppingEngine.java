package org.olmo4j.engine;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine: admits and prepares requests in their callers' threads, and runs a {@link StepLoop} in its own. */
final class SteppingEngine implements Engine {

    private static final Logger LOG = LoggerFactory.getLogger(SteppingEngine.class);
    /** A drawn seed survives JSON and JavaScript, whose numbers have 53 bits. */
    private static final long SEED_MASK = (1L << 53) - 1;

    private final LoadedModel model;
    private final @Nullable ModelText text;
    private final EngineOptions options;
    private final SamplingOptions defaultSampling;
    private final LongSupplier nanoTime;
    private final SecureRandom seeds = new SecureRandom();
    private final Admission admission;
    private final EndNotice endNotice;
    private final KeyValueCache cache;
    private final Optional<EngineBuilder.KnownCheckpoint> checkpoint;
    private final RequestPreparation preparation;
    private final StepLoop loop;
    private final Thread thread;

    private SteppingEngine(EngineBuilder parts) {
        this.model = parts.model;
        this.text = parts.text;
        this.options = parts.options;
        this.nanoTime = parts.nanoTime;
        this.defaultSampling = DefaultSampling.of(parts.defaults);
        this.admission = new Admission(options);
        this.endNotice = new EndNotice(parts.listeners, parts.footprints, options.releaseTimeout());
        int longestStep = Math.min(options.prefillChunkTokens(), model.options().maxStepTokens());
        this.cache = new KeyValueCache(model.cacheLayout(), longestStep, options.prefixCache());
        this.checkpoint = parts.checkpoint;
        this.preparation = new RequestPreparation(
                model.spec(), text, parts.defaults, defaultSampling, cache.longestSequence(), this::identity);
        int vocabulary = model.spec().vocabularySize();
        int usable = text == null
                ? vocabulary
                : Math.min(vocabulary, text.tokenizer().vocabularySize());
        this.loop = new StepLoop(model, cache, usable, options, admission, endNotice, parts.stepObserver, nanoTime);
        this.thread = Thread.ofPlatform().name("olmo-engine").daemon().unstarted(loop);
    }

    static SteppingEngine start(EngineBuilder parts) {
        SteppingEngine engine = new SteppingEngine(parts);
        engine.thread.start();
        LOG.info(
                "Engine started: up to {} requests run and {} wait, {} key/value blocks of {} MiB in all; {}",
                engine.options.maxRunning(),
                engine.options.maxQueued(),
                engine.cache.total(),
                engine.cache.bytes() >> 20,
                engine.model.description());
        return engine;
    }

    @Override
    public Generation submit(GenerationRequest request) {
        return submit(request, 1).getFirst();
    }

    @Override
    public List<Generation> submit(GenerationRequest request, int samples) {
        QueuedGeneration first = newHandle(request, 0);
        Deadlines deadlines = deadlines(request.deadlines());
        RequestClock clock = request.attempt()
                .map(attempt -> new RequestClock(nanoTime, deadlines, attempt))
                .orElseGet(() -> new RequestClock(nanoTime, deadlines));
        long seed = request.seed().orElseGet(() -> seeds.nextLong() & SEED_MASK);
        Admission.@Nullable Place place = null;
        boolean submitted = false;
        try {
            requireAlive();
            requireSamples(request, samples);
            place = admission.reserve(samples, preparation.expectedTokens(request.prompt()));
            PreparedRequest prepared = preparation.prepare(request, seed);
            place = admission.shrink(place, prepared.promptIds().length);
            List<Sequence> sequences = sequences(prepared, samples, first, clock, place.single());
            sequences.forEach(this::tellAdmitted);
            submitted = loop.submit(sequences);
            if (!submitted) {
                throw closed();
            }
            return sequences.stream().<Generation>map(Sequence::handle).toList();
        } catch (OlmoException refusal) {
            throw ended(request, first, clock, seed, refusal);
        } catch (RuntimeException unexpected) {
            throw ended(
                    request,
                    first,
                    clock,
                    seed,
                    new GenerationFailedException(
                            "The prompt could not be prepared: " + unexpected,
                            "The cause has the details",
                            unexpected));
        } finally {
            if (place != null && !submitted) {
                admission.release(place);
                admission.told(place);
            }
        }
    }

    private List<Sequence> sequences(
            PreparedRequest prepared, int samples, QueuedGeneration first, RequestClock clock, Admission.Place place) {
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < samples; i++) {
            sequences.add(new Sequence(
                    prepared.sample(i),
                    i == 0 ? first : newHandle(prepared.request(), i),
                    i == 0 ? clock : clock.another(),
                    cache.sequence(prepared.request().cacheSalt()),
                    place,
                    text));
        }
        return sequences;
    }

    private void tellAdmitted(Sequence sequence) {
        endNotice.admitted(
                sequence.handle().id(),
                sequence.prepared().request(),
                sequence.clock().timings().received());
    }

    private static QueuedGeneration newHandle(GenerationRequest request, int sample) {
        return new QueuedGeneration(
                request.attempt().map(attempt -> attempt.id(sample)).orElseGet(GenerationId::next));
    }

    private void requireSamples(GenerationRequest request, int samples) {
        int most = options.maxRunning() + options.maxQueued();
        if (samples < 1 || samples > most) {
            throw new InvalidRequestException(
                    "n", "n is " + samples, "Allowed: 1 to " + most + ", the slots and queue places of the engine");
        }
        if (samples > 1 && request.promptScoring().isPresent()) {
            throw new InvalidRequestException(
                    "n", samples + " samples would score the same prompt again", "Score the prompt by a single one");
        }
    }

    @Override
    public OlmoSpec spec() {
        return model.spec();
    }

    @Override
    public @Nullable ModelText text() {
        return text;
    }

    @Override
    public SamplingOptions defaultSampling() {
        return defaultSampling;
    }

    @Override
    public Optional<ModelIdentity> identity() {
        Optional<ModelText> known = Optional.ofNullable(text);
        return checkpoint.map(weights -> new ModelIdentity(
                weights.fingerprint(),
                weights.contentHash().get(),
                known.map(of -> of.tokenizer().hash()),
                known.map(of -> of.chatTemplate().hash()),
                model.numerics()));
    }

    @Override
    public EngineStatus status() {
        int running = loop.runningCount();
        return new EngineStatus(
                admission.draining(),
                running,
                Math.max(0, admission.admitted() - running),
                cache.used(),
                cache.idle(),
                cache.total(),
                loop.generatedTokens(),
                loop.promptTokens(),
                loop.promptTokensLooked(),
                loop.promptTokensCached(),
                loop.preemptions(),
                endNotice.releaseTimeouts(),
                loop.failure());
    }

    @Override
    public boolean drain(Duration timeout) throws InterruptedException {
        admission.drain(true);
        return admission.awaitEmpty(timeout);
    }

    @Override
    public void resume() {
        admission.drain(false);
    }

    @Override
    public void close() {
        loop.close();
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        boolean first = thread.isAlive();
        // The caller frees the model's memory next, so nothing may run in it any more, interrupted or not.
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException interruption) {
                interrupted = true;
            }
        }
        endNotice.awaitTold();
        if (first) {
            LOG.info(
                    "Engine closed after {} prompt and {} generated tokens",
                    loop.promptTokens(),
                    loop.generatedTokens());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells the listeners about a request that never came into the loop. The caller learns of it by the exception, at once. */
    private OlmoException ended(
            GenerationRequest request, QueuedGeneration handle, RequestClock clock, long seed, OlmoException error) {
        FinishReason reason = error instanceof EngineBusyException ? FinishReason.REFUSED : FinishReason.FAILED;
        endNotice.tellOnly(
                request,
                new GenerationResult(
                        handle.id(),
                        "",
                        List.of(),
                        reason,
                        Optional.empty(),
                        Usage.NONE,
                        clock.timings(),
                        seed,
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        List.of(),
                        error));
        return error;
    }

    private void requireAlive() {
        if (loop.closed()) {
            throw closed();
        }
    }

    private EngineClosedException closed() {
        String failure = loop.failure();
        return failure == null
                ? new EngineClosedException("The engine is closed", "Send the request to a running engine")
                : new EngineClosedException("The engine's thread died of " + failure, "Restart the application");
    }

    private Deadlines deadlines(Deadlines requested) {
        return new Deadlines(
                requested.queue().or(options.deadlines()::queue),
                requested.firstToken().or(options.deadlines()::firstToken),
                requested.total().or(options.deadlines()::total));
    }
}
