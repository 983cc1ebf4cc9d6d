package org.olmo4j.spring.host;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.Family;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.OlmoSpec;

/** Loads an engine when it is told to, and keeps what happened. */
public final class ScriptedLoader implements ModelLoader {

    private final Engine engine;
    private final List<String> happened = Collections.synchronizedList(new ArrayList<>());
    private CountDownLatch mayLoad = new CountDownLatch(0);
    private CountDownLatch loading = new CountDownLatch(1);
    private @Nullable OlmoSpec shape;
    private @Nullable RuntimeException checkFailure;
    private @Nullable Throwable loadFailure;

    public ScriptedLoader(Engine engine) {
        this.engine = engine;
    }

    /** Loads from now on take until {@link #go}. */
    public ScriptedLoader slow() {
        mayLoad = new CountDownLatch(1);
        loading = new CountDownLatch(1);
        return this;
    }

    public void go() {
        mayLoad.countDown();
    }

    public void awaitLoading() throws InterruptedException {
        loading.await();
    }

    public ScriptedLoader checkFailsBy(OlmoException failure) {
        checkFailure = failure;
        return this;
    }

    public ScriptedLoader loadFailsBy(@Nullable Throwable failure) {
        loadFailure = failure;
        return this;
    }

    /** Has the shape of another model than OLMo 2 1B. */
    public ScriptedLoader shapedAs(OlmoSpec shape) {
        this.shape = shape;
        return this;
    }

    public List<String> happened() {
        return List.copyOf(happened);
    }

    @Override
    public Checked check(GenerationListener listener) {
        happened.add("check");
        if (checkFailure != null) {
            throw checkFailure;
        }
        return new Found();
    }

    private final class Found implements Checked {

        private final OlmoSpec spec = mock();

        Found() {
            when(spec.family()).thenReturn(Family.OLMO2);
            when(spec.layerCount()).thenReturn(16);
            when(spec.hiddenSize()).thenReturn(2048);
            when(spec.contextLength()).thenReturn(4096);
            when(spec.feedForward()).thenReturn(new FeedForward.Dense(8192));
        }

        @Override
        public OlmoSpec spec() {
            return shape == null ? spec : shape;
        }

        @Override
        public Engine.@Nullable ModelText text() {
            return null;
        }

        @Override
        public SamplingOptions defaultSampling() {
            return SamplingOptions.GREEDY;
        }

        @Override
        public long weightBytes() {
            return 1000;
        }

        @Override
        public List<Backend> backends() {
            return List.of(new Backend("cpu", List.of()));
        }

        @Override
        public Loaded load(String backend, LoadProgress progress) {
            happened.add("load");
            progress.loaded(250, 1000);
            loading.countDown();
            try {
                mayLoad.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (loadFailure instanceof RuntimeException failure) {
                throw failure;
            }
            if (loadFailure instanceof Error failure) {
                throw failure;
            }
            progress.loaded(1000, 1000);
            engine.resume();
            return new Running();
        }

        @Override
        public void close() {
            happened.add("close check");
        }
    }

    private final class Running implements Loaded {

        @Override
        public Engine engine() {
            return engine;
        }

        @Override
        public String description() {
            return "CPU, 8 lanes";
        }

        @Override
        public void close() {
            happened.add("close");
        }
    }
}
