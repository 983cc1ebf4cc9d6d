package org.olmo4j.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.checkpoint.GenerationDefaults;
import org.olmo4j.energy.StepObserver;
import org.olmo4j.energy.WorkCost;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.engine.Engine.ModelText;

/** Sets up an {@link Engine}; not thread-safe. */
public final class EngineBuilder {

    final LoadedModel model;
    final List<GenerationListener> listeners = new ArrayList<>();

    @Nullable
    ModelText text;

    GenerationDefaults defaults = GenerationDefaults.NONE;
    EngineOptions options = EngineOptions.DEFAULT;
    StepObserver stepObserver = StepObserver.NONE;
    FootprintSource footprints = FootprintSource.NONE;
    LongSupplier nanoTime = System::nanoTime;
    Optional<KnownCheckpoint> checkpoint = Optional.empty();

    /**
     * Which weights the model runs.
     *
     * @param fingerprint of the checkpoint
     * @param contentHash once it is known
     */
    record KnownCheckpoint(String fingerprint, Supplier<Optional<String>> contentHash) {}

    EngineBuilder(LoadedModel model) {
        this.model = model;
    }

    /**
     * Sets tokenizer and template.
     *
     * @param value null, as it is unless set: prompts of token ids only
     * @return this
     */
    public EngineBuilder text(@Nullable ModelText value) {
        text = value;
        return this;
    }

    /**
     * Sets the defaults of generation_config.json.
     *
     * @param value none unless set
     * @return this
     */
    public EngineBuilder defaults(GenerationDefaults value) {
        defaults = value;
        return this;
    }

    /**
     * Sets the engine's bounds.
     *
     * @param value {@link EngineOptions#DEFAULT} unless set
     * @return this
     */
    public EngineBuilder options(EngineOptions value) {
        options = value;
        return this;
    }

    /**
     * Adds listeners.
     *
     * @param values told about every end
     * @return this
     */
    public EngineBuilder listeners(List<GenerationListener> values) {
        listeners.addAll(values);
        return this;
    }

    /**
     * Sets who hears of every step.
     *
     * @param value nobody unless set
     * @return this
     */
    public EngineBuilder stepObserver(StepObserver value) {
        stepObserver = value;
        return this;
    }

    /**
     * Sets who accounts for energy: hears of every step, and says what each generation cost before its end is told.
     *
     * @param accounting nobody unless set; used by other engines too, and closed after them
     * @param tokenWeightBytes of the weights that a token passes through, as the backend holds them, over 0
     * @return this
     */
    public EngineBuilder footprints(FootprintAccounting accounting, long tokenWeightBytes) {
        footprints = accounting::ended;
        return stepObserver(
                accounting.observer(model.numerics().backend(), WorkCost.of(model.cacheLayout(), tokenWeightBytes)));
    }

    /** Sets who knows what a generation cost, for tests. */
    EngineBuilder footprints(FootprintSource value) {
        footprints = value;
        return this;
    }

    /**
     * Sets which checkpoint the model was loaded from, for replay keys; without it, generations have none.
     *
     * @param fingerprint of the checkpoint
     * @param contentHash of the checkpoint; goes into the keys of the requests that are submitted after it is there
     * @return this
     */
    public EngineBuilder checkpoint(String fingerprint, CompletionStage<String> contentHash) {
        CompletableFuture<String> future = contentHash.toCompletableFuture();
        checkpoint = Optional.of(new KnownCheckpoint(
                fingerprint,
                () -> future.state() == Future.State.SUCCESS ? Optional.of(future.resultNow()) : Optional.empty()));
        return this;
    }

    /** Sets the monotonic clock, which tests move by hand. */
    EngineBuilder nanoTime(LongSupplier value) {
        nanoTime = value;
        return this;
    }

    /**
     * Starts the engine and its thread.
     *
     * @return it, running
     */
    public Engine start() {
        return SteppingEngine.start(this);
    }
}
