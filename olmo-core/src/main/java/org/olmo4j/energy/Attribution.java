package org.olmo4j.energy;

import java.util.List;

/**
 * What one meter counted in one window, shared out to the last microjoule: the shares' active and idle parts, {@code idle} and {@code
 * unattributed} add up to what was counted.
 *
 * @param shares for each member of the weights, in their order
 * @param idle what an idle device draws, for the time in which it was idle or worked for other processes
 * @param unattributed of other processes, or of steps of which it is not known for whom they were
 */
record Attribution(List<Share> shares, long idle, long unattributed) {

    /**
     * The part of one generation.
     *
     * @param generationId which
     * @param prefill for its prompt, beyond what an idle device draws
     * @param decode for its answer, likewise
     * @param idle of what an idle device draws, for its part of the busy time
     */
    record Share(String generationId, long prefill, long decode, long idle) {}

    /**
     * A window.
     *
     * @param microjoules counted in it
     * @param idleMicrojoules of these, what the device would have drawn anyway; no more than were counted
     * @param ownShare this process's part of the device's work, 0 to 1
     */
    record Counted(long microjoules, long idleMicrojoules, double ownShare) {}

    /**
     * Shares out. What exceeds idle power goes to the members by weight, after other processes had their part; idle power goes to them
     * for the time in which they kept the device busy, after the same deduction. A pure function.
     *
     * @param counted by the meter
     * @param weights in the same window
     * @return the shares
     */
    static Attribution of(Counted counted, Weights weights) {
        long active = counted.microjoules() - counted.idleMicrojoules();
        if (weights.busy() == 0) {
            return new Attribution(List.of(), counted.idleMicrojoules(), active);
        }
        long ownActive = part(active, counted.ownShare());
        long ownIdle = part(counted.idleMicrojoules(), counted.ownShare());
        List<Weights.Member> members = weights.members();
        int count = members.size();
        long[] activeWeights = new long[2 * count + 1];
        long[] idleWeights = new long[count + 2];
        for (int i = 0; i < count; i++) {
            activeWeights[2 * i] = members.get(i).prefill();
            activeWeights[2 * i + 1] = members.get(i).decode();
            idleWeights[i] = members.get(i).prefill() + members.get(i).decode();
        }
        activeWeights[2 * count] = weights.unknown();
        idleWeights[count] = weights.unknown();
        idleWeights[count + 1] = weights.idle();
        long[] actives = LargestRemainder.divide(ownActive, activeWeights);
        long[] idles = LargestRemainder.divide(ownIdle, idleWeights);
        Share[] shares = new Share[count];
        for (int i = 0; i < count; i++) {
            shares[i] = new Share(members.get(i).generationId(), actives[2 * i], actives[2 * i + 1], idles[i]);
        }
        return new Attribution(
                List.of(shares),
                counted.idleMicrojoules() - ownIdle + idles[count] + idles[count + 1],
                active - ownActive + actives[2 * count]);
    }

    private static long part(long microjoules, double share) {
        return Math.min(microjoules, Math.round(microjoules * share));
    }
}
