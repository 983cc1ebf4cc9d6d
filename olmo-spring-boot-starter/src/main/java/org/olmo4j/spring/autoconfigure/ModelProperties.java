package org.olmo4j.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.LoadOptions;
import org.olmo4j.backend.WeightType;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * One of several models of an application, under {@code olmo.models.<key>}. Immutable.
 *
 * @param model Location of the model: a folder with config.json, tokenizer.json and safetensors files, or classpath: and a directory.
 * @param name Public name of the model, shown in responses and metrics. Its key in the configuration unless set.
 * @param backend Backend to run the model on, or several in the order in which they are tried. The fastest one available for auto.
 * @param weights Form in which the model's weights are held. Others than stored are converted while the model is loaded.
 * @param embeddingWeights Form of the token embedding and the output head. That of the weights unless set, or int8 beside int4.
 * @param engine Bounds of its engine.
 * @param chat Options of prompts that bring none.
 */
public record ModelProperties(
        @Nullable String model,
        @Nullable String name,
        @DefaultValue("auto") String backend,
        @DefaultValue("stored") WeightType weights,
        @Nullable WeightType embeddingWeights,
        @DefaultValue OlmoProperties.Engine engine,
        @DefaultValue OlmoProperties.Chat chat) {

    /** How the backend is to hold the model. */
    LoadOptions loadOptions(OlmoProperties.Load load) {
        LoadOptions.Builder options = engine.loadOptions().mutate().weights(weights);
        if (embeddingWeights != null) {
            options.embeddingWeights(embeddingWeights);
        }
        if (load.weightFolder() != null) {
            options.weightCache(load.weightFolder());
        }
        return options.build();
    }

    /** The name by which the model is known outside. */
    String publicName(String key) {
        return StringUtils.hasText(name) ? name : key;
    }
}
