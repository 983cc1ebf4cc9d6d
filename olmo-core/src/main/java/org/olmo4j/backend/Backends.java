package org.olmo4j.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import org.olmo4j.error.BackendUnavailableException;

/** The backends on the class path. Immutable; thread-safe. */
public final class Backends {

    /** Stands for the available backend with the highest priority. */
    public static final String AUTO = "auto";

    private final List<BackendProvider> providers;

    /**
     * For a fixed list, as tests and applications with their own backend use it.
     *
     * @param providers in any order
     */
    public Backends(List<BackendProvider> providers) {
        this.providers = providers.stream()
                .sorted(Comparator.comparingInt(BackendProvider::priority)
                        .reversed()
                        .thenComparing(BackendProvider::name))
                .toList();
    }

    /**
     * The providers of the SPI's own class loader, so that it works from threads with a foreign context class loader. Every call gives the
     * same providers: a machine has each of its devices once, and models that are loaded independently of each other share them.
     *
     * @return what was found; possibly nothing
     */
    public static Backends discover() {
        return Discovered.BACKENDS;
    }

    /**
     * Set once, when the first caller initializes this class, and immutable. What changes on a device (whose turn it is, the threads that
     * run) is kept by its provider, in an object of its own that guards itself; whoever wants devices apart, as tests do, makes a
     * {@link Backends} of providers of their own.
     */
    private static final class Discovered {
        private static final Backends BACKENDS =
                new Backends(ServiceLoader.load(BackendProvider.class, BackendProvider.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList());
    }

    /**
     * All providers, best first.
     *
     * @return unmodifiable
     */
    public List<BackendProvider> providers() {
        return providers;
    }

    /**
     * Chooses a backend.
     *
     * @param order names separated by commas, tried in turn, or {@link #AUTO}
     * @return the first that is available
     * @throws BackendUnavailableException with the reasons of all that were tried
     */
    public BackendProvider select(String order) {
        List<String> reasons = new ArrayList<>();
        for (String name : order.split(",")) {
            List<BackendProvider> candidates = name.strip().equalsIgnoreCase(AUTO)
                    ? providers
                    : providers.stream()
                            .filter(provider -> provider.name().equalsIgnoreCase(name.strip()))
                            .toList();
            if (candidates.isEmpty()) {
                reasons.add(name.strip() + ": no such backend on the class path");
            }
            for (BackendProvider provider : candidates) {
                switch (provider.availability()) {
                    case Availability.Available available -> {
                        return provider;
                    }
                    case Availability.Unavailable unavailable ->
                        unavailable.reasons().forEach(reason -> reasons.add(provider.name() + ": " + reason));
                }
            }
        }
        throw new BackendUnavailableException(
                "No backend of '" + order + "' is available (" + String.join("; ", reasons) + ")",
                "Add olmo-backend-cpu to the class path, or name one of "
                        + providers.stream().map(BackendProvider::name).toList());
    }
}
