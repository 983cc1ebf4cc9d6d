package org.olmo4j.spring.chat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.SamplingOptions;
import org.olmo4j.spec.OlmoSpec;

/** An engine that keeps what it is asked, and answers with what the test prepared, in turn. */
public final class ScriptedEngine implements Engine {

    final List<GenerationRequest> requests = new CopyOnWriteArrayList<>();
    private final Deque<Generation> generations = new ArrayDeque<>();
    private SamplingOptions defaultSampling = SamplingOptions.GREEDY;
    private @Nullable OlmoException refusal;
    private @Nullable String failure;

    public ScriptedEngine answering(Generation... prepared) {
        generations.addAll(List.of(prepared));
        return this;
    }

    ScriptedEngine refusing(OlmoException exception) {
        refusal = exception;
        return this;
    }

    ScriptedEngine samplingBy(SamplingOptions defaults) {
        defaultSampling = defaults;
        return this;
    }

    public ScriptedEngine failedBy(String reason) {
        failure = reason;
        return this;
    }

    @Override
    public synchronized Generation submit(GenerationRequest request) {
        requests.add(request);
        if (refusal != null) {
            throw refusal;
        }
        return generations.remove();
    }

    @Override
    public OlmoSpec spec() {
        throw new UnsupportedOperationException("not scripted");
    }

    @Override
    public @Nullable ModelText text() {
        return null;
    }

    @Override
    public SamplingOptions defaultSampling() {
        return defaultSampling;
    }

    @Override
    public EngineStatus status() {
        return new EngineStatus(2, 3, 40, 64, 1000, 2000, failure);
    }

    @Override
    public void close() {}
}
