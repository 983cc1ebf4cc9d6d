package org.olmo4j.spring.actuate;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.olmo4j.card.ModelCards;
import org.olmo4j.engine.EngineStatus;
import org.olmo4j.spec.FeedForward;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spring.host.BackendStatus;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.HostedState;

/**
 * What operations people see of a model. Nothing of what it was asked, and no path.
 *
 * @param name public name
 * @param state loading, ready, draining, suspended, failed, dead or closed
 * @param failure why it is suspended, failed or dead
 * @param backend what computes it, in one line; absent while it does not run
 * @param backends that may run it, in their order: which answers, and why the others do not; absent if the application loaded it
 * @param reloadable whether it can be loaded again
 * @param shape of the model
 * @param weightBytes of its checkpoint; absent if not known
 * @param loadedBytes of these, while it is being loaded
 * @param engine what its engine holds and has done; absent while it does not run
 * @param card published facts of the release that has its shape, with their figures and limits; absent if this library knows none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelDescriptor(
        String name,
        String state,
        @Nullable String failure,
        @Nullable String backend,
        @Nullable List<BackendStatus> backends,
        boolean reloadable,
        Shape shape,
        @Nullable Long weightBytes,
        @Nullable Long loadedBytes,
        @Nullable EngineStatus engine,
        @Nullable CardDescriptor card) {

    /**
     * The figures by which a model is known.
     *
     * @param family such as OLMO2
     * @param layers number of layers
     * @param hiddenSize width of the residual stream
     * @param attentionHeads query heads
     * @param keyValueHeads key and value heads
     * @param vocabularySize ids
     * @param contextLength longest sequence in tokens
     * @param experts in each layer; absent for dense models
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Shape(
            String family,
            int layers,
            int hiddenSize,
            int attentionHeads,
            int keyValueHeads,
            int vocabularySize,
            int contextLength,
            @Nullable Integer experts) {

        static Shape of(OlmoSpec spec) {
            return new Shape(
                    spec.family().name(),
                    spec.layerCount(),
                    spec.hiddenSize(),
                    spec.attentionHeads(),
                    spec.keyValueHeads(),
                    spec.vocabularySize(),
                    spec.contextLength(),
                    spec.feedForward() instanceof FeedForward.MixtureOfExperts experts ? experts.experts() : null);
        }
    }

    static ModelDescriptor of(HostedModel model) {
        HostedState state = model.state();
        EngineStatus status =
                state instanceof HostedState.Ready ? model.engine().status() : null;
        return new ModelDescriptor(
                model.name(),
                word(state, status),
                failure(state, status),
                state instanceof HostedState.Ready ready ? ready.backend() : null,
                model.backends().isEmpty() ? null : model.backends(),
                model.reloadable(),
                Shape.of(model.engine().spec()),
                model.weightBytes().isPresent() ? model.weightBytes().getAsLong() : null,
                state instanceof HostedState.Loading loading ? loading.doneBytes() : null,
                status,
                ModelCards.of(model.engine().spec()).map(CardDescriptor::of).orElse(null));
    }

    private static String word(HostedState state, @Nullable EngineStatus status) {
        return switch (state) {
            case HostedState.Loading loading -> "loading";
            case HostedState.Failed failed -> "failed";
            case HostedState.Suspended suspended -> "suspended";
            case HostedState.Closed closed -> "closed";
            case HostedState.Ready ready -> {
                if (status != null && status.failure() != null) {
                    yield "dead";
                }
                yield status != null && status.draining() ? "draining" : "ready";
            }
        };
    }

    private static @Nullable String failure(HostedState state, @Nullable EngineStatus status) {
        if (state instanceof HostedState.Suspended suspended) {
            return suspended.reasons();
        }
        if (state instanceof HostedState.Failed failed) {
            return failed.error().problem();
        }
        return status == null ? null : status.failure();
    }
}
