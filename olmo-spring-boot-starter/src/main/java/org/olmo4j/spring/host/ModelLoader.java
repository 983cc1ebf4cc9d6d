package org.olmo4j.spring.host;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.CheckedModel;
import org.olmo4j.Olmo;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.energy.carbon.Footprint;
import org.olmo4j.engine.Deadlines;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;

/** Where a hosted model comes from. */
@FunctionalInterface
public interface ModelLoader {

    /**
     * Checks what can be checked quickly. Called once for each load.
     *
     * @param listener the one listener of every engine that is started: it tells those of the application
     * @return what was found
     * @throws org.olmo4j.error.OlmoException of the kind of what is wrong
     */
    Checked check(GenerationListener listener);

    /** A model that can be loaded, also several times on different backends. Thread-safe. */
    interface Checked extends AutoCloseable {

        /**
         * What it computes.
         *
         * @return its spec
         */
        OlmoSpec spec();

        /**
         * Tokenizer and template.
         *
         * @return null without a tokenizer
         */
        Engine.@Nullable ModelText text();

        /**
         * How tokens are drawn when a request leaves it open.
         *
         * @return the model's defaults
         */
        SamplingOptions defaultSampling();

        /**
         * The size of its weights.
         *
         * @return bytes of the checkpoint
         */
        long weightBytes();

        /**
         * How long requests may take that leave it open.
         *
         * @return the engine's deadlines
         */
        default Deadlines deadlines() {
            return Deadlines.NONE;
        }

        /**
         * What a generation has cost whose engine will not ask, since its last attempt has not run.
         *
         * @param generationId which
         * @param generatedTokens 0 or more
         * @return completes never exceptionally, within seconds; with null where nobody accounts
         */
        default CompletionStage<@Nullable Footprint> footprint(String generationId, long generatedTokens) {
            return CompletableFuture.completedStage(null);
        }

        /**
         * A backend that was named.
         *
         * @param name short name, such as {@code cpu}
         * @param reasons why it cannot be used; empty if it can
         */
        record Backend(String name, List<String> reasons) {

            /** Copies the list. */
            public Backend {
                reasons = List.copyOf(reasons);
            }
        }

        /**
         * The backends that may run it.
         *
         * @return in the order in which they are to be asked
         */
        List<Backend> backends();

        /**
         * Loads it on one of its backends.
         *
         * @param backend name of one that can be used
         * @param progress told how far it has come
         * @return the running model; closed before this
         * @throws org.olmo4j.error.BackendUnavailableException if the backend cannot run it
         * @throws org.olmo4j.error.InsufficientMemoryException if there is no memory for it; told before any is taken
         * @throws org.olmo4j.error.DeviceFailedException if the device failed
         */
        Loaded load(String backend, LoadProgress progress);

        /** Closes what the check opened. */
        @Override
        void close();
    }

    /** A model that runs. */
    interface Loaded extends AutoCloseable {

        /**
         * Its engine.
         *
         * @return running until this is closed
         */
        Engine engine();

        /**
         * What computes it.
         *
         * @return in one line
         */
        String description();

        /** Ends all requests and frees all memory. */
        @Override
        void close();
    }

    /**
     * Loads with a facade's builder.
     *
     * @param builder makes a fresh one for each load, without listeners
     * @return the loader
     */
    static ModelLoader of(Supplier<Olmo.Builder> builder) {
        return listener -> new CheckedOlmo(builder.get().listener(listener).check());
    }

    /** The facade's model. */
    record CheckedOlmo(CheckedModel model) implements Checked {

        @Override
        public OlmoSpec spec() {
            return model.spec();
        }

        @Override
        public Engine.@Nullable ModelText text() {
            return model.text();
        }

        @Override
        public SamplingOptions defaultSampling() {
            return model.defaultSampling();
        }

        @Override
        public long weightBytes() {
            return model.weightBytes();
        }

        @Override
        public Deadlines deadlines() {
            return model.deadlines();
        }

        @Override
        public CompletionStage<@Nullable Footprint> footprint(String generationId, long generatedTokens) {
            return model.footprint(generationId, generatedTokens);
        }

        @Override
        public List<Backend> backends() {
            return model.backends().stream()
                    .map(candidate -> new Backend(candidate.name(), candidate.reasons()))
                    .toList();
        }

        @Override
        public Loaded load(String backend, LoadProgress progress) {
            return new LoadedOlmo(model.loadOn(backend, progress));
        }

        @Override
        public void close() {
            model.close();
        }
    }

    /** The facade. */
    record LoadedOlmo(Olmo olmo) implements Loaded {

        @Override
        public Engine engine() {
            return olmo.engine();
        }

        @Override
        public String description() {
            return olmo.backendDescription();
        }

        @Override
        public void close() {
            olmo.close();
        }
    }
}
