package org.olmo4j.spring.footprint;

import java.time.Clock;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.olmo4j.engine.GenerationListener;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.spring.host.ModelListenerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the requests of all models cost, by time, model and user. Requests count when they end; those that never ran cost nothing and are not
 * counted. Of this instance of the application only, and since its start, unless there is a {@link FootprintHistory}. Thread-safe.
 *
 * <p>Memory is bounded: the last {@value #HOURS} hours, {@value #DAYS} days and {@value #MONTHS} months in which anything ran, and the first
 * {@value #NAMES} users and models; the further ones are one entry.
 */
public final class FootprintTotals implements ModelListenerFactory {

    /** What stands for requests that name no user. */
    public static final String NO_USER = "(none)";

    /** What stands for all users, or models, beyond those that are told apart. */
    public static final String FURTHER = "(further)";

    private static final Logger log = LoggerFactory.getLogger(FootprintTotals.class);
    private static final int HOURS = 168;
    private static final int DAYS = 366;
    private static final int MONTHS = 120;
    private static final int NAMES = 1_000;
    private static final int LONGEST_NAME = 200;

    /** By what sums are told apart. */
    public enum Dimension {
        /** Begin of the hour, with the offset from UTC. */
        HOUR(HOURS, "yyyy-MM-dd'T'HH:00xxx"),
        /** Day of the system's time zone. */
        DAY(DAYS, "yyyy-MM-dd"),
        /** Month of the system's time zone. */
        MONTH(MONTHS, "yyyy-MM"),
        /** Public name of the model. */
        MODEL(NAMES, null),
        /** Who asked. */
        USER(NAMES, null);

        private final int most;
        private final @Nullable DateTimeFormatter time;

        Dimension(int most, @Nullable String pattern) {
            this.most = most;
            this.time = pattern == null ? null : DateTimeFormatter.ofPattern(pattern);
        }
    }

    /**
     * One sum.
     *
     * @param name of the hour, day, month, model or user
     * @param sum of its requests
     */
    public record Row(String name, FootprintSum sum) {}

    private final Clock clock;
    private final Instant since;
    private final Map<Dimension, TreeMap<String, FootprintSum>> sums = new EnumMap<>(Dimension.class);
    private FootprintSum total = FootprintSum.NONE;

    /**
     * Begins with what is known of the past.
     *
     * @param clock whose zone says when a day begins
     * @param history asked now; if it fails, that is logged, and the sums begin empty
     */
    public FootprintTotals(Clock clock, FootprintHistory history) {
        this.clock = clock;
        for (Dimension dimension : Dimension.values()) {
            sums.put(dimension, new TreeMap<>());
        }
        Instant first = clock.instant();
        try {
            for (FootprintHistory.Entry entry : history.entries()) {
                add(entry.time(), entry.model(), entry.user(), entry.sum());
                first = entry.time().isBefore(first) ? entry.time() : first;
            }
        } catch (RuntimeException failure) {
            // A database that is down must not keep the application from starting.
            log.warn("Earlier footprints could not be read; totals lack them", failure);
        }
        this.since = first;
    }

    @Override
    public GenerationListener listener(String model) {
        return (request, result) -> ended(model, request, result);
    }

    private CompletionStage<?> ended(String model, GenerationRequest request, GenerationResult result) {
        result.footprint()
                .ifPresent(footprint -> add(
                        clock.instant(), model, request.origin().user(), FootprintSum.of(result.usage(), footprint)));
        return CompletableFuture.completedStage(null);
    }

    private synchronized void add(Instant time, String model, @Nullable String user, FootprintSum sum) {
        total = total.plus(sum);
        ZonedDateTime when = time.atZone(clock.getZone());
        sums.forEach((dimension, known) -> {
            String key = switch (dimension) {
                case MODEL -> named(known, model);
                case USER -> named(known, user == null ? NO_USER : user);
                case HOUR, DAY, MONTH -> Objects.requireNonNull(dimension.time).format(when);
            };
            known.merge(key, sum, FootprintSum::plus);
            if (dimension.time != null && known.size() > dimension.most) {
                known.pollFirstEntry();
            }
        });
    }

    private static String named(Map<String, FootprintSum> known, String name) {
        String bounded = name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
        return known.containsKey(bounded) || known.size() < NAMES ? bounded : FURTHER;
    }

    /**
     * Of all requests, also of those whose hour or day is forgotten.
     *
     * @return the sum
     */
    public synchronized FootprintSum total() {
        return total;
    }

    /**
     * The sums.
     *
     * @param dimension by what they are told apart
     * @return in order of their names; those of times with gaps where nothing ran
     */
    public synchronized List<Row> by(Dimension dimension) {
        List<Row> rows = new ArrayList<>();
        sums.getOrDefault(dimension, new TreeMap<>()).forEach((name, sum) -> rows.add(new Row(name, sum)));
        return rows;
    }

    /**
     * Since when requests are counted.
     *
     * @return the start of this process, or the first entry of the history
     */
    public Instant since() {
        return since;
    }
}
