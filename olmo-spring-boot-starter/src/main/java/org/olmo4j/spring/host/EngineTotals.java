package org.olmo4j.spring.host;

import java.util.List;
import org.olmo4j.engine.EngineStatus;

/** Adds up the figures of the engines that stand behind one, of those that were closed as well. Guarded by the lock of {@link HostedBackends}. */
final class EngineTotals {

    static final EngineStatus NOTHING = new EngineStatus(false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null);

    private EngineStatus retired = NOTHING;

    /** Keeps what an engine has done that is about to be closed. */
    void retire(RunningModel model) {
        retired = sum(retired, counters(model.engine().status()));
    }

    /** Of all that were retired and of these. */
    EngineStatus with(List<RunningModel> running) {
        return running.stream().map(model -> model.engine().status()).reduce(retired, EngineTotals::sum);
    }

    private static EngineStatus sum(EngineStatus one, EngineStatus other) {
        return new EngineStatus(
                one.draining() || other.draining(),
                one.running() + other.running(),
                one.queued() + other.queued(),
                one.keyValueBlocksUsed() + other.keyValueBlocksUsed(),
                one.keyValueBlocksCached() + other.keyValueBlocksCached(),
                one.keyValueBlocksTotal() + other.keyValueBlocksTotal(),
                one.generatedTokens() + other.generatedTokens(),
                one.promptTokens() + other.promptTokens(),
                one.promptTokensLooked() + other.promptTokensLooked(),
                one.promptTokensCached() + other.promptTokensCached(),
                one.preemptions() + other.preemptions(),
                one.releaseTimeouts() + other.releaseTimeouts(),
                one.failure() == null ? other.failure() : one.failure());
    }

    /** With what stands before the engines: whether requests are refused there, and how many wait for the next engine. */
    static EngineStatus withRequests(EngineStatus engines, boolean draining, int waiting) {
        return new EngineStatus(
                draining || engines.draining(),
                engines.running(),
                engines.queued() + waiting,
                engines.keyValueBlocksUsed(),
                engines.keyValueBlocksCached(),
                engines.keyValueBlocksTotal(),
                engines.generatedTokens(),
                engines.promptTokens(),
                engines.promptTokensLooked(),
                engines.promptTokensCached(),
                engines.preemptions(),
                engines.releaseTimeouts(),
                engines.failure());
    }

    /** What an engine has done, without what it holds. */
    private static EngineStatus counters(EngineStatus ended) {
        return new EngineStatus(
                false,
                0,
                0,
                0,
                0,
                0,
                ended.generatedTokens(),
                ended.promptTokens(),
                ended.promptTokensLooked(),
                ended.promptTokensCached(),
                ended.preemptions(),
                ended.releaseTimeouts(),
                null);
    }
}
