package org.olmo4j.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.olmo4j.spring.promptlog.PromptEntries;
import org.olmo4j.spring.promptlog.admin.PromptLog;
import org.olmo4j.spring.promptlog.admin.PromptLog.ReadRecord;
import org.olmo4j.spring.promptlog.admin.PromptTexts;
import org.olmo4j.spring.promptlog.store.StoreException;
import org.olmo4j.spring.promptlog.store.StoreState;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@Timeout(60)
class PublishedExportTests {

    private static final ReadRecord READ =
            new ReadRecord(new PromptEntries(1).ended().record(), new PromptTexts(null, null, null));

    private final PromptLog log = mock(PromptLog.class);
    private final AtomicInteger read = new AtomicInteger();
    private final CompletableFuture<Thread> ended = new CompletableFuture<>();

    private void exporting(int records, RuntimeException end) {
        doAnswer(call -> {
                    Consumer<ReadRecord> consumer = call.getArgument(2);
                    try {
                        for (int i = 0; i < records; i++) {
                            consumer.accept(READ);
                            read.incrementAndGet();
                        }
                    } finally {
                        ended.complete(Thread.currentThread());
                    }
                    if (end != null) {
                        throw end;
                    }
                    return null;
                })
                .when(log)
                .export(any(), any(), any());
    }

    @Test
    void readsNoMoreThanIsAskedForAndEndsWhenNobodyListens() throws Exception {
        exporting(Integer.MAX_VALUE, null);

        StepVerifier.create(PublishedExport.of(log, "ann", "ada"), 0)
                .thenRequest(2)
                .expectNextCount(2)
                .expectNoEvent(Duration.ofMillis(50))
                .thenRequest(Long.MAX_VALUE)
                .expectNextCount(1_000)
                .thenCancel()
                .verify();

        Thread exporter = ended.get(30, TimeUnit.SECONDS);
        exporter.join();
        assertThat(exporter.isInterrupted()).as("would close the database").isFalse();
    }

    @Test
    void neverRunsInAThreadThatMustNotWait() throws Exception {
        exporting(3, null);

        PublishedExport.of(log, "ann", "ada").subscribeOn(Schedulers.parallel()).blockLast(Duration.ofSeconds(30));

        assertThat(Schedulers.isNonBlockingThread(ended.get(30, TimeUnit.SECONDS)))
                .isFalse();
        assertThat(read).hasValue(3);
    }

    @Test
    void breaksOffWithTheFailureAndNotWithAnEnd() {
        StoreException away = new StoreException(StoreState.UNREACHABLE, "away", null);
        exporting(1, away);

        assertThat(catchThrowable(() -> PublishedExport.of(log, "ann", "ada").blockLast(Duration.ofSeconds(30))))
                .isSameAs(away);
    }
}
