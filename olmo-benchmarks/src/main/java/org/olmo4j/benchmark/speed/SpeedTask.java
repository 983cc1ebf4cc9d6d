package org.olmo4j.benchmark.speed;

import java.nio.file.Path;
import org.olmo4j.benchmark.model.PreparedModel;
import org.olmo4j.benchmark.model.WeightFormat;

/**
 * One model to be measured, in a form that another JVM can be told.
 *
 * @param name of the model
 * @param folder of its files
 * @param format of its weights
 * @param threads that compute
 * @param plan what to measure
 */
public record SpeedTask(String name, String folder, WeightFormat format, int threads, SpeedPlan plan) {

    /**
     * The task of measuring a model.
     *
     * @param model which
     * @param threads that compute
     * @param plan what to measure
     * @return the task
     */
    public static SpeedTask of(PreparedModel model, int threads, SpeedPlan plan) {
        return new SpeedTask(model.name(), model.folder().toString(), model.format(), threads, plan);
    }

    PreparedModel model() {
        return new PreparedModel(name, Path.of(folder), format, false);
    }
}
