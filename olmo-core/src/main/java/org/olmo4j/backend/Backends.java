package org.olmo4j.backend;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
     * A backend that was named.
     *
     * @param name as its provider spells it, or as it was named where there is none
     * @param provider if it can be used here and now
     * @param reasons why it cannot; empty if it can
     */
    public record Candidate(String name, Optional<BackendProvider> provider, List<String> reasons) {

        /** Copies the list. */
        public Candidate {
            reasons = List.copyOf(reasons);
        }

        private static Candidate of(BackendProvider provider) {
            return switch (provider.availability()) {
                case Availability.Available available ->
                    new Candidate(provider.name(), Optional.of(provider), List.of());
                case Availability.Unavailable unavailable ->
                    new Candidate(provider.name(), Optional.empty(), unavailable.reasons());
            };
        }
    }

    /**
     * What an order names.
     *
     * @param order names separated by commas, or {@link #AUTO}, which stands for all
     * @return each once, in the order in which they are to be tried
     */
    public List<Candidate> candidates(String order) {
        Map<String, Candidate> candidates = new LinkedHashMap<>();
        for (String part : order.split(",")) {
            String name = part.strip();
            List<BackendProvider> named = name.equalsIgnoreCase(AUTO)
                    ? providers
                    : providers.stream()
                            .filter(provider -> provider.name().equalsIgnoreCase(name))
                            .toList();
            if (named.isEmpty()) {
                candidates.putIfAbsent(
                        name, new Candidate(name, Optional.empty(), List.of("no such backend on the class path")));
            }
            named.forEach(provider -> candidates.computeIfAbsent(provider.name(), key -> Candidate.of(provider)));
        }
        return List.copyOf(candidates.values());
    }

    /**
     * Chooses a backend.
     *
     * @param order names separated by commas, tried in turn, or {@link #AUTO}
     * @return the first that is available
     * @throws BackendUnavailableException with the reasons of all that were tried
     */
    public BackendProvider select(String order) {
        return available(order, candidates(order)).getFirst().provider().orElseThrow();
    }

    /**
     * Those of an order that can be used.
     *
     * @param order that was asked for
     * @param candidates what it names
     * @return at least one
     * @throws BackendUnavailableException with the reasons of all if there is none
     */
    public List<Candidate> available(String order, List<Candidate> candidates) {
        List<Candidate> available = candidates.stream()
                .filter(candidate -> candidate.provider().isPresent())
                .toList();
        if (!available.isEmpty()) {
            return available;
        }
        List<String> reasons = candidates.stream()
                .flatMap(candidate -> candidate.reasons().stream().map(reason -> candidate.name() + ": " + reason))
                .toList();
        throw new BackendUnavailableException(
                "No backend of '" + order + "' is available (" + String.join("; ", reasons) + ")",
                "Add olmo-backend-cpu to the class path, or name one of "
                        + providers.stream().map(BackendProvider::name).toList());
    }
}
