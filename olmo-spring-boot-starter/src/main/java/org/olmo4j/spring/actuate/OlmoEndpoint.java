package org.olmo4j.spring.actuate;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.backend.Availability;
import org.olmo4j.backend.BackendProvider;
import org.olmo4j.backend.Backends;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.host.HostedModel;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * The models of the application and the backends of its machine, and with write access what can be done to a model: {@code drain},
 * {@code resume} and {@code reload}. Read only unless configured otherwise.
 */
@Endpoint(id = "olmo", defaultAccess = Access.READ_ONLY)
public class OlmoEndpoint {

    private static final int BAD_REQUEST = 400;
    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;

    private final List<HostedModel> models;
    private final Backends backends;

    /**
     * Makes the endpoint.
     *
     * @param models what is hosted
     * @param backends what could run it
     */
    public OlmoEndpoint(List<HostedModel> models, Backends backends) {
        this.models = List.copyOf(models);
        this.backends = backends;
    }

    /**
     * All there is.
     *
     * @param models that are hosted
     * @param backends that were found, available or not
     */
    public record Description(List<ModelDescriptor> models, List<BackendDescriptor> backends) {}

    /**
     * A backend.
     *
     * @param name such as cpu
     * @param available whether it can be used here
     * @param devices that it has
     * @param hints what would make it faster
     * @param reasons why it cannot be used
     */
    public record BackendDescriptor(
            String name, boolean available, List<String> devices, List<String> hints, List<String> reasons) {

        static BackendDescriptor of(BackendProvider backend) {
            return switch (backend.availability()) {
                case Availability.Available here ->
                    new BackendDescriptor(
                            backend.name(),
                            true,
                            here.devices().stream()
                                    .map(Availability.Device::description)
                                    .toList(),
                            here.hints(),
                            List.of());
                case Availability.Unavailable not ->
                    new BackendDescriptor(backend.name(), false, List.of(), List.of(), not.reasons());
            };
        }
    }

    /**
     * Describes models and backends.
     *
     * @return as they are now
     */
    @ReadOperation
    public Description describe() {
        return new Description(
                models.stream().map(ModelDescriptor::of).toList(),
                backends.providers().stream().map(BackendDescriptor::of).toList());
    }

    /** What can be done to a model. */
    public enum Operation {
        /** Refuse new requests; running ones go on. */
        DRAIN,
        /** Admit requests again. */
        RESUME,
        /** Load the model's files again, in the background. */
        RELOAD
    }

    /**
     * Does something to a model.
     *
     * @param operation drain, resume or reload
     * @param model its public name; may be left out where there is one model only
     * @return the model as it is now; with the reason as failure, status 400 if it is not said which, 409 if it cannot be done in its state, 422 if
     *     its files are broken
     */
    @WriteOperation
    public WebEndpointResponse<Object> operate(Operation operation, @Nullable String model) {
        Optional<HostedModel> found = chosen(model);
        if (found.isEmpty()) {
            return refused(BAD_REQUEST, operation, unknown(model));
        }
        HostedModel chosen = found.get();
        try {
            switch (operation) {
                case DRAIN -> chosen.refuseNewRequests();
                case RESUME -> chosen.engine().resume();
                case RELOAD -> chosen.reload();
            }
        } catch (IllegalStateException conflict) {
            return refused(CONFLICT, operation, String.valueOf(conflict.getMessage()));
        } catch (OlmoException broken) {
            return refused(UNPROCESSABLE, operation, broken.problem());
        }
        return new WebEndpointResponse<>(ModelDescriptor.of(chosen));
    }

    /**
     * Why something was not done.
     *
     * @param operation what was asked for
     * @param failure why not
     */
    public record Refusal(String operation, String failure) {}

    private static WebEndpointResponse<Object> refused(int status, Operation operation, String reason) {
        return new WebEndpointResponse<>(new Refusal(operation.name().toLowerCase(Locale.ROOT), reason), status);
    }

    private Optional<HostedModel> chosen(@Nullable String name) {
        if (name == null && models.size() == 1) {
            return Optional.of(models.getFirst());
        }
        return models.stream().filter(model -> model.name().equals(name)).findFirst();
    }

    /** Not by an exception, whose message Boot keeps from the answer. */
    private String unknown(@Nullable String name) {
        String problem = name == null ? "There are several models" : "There is no model '" + name + "'";
        return problem + "; name one of "
                + models.stream().map(HostedModel::name).toList();
    }
}
