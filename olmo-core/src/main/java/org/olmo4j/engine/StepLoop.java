package org.olmo4j.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.OutputRequest;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.StepResult;
import org.olmo4j.backend.StepResult.RowOutput;
import org.olmo4j.energy.StepObserver;
import org.olmo4j.energy.StepRecord;
import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.error.EngineClosedException;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.sampling.Sampler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine thread does, step after step: take in new requests, drop unwanted ones, start those that have room, run the model,
 * draw tokens, end what is complete.
 */
final class StepLoop implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(StepLoop.class);
    private static final int LOGITS_ALIGNMENT = 64;

    private final LoadedModel model;
    private final KeyValueCache cache;
    private final Admission admission;
    private final EndNotice endNotice;
    private final StepObserver observer;
    private final LongSupplier nanoTime;
    private final StepPlanner planner;
    private final StepPace pace;
    private final Sampler sampler;
    private final int maxRunning;
    private final int maxLogitRows;
    private final Inbox inbox = new Inbox();
    private final Deque<Sequence> waiting = new ArrayDeque<>();
    /** In order of arrival: the last one is the youngest. */
    private final List<Sequence> running = new ArrayList<>();

    private final LongAdder generatedTokens = new LongAdder();
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder promptTokensLooked = new LongAdder();
    private final LongAdder promptTokensCached = new LongAdder();
    private final LongAdder preemptions = new LongAdder();
    private volatile int runningCount;
    private volatile boolean closing;
    private volatile @Nullable String failure;

    /**
     * Prepares the loop; a thread runs it.
     *
     * @param model that runs the steps
     * @param cache its memory
     * @param usableVocabularySize ids below have a token
     * @param options bounds
     * @param admission whose places ended requests give back
     * @param endNotice told about ends
     * @param observer told about steps
     * @param nanoTime monotonic clock
     */
    StepLoop(
            LoadedModel model,
            KeyValueCache cache,
            int usableVocabularySize,
            EngineOptions options,
            Admission admission,
            EndNotice endNotice,
            StepObserver observer,
            LongSupplier nanoTime) {
        this.model = model;
        this.nanoTime = nanoTime;
        this.cache = cache;
        this.admission = admission;
        this.endNotice = endNotice;
        this.observer = observer;
        int maxRows = model.options().maxStepRows();
        this.pace = new StepPace(options.stepTimeBudget(), options.prefillChunkTokens());
        this.planner = new StepPlanner(maxRows, model.options().maxStepTokens(), pace);
        this.sampler = new Sampler(usableVocabularySize);
        this.maxRunning = options.maxRunning();
        this.maxLogitRows = Math.min(maxRows, maxRunning);
    }

    /**
     * Takes the samples of a request.
     *
     * @return false if the loop has ended or is about to
     */
    boolean submit(List<Sequence> sequences) {
        return inbox.offer(sequences);
    }

    /** Asks the loop to end all requests and return; gives up the current step. */
    void close() {
        closing = true;
        inbox.close();
    }

    boolean closed() {
        return closing;
    }

    int runningCount() {
        return runningCount;
    }

    long generatedTokens() {
        return generatedTokens.sum();
    }

    long promptTokens() {
        return promptTokens.sum();
    }

    long promptTokensLooked() {
        return promptTokensLooked.sum();
    }

    long promptTokensCached() {
        return promptTokensCached.sum();
    }

    long preemptions() {
        return preemptions.sum();
    }

    /** Why the loop died; null while it lives and after it was closed. */
    @Nullable
    String failure() {
        return failure;
    }

    @Override
    public void run() {
        // Shared, since a backend's own threads write the logits.
        try (Arena arena = Arena.ofShared()) {
            long bytes = (long) maxLogitRows * model.spec().vocabularySize() * Float.BYTES;
            MemorySegment logits = arena.allocate(bytes, LOGITS_ALIGNMENT);
            while (!closing) {
                waiting.addAll(inbox.take());
                endUnwanted();
                startWaiting();
                if (running.isEmpty()) {
                    inbox.await();
                } else {
                    step(logits);
                }
            }
            endAll(
                    FinishReason.CANCELLED,
                    new EngineClosedException(
                            "The engine was closed before the request was complete",
                            "Send it again to a running engine"));
        } catch (Throwable fatal) { // NOPMD: whatever ends this thread, no caller may wait for it forever
            die(fatal);
        }
    }

    private void die(Throwable fatal) {
        LOG.error("The engine thread died; its {} requests fail", running.size() + waiting.size(), fatal);
        failure = fatal.toString();
        closing = true;
        try {
            endAll(
                    FinishReason.FAILED,
                    new GenerationFailedException(
                            "The engine thread died of " + fatal,
                            "Restart the application; the log has the cause",
                            fatal));
        } finally {
            endNotice.engineFailed(fatal);
        }
    }

    private void endAll(FinishReason reason, OlmoException error) {
        inbox.close();
        waiting.addAll(inbox.take());
        for (Sequence sequence : admitted()) {
            try {
                end(sequence, reason, error);
            } catch (Throwable failure) { // NOPMD: the others are to be ended all the same
                LOG.error("Generation {} could not be ended", sequence.handle().id(), failure);
            }
        }
    }

    private void endUnwanted() {
        for (Sequence sequence : admitted()) {
            if (sequence.handle().cancelled()) {
                end(sequence, FinishReason.CANCELLED, null);
            } else {
                sequence.clock().passed().ifPresent(late -> end(sequence, FinishReason.DEADLINE, late));
            }
        }
    }

    /** In order of arrival: one that has too few blocks holds up those behind it, or a large request would wait forever. */
    private void startWaiting() {
        while (!waiting.isEmpty() && running.size() < maxRunning) {
            Sequence sequence = waiting.element();
            int cached = sequence.adopt();
            // Alone, everything that was admitted fits.
            if (!running.isEmpty() && !cache.hasRoom(sequence, running)) {
                sequence.giveBack();
                return;
            }
            promptTokensCached.add(cached);
            if (!sequence.started()) {
                promptTokensLooked.add(sequence.prepared().promptIds().length);
            }
            sequence.start();
            running.add(sequence);
            runningCount = running.size();
            waiting.remove();
            endIfFinished(sequence);
        }
    }

    private void step(MemorySegment logits) {
        shareBlocks();
        if (running.isEmpty()) {
            return;
        }
        StepPlan plan = withBlocks(
                planner.plan(running, !waiting.isEmpty() || model.arbiter().contended()));
        if (plan.pieces().isEmpty()) {
            return;
        }
        List<Sequence> members = plan.sequences();
        BooleanSupplier stop = () -> closing || members.stream().allMatch(Sequence::unwanted);
        try {
            switch (run(plan, logits, stop)) {
                case StepResult.Completed completed -> apply(plan, completed.rows(), logits);
                case StepResult.Stopped stopped -> requireAsked(stop.getAsBoolean(), plan);
            }
        } catch (RuntimeException broken) {
            LOG.warn("A step failed, and {} requests with it", members.size(), broken);
            members.forEach(member -> fail(member, deviceFailure(broken)));
        }
    }

    /** What another sequence has processed meanwhile need not be processed again. */
    private void shareBlocks() {
        for (Sequence sequence : List.copyOf(running)) {
            try {
                promptTokensCached.add(sequence.fork(running, model) + sequence.adopt());
            } catch (RuntimeException broken) {
                LOG.warn("Generation {} failed", sequence.handle().id(), broken);
                fail(sequence, broken);
            }
        }
    }

    /** Takes the blocks that a step needs. Where memory runs short, the youngest give theirs back, so that the oldest gets to its end. */
    private StepPlan withBlocks(StepPlan plan) {
        for (StepPlan.Piece piece : plan.pieces()) {
            while (running.contains(piece.sequence())
                    && !piece.sequence().blocks().cover(piece.end())) {
                preempt(running.removeLast());
            }
        }
        return plan.of(running);
    }

    private void preempt(Sequence youngest) {
        LOG.debug(
                "Generation {} is preempted for want of key/value memory",
                youngest.handle().id());
        youngest.preempt();
        waiting.addFirst(youngest);
        runningCount = running.size();
        preemptions.increment();
    }

    private StepResult run(StepPlan plan, MemorySegment logits, BooleanSupplier stop) {
        List<StepRecord.Work> work = plan.work();
        model.arbiter().acquire();
        try {
            return runInTurn(plan, plan.step(logits, stop), work);
        } finally {
            model.arbiter().release();
        }
    }

    private StepResult runInTurn(StepPlan plan, Step step, List<StepRecord.Work> work) {
        long start = nanoTime.getAsLong();
        try {
            observe(() -> observer.begins(start, work));
            StepResult result = model.submit(step).await();
            if (result instanceof StepResult.Completed) {
                pace.ran(plan.tokens(), nanoTime.getAsLong() - start);
            }
            return result;
        } finally {
            long end = nanoTime.getAsLong();
            observe(() -> observer.ran(new StepRecord(start, end, work)));
        }
    }

    /** An observer is somebody else's: whatever it throws must not cost a request its answer. */
    private void observe(Runnable news) {
        try {
            news.run();
        } catch (Throwable failure) { // NOPMD: see above
            LOG.warn("The observer {} of steps failed", observer.getClass().getName(), failure);
        }
    }

    private void requireAsked(boolean asked, StepPlan plan) {
        if (!asked) {
            throw brokenBackend("gave up a step of " + plan.pieces().size() + " rows unasked");
        }
    }

    private void apply(StepPlan plan, List<RowOutput> outputs, MemorySegment logits) {
        if (outputs.size() != plan.pieces().size()) {
            throw brokenBackend(
                    "gave " + outputs.size() + " outputs for " + plan.pieces().size() + " rows");
        }
        for (int i = 0; i < outputs.size(); i++) {
            StepPlan.Piece piece = plan.pieces().get(i);
            if (!piece.sequence().ended()) {
                apply(piece, outputs.get(i), logits);
            }
        }
    }

    /** What goes wrong with one row, such as logits that are not numbers, is the end of its request alone. */
    private void apply(StepPlan.Piece piece, RowOutput output, MemorySegment logits) {
        Sequence sequence = piece.sequence();
        try {
            give(piece, output, logits);
            // Only now: others are not to find the keys and values of a row that failed.
            sequence.advance(piece.count());
            promptTokens.add(piece.promptTokens());
        } catch (RuntimeException broken) {
            LOG.warn("Generation {} failed", sequence.handle().id(), broken);
            fail(sequence, broken);
            return;
        }
        endIfFinished(sequence);
    }

    private void give(StepPlan.Piece piece, RowOutput output, MemorySegment logits) {
        switch (output) {
            case RowOutput.Failed failed -> throw failed.reason();
            case RowOutput.None nothing when piece.output() instanceof OutputRequest.None -> {}
            case RowOutput.LogProbabilities scores
            when piece.output() instanceof OutputRequest.TokenLogProbabilities
                    && scores.tokens().size() == piece.count() ->
                piece.sequence().scored(scores.tokens());
            case RowOutput.Logits row
            when piece.output() instanceof OutputRequest.Logits -> {
                long bytes = (long) model.spec().vocabularySize() * Float.BYTES;
                piece.sequence().generate(logits.asSlice(row.index() * bytes, bytes), sampler);
                generatedTokens.increment();
            }
            default -> throw brokenBackend("was asked for " + piece.output() + " and gave " + output);
        }
    }

    private DeviceFailedException brokenBackend(String what) {
        return new DeviceFailedException(
                "The backend " + what, "This is a fault of the backend: " + model.description(), false, null);
    }

    /** Whatever a step throws is the device's, since each member has been checked before. */
    private static DeviceFailedException deviceFailure(RuntimeException cause) {
        return switch (cause) {
            case DeviceFailedException known -> known;
            case OlmoException known -> new DeviceFailedException(known.problem(), known.hint(), false, known);
            default ->
                new DeviceFailedException(
                        "A step of the model failed: " + cause,
                        "The log has the cause; the engine goes on",
                        false,
                        cause);
        };
    }

    private void fail(Sequence sequence, RuntimeException cause) {
        GenerationFailedException error = cause instanceof GenerationFailedException known
                ? known
                : new GenerationFailedException(
                        "A row of a step failed: " + cause, "The log has the cause; the engine goes on", cause);
        if (!sequence.ended()) {
            end(sequence, FinishReason.FAILED, error);
        }
    }

    private void endIfFinished(Sequence sequence) {
        FinishReason reason = sequence.finished();
        if (reason != null) {
            end(sequence, reason, null);
        }
    }

    /** The place is free before anybody hears of the end, so that who waits for it can submit the next request at once. */
    private void end(Sequence sequence, FinishReason reason, @Nullable OlmoException error) {
        GenerationResult result = sequence.end(reason, error);
        if (running.remove(sequence)) {
            runningCount = running.size();
        } else {
            waiting.remove(sequence);
        }
        result.timings()
                .started()
                .ifPresent(started -> admission.ran(result.timings().ended().minus(started)));
        admission.release(sequence.place());
        var _ = endNotice
                .send(sequence.prepared().request(), result, sequence.handle())
                .thenRun(() -> admission.told(sequence.place()));
    }

    private List<Sequence> admitted() {
        List<Sequence> all = new ArrayList<>(running);
        all.addAll(waiting);
        return all;
    }
}
