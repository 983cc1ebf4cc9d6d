package org.olmo4j.engine;

import java.util.List;
import org.olmo4j.sampling.TokenLogProbability;

/** What a caller sees of a generation, in order: at most one {@link Started}, any number of {@link Delta}, one {@link Ended}. */
public sealed interface GenerationEvent {

    /**
     * The prompt is encoded and the request runs.
     *
     * @param promptTokenIds the prompt as encoded; do not modify
     * @param promptLogProbabilities one for each prompt token from the first that was to be scored, if asked for; known only now that the prompt is processed
     */
    record Started(int[] promptTokenIds, List<TokenLogProbability> promptLogProbabilities) implements GenerationEvent {}

    /**
     * More of the answer. Text may lag behind tokens: half a character and what may be the beginning of a stop string are held back.
     *
     * @param text what to show next, possibly empty
     * @param tokenIds the tokens generated since the last delta, possibly none (held-back text at the end)
     * @param logProbabilities one for each token, if asked for, else empty
     */
    record Delta(String text, List<Integer> tokenIds, List<TokenLogProbability> logProbabilities)
            implements GenerationEvent {

        /** Copies the lists. */
        public Delta {
            tokenIds = List.copyOf(tokenIds);
            logProbabilities = List.copyOf(logProbabilities);
        }
    }

    /**
     * The end, exactly once for every generation, also cancelled, refused and failed ones.
     *
     * @param result all of it
     */
    record Ended(GenerationResult result) implements GenerationEvent {}
}
