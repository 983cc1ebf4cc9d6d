package org.olmo4j.spring.testing;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.Availability;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.Backends;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.Numerics;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.StepArbiter;
import org.olmo4j.backend.StepHandle;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.error.DeviceFailedException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spec.OlmoSpec;

/** A device that computes as the CPU does, until it is told to fail. */
public final class FaultyBackend implements BackendProvider {

    private final BackendProvider cpu = Backends.discover().select("cpu");
    private final String name;
    private final int priority;
    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger steps = new AtomicInteger();
    private volatile @Nullable OlmoException loadFault;
    private volatile @Nullable OlmoException prefillFault;
    private volatile @Nullable OlmoException decodeFault;
    private volatile CountDownLatch mayLoad = new CountDownLatch(0);
    private volatile CountDownLatch mayStep = new CountDownLatch(0);
    private volatile int healthySteps;
    private volatile @Nullable RuntimeException closeFault;
    private volatile @Nullable Error death;

    public FaultyBackend(String name, int priority) {
        this.name = name;
        this.priority = priority;
    }

    /** Lost to the process. */
    public static DeviceFailedException lost() {
        return new DeviceFailedException("The device is lost (code 700)", "Restart the process", true, null);
    }

    /** It passes. */
    public static DeviceFailedException outOfMemory() {
        return new DeviceFailedException("The device has no memory (code 2)", "Ask for less", false, null);
    }

    public void failLoadsBy(@Nullable OlmoException fault) {
        loadFault = fault;
    }

    /** Memory is freed, but the device complains. */
    public void failClosesBy(@Nullable RuntimeException fault) {
        closeFault = fault;
    }

    /** Steps that process a prompt. */
    public void failPrefillBy(@Nullable OlmoException fault) {
        prefillFault = fault;
    }

    /** Steps that process nothing but a token of each answer. */
    public void failDecodeBy(@Nullable OlmoException fault) {
        decodeFault = fault;
    }

    /** Once it was asked for so many steps, of any kind. */
    public void failDecodeAfter(int count, OlmoException fault) {
        healthySteps = count;
        decodeFault = fault;
    }

    public void failBy(@Nullable OlmoException fault) {
        failPrefillBy(fault);
        failDecodeBy(fault);
    }

    /** The next step kills the engine's thread. */
    public void dieBy(Error error) {
        death = error;
    }

    public void holdLoads() {
        mayLoad = new CountDownLatch(1);
    }

    public void goOnLoading() {
        mayLoad.countDown();
    }

    public void holdSteps() {
        mayStep = new CountDownLatch(1);
    }

    public void goOnStepping() {
        mayStep.countDown();
    }

    /** How often it was asked to load a model. */
    public int loads() {
        return loads.get();
    }

    /** Models that are loaded and not closed. */
    public int open() {
        return open.get();
    }

    /** Steps that it was asked for. */
    public int steps() {
        return steps.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public Availability availability() {
        return new Availability.Available(List.of(new Availability.Device(name + "-0", name)), List.of());
    }

    @Override
    public LoadedModel load(Checkpoint checkpoint, LoadOptions options, LoadProgress progress) {
        loads.incrementAndGet();
        progress.loaded(0, 100);
        await(mayLoad);
        progress.loaded(50, 100);
        OlmoException fault = loadFault;
        if (fault != null) {
            throw fault;
        }
        LoadedModel loaded = cpu.load(checkpoint, options, progress);
        open.incrementAndGet();
        return new Faulty(loaded);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Faulty implements LoadedModel {

        private final LoadedModel model;

        Faulty(LoadedModel model) {
            this.model = model;
        }

        @Override
        public StepHandle submit(Step step) {
            await(mayStep);
            boolean healthy = steps.incrementAndGet() <= healthySteps;
            Error fatal = death;
            if (fatal != null) {
                throw fatal;
            }
            boolean decodes = step.rows().stream().allMatch(row -> row.tokens().count() == 1);
            OlmoException fault = decodes ? decodeFault : prefillFault;
            if (fault != null && !healthy) {
                return () -> {
                    throw fault;
                };
            }
            return model.submit(step);
        }

        @Override
        public void copyBlocks(int group, int[] from, int[] to) {
            model.copyBlocks(group, from, to);
        }

        @Override
        public OlmoSpec spec() {
            return model.spec();
        }

        @Override
        public String description() {
            return "the faulty " + name;
        }

        @Override
        public Numerics numerics() {
            Numerics own = model.numerics();
            return new Numerics(name, own.weightType(), own.keyValueType(), own.contract());
        }

        @Override
        public StepArbiter arbiter() {
            return model.arbiter();
        }

        @Override
        public LoadOptions options() {
            return model.options();
        }

        @Override
        public CacheLayout cacheLayout() {
            return model.cacheLayout();
        }

        @Override
        public void close() {
            open.decrementAndGet();
            model.close();
            RuntimeException fault = closeFault;
            if (fault != null) {
                throw fault;
            }
        }
    }
}
