package org.olmo4j.backend.cpu;

import java.util.Random;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.Numerics;
import org.olmo4j.backend.Step;
import org.olmo4j.backend.StepArbiter;
import org.olmo4j.backend.StepHandle;
import org.olmo4j.error.GenerationFailedException;
import org.olmo4j.spec.OlmoSpec;

/** Another model on a device that now and then fails a step or a copy. */
final class FaultyModel implements LoadedModel {

    /** One of so many steps, or copies, fails. */
    private static final int FAILURES = 150;

    private final LoadedModel model;
    private final Random random = new Random(13);
    private volatile boolean faulty;

    FaultyModel(LoadedModel model) {
        this.model = model;
    }

    void setFaulty(boolean value) {
        faulty = value;
    }

    @Override
    public StepHandle submit(Step step) {
        if (!fails()) {
            return model.submit(step);
        }
        // Half of them after the work is done, as a device is lost on the way back.
        if (random.nextBoolean()) {
            model.submit(step).await();
        }
        return () -> {
            throw new GenerationFailedException("The device is lost", "This is a test");
        };
    }

    @Override
    public void copyBlocks(int group, int[] from, int[] to) {
        if (fails()) {
            throw new GenerationFailedException("The device has no memory", "This is a test");
        }
        model.copyBlocks(group, from, to);
    }

    private boolean fails() {
        return faulty && random.nextInt(FAILURES) == 0;
    }

    @Override
    public OlmoSpec spec() {
        return model.spec();
    }

    @Override
    public String description() {
        return model.description();
    }

    @Override
    public Numerics numerics() {
        return model.numerics();
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
        model.close();
    }
}
