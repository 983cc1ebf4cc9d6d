package org.olmo4j.spring.promptlog.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.Olmo;
import org.olmo4j.engine.Engine;
import org.olmo4j.engine.GenerationRequest;
import org.olmo4j.engine.Origin;
import org.olmo4j.engine.Origin.TextRetention;
import org.olmo4j.engine.Prompt;
import org.olmo4j.spring.promptlog.admin.PromptFilter;
import org.olmo4j.spring.promptlog.redaction.PatternRedactor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log costs: the same load with the log off, without texts, and with texts, by turns in one JVM. The demo model is far smaller than any real one,
 * so that its tokens are cheap and the log's share is the largest that it can be; {@code -Dolmo.overhead.model} names another. Prints tokens a second and
 * the ratio to the log being off, as medians over the rounds; asserts only that what was measured was really recorded.
 */
@Tag("long")
class PromptLogOverheadTests {

    private static final Logger LOG = LoggerFactory.getLogger(PromptLogOverheadTests.class);
    private static final String MODEL =
            System.getProperty("olmo.overhead.model", "../sample-app/src/main/resources/demo-model");
    private static final int WARM_UPS = 3;
    private static final int ROUNDS = Integer.getInteger("olmo.overhead.rounds", 15);
    private static final int REQUESTS = Integer.getInteger("olmo.overhead.requests", 32);
    private static final int TOKENS = 256;

    @TempDir
    private Path folder;

    /** What is kept. */
    private enum Kept {
        /** The log is off. */
        OFF,
        /** Records without texts. */
        NONE,
        /** Records with texts. */
        FULL
    }

    /** A model, with its log unless that is off. */
    private record Setting(Olmo olmo, @Nullable PromptLogService log) implements AutoCloseable {

        static Setting open(Kept kept, Path folder) {
            Olmo.Builder model = Olmo.builder(MODEL);
            if (kept == Kept.OFF) {
                return new Setting(model.load(), null);
            }
            PromptLogService log = PromptLogService.start(
                    keeping(kept == Kept.FULL ? TextRetention.FULL : TextRetention.NONE, folder.resolve(kept.name())),
                    new PatternRedactor(),
                    name -> Optional.empty(),
                    Clock.systemUTC());
            return new Setting(model.listener(log.listener("demo")).load(), log);
        }

        private static PromptLogOptions keeping(TextRetention content, Path folder) {
            PromptLogOptions none = PromptLogOptions.in(folder);
            return new PromptLogOptions(
                    none.folder(),
                    none.instance(),
                    content,
                    none.identities(),
                    none.keys(),
                    none.store(),
                    none.journal(),
                    none.writer(),
                    none.redactionTimeout(),
                    none.retention(),
                    none.retentionInterval(),
                    none.erasureInterval());
        }

        @Override
        public void close() {
            olmo.close();
            if (log != null) {
                log.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void onTokensASecond(int callers) throws Exception {
        Map<Kept, Setting> settings = new EnumMap<>(Kept.class);
        Map<Kept, List<Double>> speeds = new EnumMap<>(Kept.class);
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            for (Kept kept : Kept.values()) {
                settings.put(kept, Setting.open(kept, folder));
                speeds.put(kept, new ArrayList<>());
            }
            for (int round = -WARM_UPS; round < ROUNDS; round++) {
                for (int turn = 0; turn < Kept.values().length; turn++) {
                    // Another one begins each time, so that none always follows the same.
                    Kept kept = Kept.values()[Math.floorMod(round + turn, Kept.values().length)];
                    double speed = speed(settings.get(kept).olmo().engine(), threads, callers);
                    if (round >= 0) {
                        speeds.get(kept).add(speed);
                    }
                }
            }
            for (Kept kept : List.of(Kept.NONE, Kept.FULL)) {
                PromptLogService log = Objects.requireNonNull(settings.get(kept).log());
                assertThat(log.flush(Duration.ofMinutes(5))).isTrue();
                assertThat(log.log().page("benchmark", PromptFilter.ALL, 0, 1).total())
                        .isEqualTo((long) (WARM_UPS + ROUNDS) * REQUESTS);
                assertThat(log.status().lost()).isZero();
            }
        } finally {
            settings.values().forEach(Setting::close);
        }
        print(callers, speeds);
    }

    private static double speed(Engine engine, ExecutorService threads, int callers) throws Exception {
        long begin = System.nanoTime();
        List<Future<Integer>> parts = threads.invokeAll(Collections.nCopies(callers, part(engine, callers)));
        long tokens = 0;
        for (Future<Integer> part : parts) {
            tokens += part.get();
        }
        return tokens * 1e9 / (System.nanoTime() - begin);
    }

    private static Callable<Integer> part(Engine engine, int callers) {
        GenerationRequest request = GenerationRequest.builder(new Prompt.Text("Once upon a time there was"))
                .maxTokens(TOKENS)
                .ignoreEndOfText(true)
                .origin(new Origin("ada", "s1", "c1", "t1", TextRetention.FULL))
                .build();
        return () -> {
            int tokens = 0;
            for (int i = 0; i < REQUESTS / callers; i++) {
                tokens += engine.submit(request).await().tokenIds().size();
            }
            return tokens;
        };
    }

    private static void print(int callers, Map<Kept, List<Double>> speeds) {
        List<Double> off = speeds.get(Kept.OFF);
        speeds.forEach((kept, measured) -> {
            double[] ratios = new double[measured.size()];
            for (int round = 0; round < ratios.length; round++) {
                ratios[round] = measured.get(round) / off.get(round);
            }
            Arrays.sort(ratios);
            LOG.info(
                    "Callers {}, log {}: median {} tokens/s, ratio to off: median {}, of {} rounds half between {} and"
                            + " {}",
                    callers,
                    kept,
                    "%.1f".formatted(median(measured)),
                    "%.4f".formatted(ratios[ratios.length / 2]),
                    ratios.length,
                    "%.4f".formatted(ratios[ratios.length / 4]),
                    "%.4f".formatted(ratios[ratios.length * 3 / 4]));
        });
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
