package org.olmo4j.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides what a step does: one token of every sequence that decodes, and equal shares of the prompts that are not processed yet, so that
 * a long prompt stalls neither answers nor other prompts. Where not all find room, the turn goes round from step to step. Of prompts that
 * go on with the same tokens one is processed; the others wait to take over its blocks.
 */
final class StepPlanner {

    private final int maxRows;
    private final int maxTokens;
    private final StepPace pace;
    private int turn;

    /**
     * Makes a planner.
     *
     * @param maxRows most rows of a step
     * @param maxTokens most tokens of a step
     * @param pace how many of them may belong to prompts
     */
    StepPlanner(int maxRows, int maxTokens, StepPace pace) {
        this.maxRows = maxRows;
        this.maxTokens = maxTokens;
        this.pace = pace;
    }

    /**
     * Plans the next step.
     *
     * @param running at least one, each with pending tokens
     * @param othersWait whether somebody waits who does not run yet, or another model for the device
     */
    StepPlan plan(List<Sequence> running, boolean othersWait) {
        List<Sequence> inTurn = new ArrayList<>(running);
        Collections.rotate(inTurn, -(turn++ % running.size()));
        List<Sequence> decoding =
                inTurn.stream().filter(sequence -> sequence.pending() == 1).toList();
        List<Sequence> prompts = processedNow(
                inTurn.stream().filter(sequence -> sequence.pending() > 1).toList());
        List<StepPlan.Piece> pieces = new ArrayList<>();
        int decodes = Math.min(maxRows, maxTokens) - (prompts.isEmpty() ? 0 : 1);
        decoding.stream().limit(decodes).forEach(sequence -> add(pieces, sequence, 1));
        boolean alone = !othersWait && decoding.size() + prompts.size() == 1;
        int budget = Math.min(pace.promptTokens(alone, decoding.size()), maxTokens - pieces.size());
        for (int i = 0; i < prompts.size() && budget > 0 && pieces.size() < maxRows; i++) {
            budget -= add(pieces, prompts.get(i), Math.max(1, budget / (prompts.size() - i)));
        }
        return new StepPlan(pieces);
    }

    /**
     * Those that need not wait for the blocks of another one of them. The one that has come furthest goes on, whoever's turn it is: another
     * would begin in the middle of its blocks.
     */
    private static List<Sequence> processedNow(List<Sequence> prompts) {
        List<Sequence> now = new ArrayList<>();
        Set<BlockKey> inTheMaking = new HashSet<>();
        List<Sequence> furthestFirst = prompts.stream()
                .sorted(Comparator.comparingInt(Sequence::processed).reversed())
                .toList();
        for (Sequence sequence : furthestFirst) {
            boolean waits =
                    sequence.adoptableBlock().filter(inTheMaking::contains).isPresent()
                            || now.stream().anyMatch(sequence::willFork);
            if (!waits) {
                now.add(sequence);
                sequence.nextBlock().ifPresent(inTheMaking::add);
            }
        }
        return prompts.stream().filter(now::contains).toList();
    }

    /** Adds up to so many tokens of a sequence, in as many rows as their outputs need, and tells how many there were. */
    private int add(List<StepPlan.Piece> pieces, Sequence sequence, int share) {
        int start = sequence.processed();
        int end = start + Math.min(share, sequence.pending());
        while (start < end && pieces.size() < maxRows) {
            int count = Math.min(end - start, sequence.rowLimit(start));
            pieces.add(
                    new StepPlan.Piece(sequence, start, count, sequence.decodes(start), sequence.output(start, count)));
            start += count;
        }
        return start - sequence.processed();
    }
}
