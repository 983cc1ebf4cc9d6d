package org.olmo4j.spring.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.olmo4j.Olmo;
import org.olmo4j.backend.Backends;
import org.olmo4j.energy.carbon.FootprintAccounting;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.error.TokenizerException;
import org.olmo4j.spring.chat.OlmoChatModel;
import org.olmo4j.spring.host.DeviceBreakers;
import org.olmo4j.spring.host.HostOptions;
import org.olmo4j.spring.host.HostedModel;
import org.olmo4j.spring.host.ModelListenerFactory;
import org.olmo4j.spring.host.ModelLoader;
import org.olmo4j.spring.host.RequestGate;
import org.olmo4j.spring.origin.RequestOrigins;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.StringUtils;

/** Makes the beans of models from what is configured of them, named or not. */
final class ModelHosting {

    private static final String ROOT = "olmo.";
    private static final Map<String, String> LOAD_KEYS =
            Map.of("startWait", "load.start-wait", "requestWait", "load.wait", "drainTimeout", "engine.drain-timeout");

    private final OlmoProperties properties;
    private final ObjectProvider<GenerationListener> listeners;
    private final ObjectProvider<ModelListenerFactory> listenerFactories;
    private final ObjectProvider<RequestGate> gates;
    private final ObjectProvider<FootprintAccounting> footprints;
    private final ObjectProvider<DeviceBreakers> breakers;
    private final ObjectProvider<Backends> backends;
    private final ObjectProvider<RequestOrigins> origins;
    private final ObjectProvider<ObservationRegistry> observationRegistry;
    private final ObjectProvider<ChatModelObservationConvention> observationConvention;

    ModelHosting(
            OlmoProperties properties,
            ObjectProvider<GenerationListener> listeners,
            ObjectProvider<ModelListenerFactory> listenerFactories,
            ObjectProvider<RequestGate> gates,
            ObjectProvider<FootprintAccounting> footprints,
            ObjectProvider<DeviceBreakers> breakers,
            ObjectProvider<Backends> backends,
            ObjectProvider<RequestOrigins> origins,
            ObjectProvider<ObservationRegistry> observationRegistry,
            ObjectProvider<ChatModelObservationConvention> observationConvention) {
        this.properties = properties;
        this.listeners = listeners;
        this.listenerFactories = listenerFactories;
        this.gates = gates;
        this.footprints = footprints;
        this.breakers = breakers;
        this.backends = backends;
        this.origins = origins;
        this.observationRegistry = observationRegistry;
        this.observationConvention = observationConvention;
    }

    /** The model of {@code olmo.model}, checked, and loaded as far as the start waits. */
    HostedModel unnamed() {
        return start(properties.publicName(), properties.unnamed());
    }

    /** The model of {@code olmo.models.<key>}. */
    HostedModel named(String key) {
        ModelProperties model = Objects.requireNonNull(properties.models().get(key), key);
        return withKeysOf(key, () -> start(model.publicName(key), model));
    }

    /** A model that the application has loaded itself. */
    HostedModel ofTheApplication(Olmo olmo) {
        return HostedModel.of(properties.publicName(), olmo.engine(), olmo.backendDescription());
    }

    /** A model of which the application has an engine. */
    HostedModel ofTheApplication(Engine engine) {
        return HostedModel.of(properties.publicName(), engine, null);
    }

    OlmoChatModel unnamedChatModel(Engine engine) {
        return chatModel(engine, properties.publicName(), properties.chat());
    }

    OlmoChatModel namedChatModel(String key, HostedModel hosted) {
        ModelProperties model = Objects.requireNonNull(properties.models().get(key), key);
        return withKeysOf(key, () -> chatModel(hosted.engine(), hosted.name(), model.chat()));
    }

    private OlmoChatModel chatModel(Engine engine, String name, OlmoProperties.Chat chat) {
        OlmoChatModel.Builder model = OlmoChatModel.builder(engine, name)
                .options(chat.options())
                .origins(origins.getIfUnique(() -> RequestOrigins.NONE))
                .observationRegistry(observationRegistry.getIfUnique(() -> ObservationRegistry.NOOP));
        observationConvention.ifAvailable(model::observationConvention);
        return model.build();
    }

    private HostedModel start(String name, ModelProperties model) {
        String location = model.model();
        if (!StringUtils.hasText(location)) {
            throw new InvalidConfigurationPropertyValueException(ROOT + "model", location, "It is not set.");
        }
        if (!StringUtils.hasText(model.backend())) {
            throw new InvalidConfigurationPropertyValueException(
                    ROOT + "backend", model.backend(), "It is empty. Name a backend, or leave it out.");
        }
        // Before the load, which takes long: a bad option is to be told at once.
        model.chat().options();
        List<GenerationListener> told = listeners(name);
        HostOptions options = OlmoProperties.checked(
                ROOT,
                LOAD_KEYS,
                () -> new HostOptions(
                        properties.load().startWait(),
                        properties.load().requestWait(),
                        model.engine().drainTimeout(),
                        told,
                        gates.orderedStream().toList(),
                        breakers.getIfAvailable(() -> DeviceBreakers.NONE)));
        return HostedModel.start(
                name, withTokenizer(location, ModelLoader.of(() -> builder(location, model))), options);
    }

    /** The facade can do without one, for prompts of token ids; a chat model cannot. */
    private static ModelLoader withTokenizer(String location, ModelLoader loader) {
        return listener -> {
            ModelLoader.Checked checked = loader.check(listener);
            if (checked.text() == null) {
                checked.close();
                throw new TokenizerException(
                        "The model " + location + " has no tokenizer.json",
                        "Copy tokenizer.json and tokenizer_config.json of the same model beside its config.json");
            }
            return checked;
        };
    }

    private Olmo.Builder builder(String location, ModelProperties model) {
        Olmo.Builder olmo = Olmo.builder(location)
                .backends(backends.getIfUnique(Backends::discover))
                .backend(model.backend())
                .loadOptions(model.loadOptions(properties.load()))
                .engineOptions(model.engine().options());
        Path contentHashFolder = properties.load().contentHashFolder();
        if (contentHashFolder != null) {
            olmo.contentHashFolder(contentHashFolder);
        }
        footprints.ifUnique(olmo::footprints);
        return olmo;
    }

    private List<GenerationListener> listeners(String name) {
        return Stream.concat(
                        listeners.orderedStream(),
                        listenerFactories.orderedStream().map(factory -> factory.listener(name)))
                .toList();
    }

    /** Names the key of a value as it is written for a model among several. */
    private static <T> T withKeysOf(String key, Supplier<T> attempt) {
        try {
            return attempt.get();
        } catch (InvalidConfigurationPropertyValueException e) {
            String name = e.getName().startsWith(ROOT + "load.")
                    ? e.getName()
                    : ROOT + "models." + key + "." + e.getName().substring(ROOT.length());
            throw new InvalidConfigurationPropertyValueException(name, e.getValue(), e.getReason(), e);
        }
    }
}
