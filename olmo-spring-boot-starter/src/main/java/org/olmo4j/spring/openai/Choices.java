package org.olmo4j.spring.openai;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationEvent;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.spring.stream.GenerationFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The choices of one answer: every prompt of a request, sampled as often as it asks. A choice's index counts the samples of the first prompt,
 * then those of the second, and so on. The first prompt was submitted in the constructor; the others follow when there is demand.
 */
final class Choices {

    /** Of one answer's choices, so many are in the engine at a time: enough for full batches, without filling the queue for others. */
    private static final int CHOICES_AT_A_TIME = 8;

    private final Engine engine;
    private final List<GenerationRequest> prompts;
    private final int samples;
    private final List<Generation> first;

    /** An event of a choice. */
    record Part(int index, GenerationEvent event) {}

    /** The end of a choice. */
    private record Outcome(int index, GenerationResult result) {}

    /** Submits the first prompt in the calling thread, so that a refusal can still be an HTTP status. */
    Choices(Engine engine, List<GenerationRequest> prompts, int samples) {
        this.engine = engine;
        this.prompts = List.copyOf(prompts);
        this.samples = samples;
        this.first = submit(0);
    }

    private List<Generation> submit(int prompt) {
        GenerationRequest request = prompts.get(prompt);
        return samples == 1 ? List.of(engine.submit(request)) : engine.submit(request, samples);
    }

    /** The id of the answer. */
    String id() {
        return first.getFirst().id();
    }

    int count() {
        return prompts.size() * samples;
    }

    /** What the choice with an index answers. */
    GenerationRequest prompt(int index) {
        return prompts.get(index / samples);
    }

    /** Stops what runs of the first prompt; the others stop with the subscription. */
    void cancel() {
        first.forEach(Generation::cancel);
    }

    /** All results in the order of their index; an {@link ApiException} if one has no answer. */
    Mono<List<GenerationResult>> results() {
        // Not by their events: what was given cannot be taken back and computed elsewhere.
        return choices((index, generation) -> GenerationFlux.result(generation)
                        .map(result -> new Outcome(index, result))
                        .flux())
                .doOnNext(outcome -> ApiError.requireAnswered(outcome.result))
                .collectSortedList(Comparator.comparingInt(Outcome::index))
                .map(outcomes -> outcomes.stream().map(Outcome::result).toList());
    }

    /**
     * The chunks of a stream.
     *
     * @param chunks what is written for an event
     * @param end what is written after the last, from all results in the order of their index
     */
    Flux<Object> stream(Function<Part, List<Object>> chunks, Function<List<GenerationResult>, List<Object>> end) {
        return Flux.defer(() -> {
            AtomicReferenceArray<GenerationResult> results = new AtomicReferenceArray<>(count());
            return parts().doOnNext(part -> {
                        if (part.event instanceof GenerationEvent.Ended(GenerationResult result)) {
                            results.set(part.index, result);
                        }
                    })
                    .concatMapIterable(chunks)
                    .concatWith(Flux.defer(() -> Flux.fromIterable(end.apply(all(results)))));
        });
    }

    private static List<GenerationResult> all(AtomicReferenceArray<GenerationResult> results) {
        List<GenerationResult> all = new ArrayList<>(results.length());
        for (int i = 0; i < results.length(); i++) {
            all.add(results.get(i));
        }
        return all;
    }

    /** The events of all choices as they come. */
    private Flux<Part> parts() {
        return choices((index, generation) -> GenerationFlux.of(generation).map(event -> new Part(index, event)));
    }

    private <T> Flux<T> choices(BiFunction<Integer, Generation, Flux<T>> taken) {
        int promptsAtATime = Math.max(1, CHOICES_AT_A_TIME / samples);
        return Flux.range(0, prompts.size()).flatMap(prompt -> choices(prompt, taken), promptsAtATime);
    }

    private <T> Flux<T> choices(int prompt, BiFunction<Integer, Generation, Flux<T>> taken) {
        Mono<List<Generation>> generations =
                prompt == 0 ? Mono.just(first) : GenerationFlux.submission(() -> submit(prompt));
        return generations.flatMapMany(running -> Flux.merge(IntStream.range(0, samples)
                .mapToObj(sample -> taken.apply(prompt * samples + sample, running.get(sample)))
                .toList()));
    }

    /** Token counts of the answer; the samples of a prompt share it. */
    TokenUsage usage(List<GenerationResult> results) {
        return TokenUsage.of(
                IntStream.range(0, prompts.size())
                        .mapToObj(prompt -> results.get(prompt * samples).usage())
                        .toList(),
                results.stream().map(GenerationResult::usage).toList());
    }
}
