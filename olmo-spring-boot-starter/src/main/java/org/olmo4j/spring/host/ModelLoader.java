package org.olmo4j.spring.host;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.CheckedModel;
import org.olmo4j.Olmo;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.engine.Engine;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;

/** Where a hosted model comes from. */
@FunctionalInterface
public interface ModelLoader {

    /**
     * Checks what can be checked quickly. Called once for each load.
     *
     * @return what was found
     * @throws org.olmo4j.error.OlmoException of the kind of what is wrong
     */
    Checked check();

    /** A model that can be loaded. */
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
         * Loads it; what was opened is closed if that fails.
         *
         * @param progress told how far it has come
         * @return the running model, which closes what the check opened
         */
        Loaded load(LoadProgress progress);

        /** Closes what the check opened, unless it was loaded. */
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
     * @param builder makes a fresh one for each load
     * @return the loader
     */
    static ModelLoader of(Supplier<Olmo.Builder> builder) {
        return () -> new CheckedOlmo(builder.get().check());
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
        public Loaded load(LoadProgress progress) {
            return new LoadedOlmo(model.load(progress));
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
