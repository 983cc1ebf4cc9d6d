package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.engine.Deadlines;
import org.olmo4j.engine.Generation;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.GenerationResult;
import org.olmo4j.engine.Prompt;
import org.olmo4j.error.EngineBusyException;
import org.olmo4j.error.InvalidRequestException;

/**
 * Makes requests of all kinds in a seeded random order: answers that are awaited, several samples, cancels at any moment, deadlines that
 * pass, requests that are invalid, more at once than there is room for, consumers that throw, callers that are interrupted.
 */
final class SoakCaller implements Callable<Void> {

    private final Soak soak;
    private final Random random;
    private final int requests;
    private final long endNanos;

    /**
     * Makes a caller.
     *
     * @param soak what it calls
     * @param seed of its choices
     * @param requests at least so many
     * @param endNanos and at least until then
     */
    SoakCaller(Soak soak, long seed, int requests, long endNanos) {
        this.soak = soak;
        this.random = new Random(seed);
        this.requests = requests;
        this.endNanos = endNanos;
    }

    @Override
    public Void call() throws Exception {
        for (int made = 0; made < requests || System.nanoTime() < endNanos; made++) {
            SoakTemplate template =
                    soak.templates().get(random.nextInt(soak.templates().size()));
            try {
                call(template, made);
            } catch (EngineBusyException busy) {
                soak.refused();
                assertThat(busy.retryAfter()).isPositive();
                Thread.sleep(random.nextInt(5));
            }
        }
        return null;
    }

    private void call(SoakTemplate template, int made) throws InterruptedException {
        switch (made < 12 ? made : random.nextInt(12)) {
            case 0, 1, 2 -> await(submit(template), template, 0);
            case 3 -> {
                List<Generation> samples = soak.engine().submit(request(template), SoakTemplate.SAMPLES);
                for (int sample = 0; sample < samples.size(); sample++) {
                    await(samples.get(sample), template, sample);
                }
            }
            case 4 -> {
                Generation generation = submit(template);
                generation.cancel();
                await(generation, template, 0);
            }
            case 5 -> {
                Generation generation = submit(template);
                AtomicInteger events = new AtomicInteger(random.nextInt(20));
                soak.ended(
                        generation.forEach(event -> {
                            if (events.decrementAndGet() == 0) {
                                generation.cancel();
                            }
                        }),
                        template,
                        0);
            }
            case 6 -> {
                Generation generation = submit(template);
                Duration later = Duration.ofNanos(random.nextInt(10_000_000));
                Thread canceller = Thread.startVirtualThread(() -> {
                    try {
                        Thread.sleep(later);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    generation.cancel();
                });
                await(generation, template, 0);
                canceller.join();
            }
            case 7, 8 -> {
                GenerationRequest late =
                        request(template).mutate().deadlines(deadlines()).build();
                await(soak.engine().submit(late), template, 0);
            }
            case 9 -> submitInvalid(template);
            case 10 -> burst(template);
            default -> giveUp(template);
        }
    }

    private GenerationRequest request(SoakTemplate template) {
        // Two tenants, whose blocks are kept apart.
        return template.request()
                .mutate()
                .cacheSalt(random.nextInt(4) == 0 ? "other" : null)
                .build();
    }

    private Generation submit(SoakTemplate template) {
        return soak.engine().submit(request(template));
    }

    private void await(Generation generation, SoakTemplate template, int sample) throws InterruptedException {
        soak.ended(generation.forEach(event -> {}), template, sample);
    }

    private Deadlines deadlines() {
        Optional<Duration> soon = Optional.of(Duration.ofNanos(1 + random.nextInt(20_000_000)));
        return switch (random.nextInt(3)) {
            case 0 -> new Deadlines(soon, Optional.empty(), Optional.empty());
            case 1 -> new Deadlines(Optional.empty(), soon, Optional.empty());
            default -> new Deadlines(Optional.empty(), Optional.empty(), soon);
        };
    }

    private void submitInvalid(SoakTemplate template) {
        int[] prompt = random.nextBoolean() ? new int[] {1, TestModels.VOCABULARY, 2} : new int[5000];
        GenerationRequest invalid =
                GenerationRequest.builder(new Prompt.Tokens(prompt)).build();
        try {
            soak.engine().submit(invalid);
            throw new AssertionError("admitted " + template);
        } catch (InvalidRequestException refusal) {
            soak.refused();
        }
    }

    /** As many as the queue has places, of which half are not wanted any more when they have been submitted. */
    private void burst(SoakTemplate template) throws InterruptedException {
        List<Generation> admitted = new ArrayList<>();
        for (int i = 0; i < Soak.QUEUE; i++) {
            try {
                admitted.add(submit(template));
            } catch (EngineBusyException busy) {
                soak.refused();
            }
        }
        for (int i = 0; i < admitted.size(); i += 2) {
            admitted.get(i).cancel();
        }
        for (Generation generation : admitted) {
            await(generation, template, 0);
        }
    }

    /** The consumer throws, or its thread is interrupted: it never sees the end, which comes all the same. */
    private void giveUp(SoakTemplate template) throws InterruptedException {
        Generation generation = submit(template);
        if (random.nextBoolean()) {
            Thread.currentThread().interrupt();
        }
        try {
            GenerationResult result = generation.forEach(event -> {
                throw new IllegalStateException("does not want " + event);
            });
            throw new AssertionError("consumed " + result);
        } catch (IllegalStateException | InterruptedException expected) {
            soak.endedUnseen(generation.id());
        }
    }
}
