package org.olmo4j.spring.actuate;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.card.ModelCards;
import org.olmo4j.engine.Engine;
import org.olmo4j.spec.OlmoSpec;
import org.olmo4j.spring.host.HostedModel;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/** Says under {@code olmo} which models the application answers with. What they hold and do at present is the matter of health and endpoint. */
public final class OlmoInfoContributor implements InfoContributor {

    private final List<HostedModel> models;

    /**
     * Makes the contributor.
     *
     * @param models what is hosted
     */
    public OlmoInfoContributor(List<HostedModel> models) {
        this.models = List.copyOf(models);
    }

    /**
     * All there is to know.
     *
     * @param version of this library; absent where its jar does not say
     * @param models by their public names
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Description(@Nullable String version, Map<String, Model> models) {}

    /**
     * A model.
     *
     * @param family such as OLMO2
     * @param contextLength longest sequence in tokens
     * @param weightBytes of its checkpoint; absent if not known
     * @param card where the facts of its release are published; absent if this library knows none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Model(
            String family,
            int contextLength,
            @Nullable Long weightBytes,
            @Nullable String card) {

        static Model of(HostedModel model) {
            OlmoSpec spec = model.engine().spec();
            return new Model(
                    spec.family().name(),
                    spec.contextLength(),
                    model.weightBytes().isPresent() ? model.weightBytes().getAsLong() : null,
                    ModelCards.of(spec).map(card -> card.source()).orElse(null));
        }
    }

    @Override
    public void contribute(Info.Builder builder) {
        Map<String, Model> described = new LinkedHashMap<>();
        models.forEach(model -> described.put(model.name(), Model.of(model)));
        builder.withDetail("olmo", new Description(version().orElse(null), described));
    }

    private static Optional<String> version() {
        return Optional.ofNullable(Engine.class.getPackage().getImplementationVersion());
    }
}
