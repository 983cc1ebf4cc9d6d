package org.olmo4j.spring.footprint;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was accounted for before this process started, as a database may know it. An application's bean of this type makes
 * {@link FootprintTotals} survive a restart.
 */
@FunctionalInterface
public interface FootprintHistory {

    /** Nothing is known. */
    FootprintHistory NONE = List::of;

    /**
     * Asked once, at the start. What ends in this process must not be in it, since that is counted as it ends.
     *
     * @return sums for each hour, model and user; none needs to be in order
     */
    List<Entry> entries();

    /**
     * What stands for a user in {@link #entries()}, so that what ends in this process is added to it.
     *
     * @param user as requests name it
     * @return null where users are not told apart
     */
    default @Nullable String userKey(String user) {
        return user;
    }

    /**
     * A sum.
     *
     * @param time within the hour
     * @param model public name
     * @param user as requests name it; null for those that name none
     * @param sum of the requests that ended then
     */
    record Entry(Instant time, String model, @Nullable String user, FootprintSum sum) {}
}
