package org.olmo4j.spring.promptlog.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.olmo4j.spring.promptlog.PromptEntries;

/** An export of more than the heap can hold, by a process with a heap of 64 MB. */
@Timeout(900)
class ExportMemoryTests {

    private static final int TEXT_BYTES = 40_000;

    @TempDir
    private Path folder;

    /** 80 MB of texts. */
    @Test
    void anExportNeedsNoMoreMemoryThanAPartOfIt() throws Exception {
        onH2(2_000);
    }

    /** 4 GB of texts. */
    @Test
    @Tag("long")
    void aHundredThousandRecordsOnH2() throws Exception {
        onH2(100_000);
    }

    @Test
    @Tag("long")
    void aHundredThousandRecordsOnPostgres() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
            export(
                    StoreOptions.of(server.getJdbcUrl("postgres", "postgres"), null, null),
                    100_000,
                    "generate_series(1, 100000) as numbers (x)",
                    "lpad(x::varchar, 12, '0')",
                    "decode(repeat('5a', " + TEXT_BYTES + "), 'hex')");
        }
    }

    private void onH2(int records) throws Exception {
        export(
                StoreOptions.h2(folder.resolve("prompts")),
                records,
                "system_range(1, " + records + ")",
                "lpad(cast(x as varchar), 12, '0')",
                "cast(repeat('Z', " + TEXT_BYTES + ") as varbinary)");
    }

    private static void export(StoreOptions options, int records, String numbers, String number, String text)
            throws Exception {
        try (PromptStore store = PromptStore.open(options, PromptEntries.HASHES, Clock.systemUTC())) {
            assertThat(store.awaitUp(Duration.ofSeconds(60)).isUp()).isTrue();
            String id = "cast('00000000-0000-7000-8000-' || " + number + " as uuid)";
            String key = "cast('00000000-0000-7000-8000-000000000000' as uuid)";
            AbstractPromptStoreTests.execute(
                    options,
                    "insert into olmo_content_key (id, user_key, wrapped, master_key_id, created) values (" + key
                            + ", 'ada', " + text.replace(Integer.toString(TEXT_BYTES), "60")
                            + ", 'm1', current_timestamp)",
                    """
                    insert into olmo_prompt (id, generation_id, instance, user_key, user_kind, model_name, received, sample_index,
                        prompt_tokens, cached_tokens, completion_tokens, status, content_state, repaired)
                    select %s, 'gen-' || x, 'instance-1', 'ada', 'PLAIN', 'demo', current_timestamp, 0, 1, 0, 1, 'COMPLETED', 'FULL', false
                    from %s\
                    """.formatted(id, numbers),
                    "insert into olmo_prompt_content (id, received, answer, key_id) select id, received, " + text + ", "
                            + key + " from olmo_prompt");
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dlogback.configurationFile=" + ExportMemoryTests.class.getResource("/quiet-logback.xml"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ExportingProcess.class.getName(),
                        options.url())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(told.strip()).isEqualTo(records + " " + (long) records * TEXT_BYTES);
    }
}
