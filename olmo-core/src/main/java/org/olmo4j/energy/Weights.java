package org.olmo4j.energy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who worked how much between two times. Weights are picoseconds of device time: each step's time is divided by the costs of its members.
 * They are sums of integers, so that neither the order of steps nor that of members matters.
 *
 * @param spanNanos between the two times
 * @param members those with any weight, by generation id
 * @param unknown weight of steps of which it is not known any more for whom they were
 */
record Weights(long spanNanos, List<Member> members, long unknown) {

    private static final long PICOSECONDS = 1000;

    /** The weights of one generation. */
    record Member(String generationId, long prefill, long decode) {}

    /** Weights of one generation while they are added up. */
    private static final class Sum {
        private long prefill;
        private long decode;
    }

    /**
     * Adds up.
     *
     * @param fromNanos start of the span
     * @param toNanos its end
     * @param intervals steps, in any order, overlapping the span or not
     * @return the weights
     */
    static Weights between(long fromNanos, long toNanos, Iterable<StepInterval> intervals) {
        Map<String, Sum> sums = new HashMap<>();
        long unknown = 0;
        for (StepInterval interval : intervals) {
            long overlap = interval.overlapNanos(fromNanos, toNanos) * PICOSECONDS;
            if (overlap > 0) {
                long cost = interval.cost();
                unknown += cost == 0 ? overlap : 0;
                for (StepInterval.Share share : interval.shares()) {
                    Sum sum = sums.get(share.generationId());
                    if (sum == null) {
                        sum = new Sum();
                        sums.put(share.generationId(), sum);
                    }
                    sum.prefill += part(overlap, share.prefill(), cost);
                    sum.decode += part(overlap, share.decode(), cost);
                }
            }
        }
        List<Member> members = new ArrayList<>(sums.size());
        sums.forEach((id, sum) -> members.add(new Member(id, sum.prefill, sum.decode)));
        members.sort(Comparator.comparing(Member::generationId));
        return new Weights(toNanos - fromNanos, members, unknown);
    }

    /** Picoseconds of work; more than the span if several devices worked at once. */
    long busy() {
        long busy = unknown;
        for (Member member : members) {
            busy += member.prefill() + member.decode();
        }
        return busy;
    }

    /** Picoseconds in which nothing was done. */
    long idle() {
        return Math.max(0, spanNanos * PICOSECONDS - busy());
    }

    private static long part(long overlap, long cost, long total) {
        return total == 0 ? 0 : Math.round((double) overlap * cost / total);
    }
}
