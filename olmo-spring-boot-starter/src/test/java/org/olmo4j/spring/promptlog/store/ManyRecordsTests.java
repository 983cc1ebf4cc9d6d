package org.olmo4j.spring.promptlog.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A million records: what an operator looks at first is there at once. */
@Tag("long")
class ManyRecordsTests {

    private static final Logger log = LoggerFactory.getLogger(ManyRecordsTests.class);
    private static final int RECORDS = 1_000_000;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path folder;

    @Test
    void onH2() throws Exception {
        lookAt(
                StoreOptions.h2(folder.resolve("prompt-log")),
                "random_uuid()",
                "dateadd('second', x, timestamp with time zone '2026-01-01 00:00:00Z')",
                "system_range(1, " + RECORDS + ")",
                "analyze");
    }

    @Test
    void onPostgres() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
            lookAt(
                    StoreOptions.of(server.getJdbcUrl("postgres", "postgres"), null, null),
                    "gen_random_uuid()",
                    "timestamp with time zone '2026-01-01 00:00:00Z' + x * interval '1 second'",
                    "generate_series(1, " + RECORDS + ") as numbers (x)",
                    // As the server does by itself a minute later.
                    "vacuum analyze olmo_prompt");
        }
    }

    private static void lookAt(StoreOptions options, String id, String time, String numbers, String statistics)
            throws Exception {
        try (PromptStore store = PromptStore.open(options, PromptEntries.HASHES, Clock.systemUTC())) {
            assertThat(store.awaitUp(Duration.ofMinutes(2)).isUp()).isTrue();
            AbstractPromptStoreTests.execute(options, """
                insert into olmo_prompt (id, generation_id, instance, user_key, user_kind, session_key, model_name,
                    received, ended, total_micros, sample_index, options, replay_key,
                    prompt_tokens, cached_tokens, completion_tokens, status, content_state, repaired)
                select %s, concat('gen-', x), 'instance-1', concat('user-', mod(x, 1000)), 'HMAC', concat('session-', mod(x, 5000)),
                    concat('model-', mod(x, 3)), %2$s, %2$s, mod(x, 30) * 1000000, 0, '{}', repeat('k', 550),
                    mod(x, 2000), 0, mod(x, 300), case mod(x, 50) when 0 then 'FAILED' else 'COMPLETED' end, 'NONE', false
                from %3$s\
                """.formatted(id, time, numbers), statistics);

            Map<String, PromptQuery> queries = new LinkedHashMap<>();
            queries.put("all", PromptQuery.ALL);
            queries.put(
                    "one user", PromptQuery.builder().userKeys(Set.of("user-7")).build());
            queries.put(
                    "one session",
                    PromptQuery.builder().sessionKeys(Set.of("session-7")).build());
            queries.put(
                    "failed in the last day",
                    PromptQuery.builder()
                            .statuses(Set.of(PromptStatus.FAILED))
                            .from(START.plusSeconds(RECORDS).minus(Duration.ofDays(1)))
                            .build());
            Map<String, Long> totals = new LinkedHashMap<>();
            queries.forEach((name, query) -> {
                PromptPage first = store.page(query, 0, 50);
                assertThat(first.items()).as(name).hasSize(50);
                assertThat(first.totalIsExact()).as(name).isEqualTo(first.total() < PromptPage.COUNTED);
                totals.put(name, first.total());
                Duration median = median(() -> store.page(query, 0, 50));
                log.info("First page of {} records, {}: {} ms", RECORDS, name, median.toMillis());
                assertThat(median).as(name).isLessThan(Duration.ofMillis(200));
            });
            assertThat(totals).containsEntry("all", (long) PromptPage.COUNTED).containsEntry("one user", 1_000L);
            AtomicInteger exported = new AtomicInteger();
            store.forEachOf(Set.of("user-7", "user-8"), entry -> exported.incrementAndGet());
            assertThat(exported).hasValue(2_000);
        }
    }

    private static Duration median(Runnable work) {
        List<Duration> durations = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            long begin = System.nanoTime();
            work.run();
            durations.add(Duration.ofNanos(System.nanoTime() - begin));
        }
        Collections.sort(durations);
        return durations.get(durations.size() / 2);
    }
}
