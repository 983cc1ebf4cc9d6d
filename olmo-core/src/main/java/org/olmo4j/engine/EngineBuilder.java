package org.olmo4j.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.checkpoint.GenerationDefaults;
import org.olmo4j.energy.StepObserver;
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
    LongSupplier nanoTime = System::nanoTime;

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
