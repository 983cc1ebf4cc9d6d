package org.olmo4j.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.olmo4j.backend.LoadProgress;
import org.olmo4j.backend.LoadedModel;
import org.olmo4j.backend.conformance.RandomCheckpoint;
import org.olmo4j.backend.conformance.TestModels;
import org.olmo4j.checkpoint.TensorType;
import org.olmo4j.error.InsufficientMemoryException;
import org.olmo4j.spec.OlmoSpec;

/** What cannot fit the memory is refused when the model is loaded, and what works slowly is only warned of. */
class MemoryNeedTest {

    private static final long GIBIBYTE = 1L << 30;

    private static MemoryNeed need(double cache, double copied, double mapped, double heap, double total) {
        return new MemoryNeed(
                bytes(cache), bytes(copied), bytes(mapped), new MemoryNeed.Memory(bytes(total), bytes(heap)));
    }

    private static long bytes(double gibibytes) {
        return (long) (gibibytes * GIBIBYTE);
    }

    @Test
    void aCacheAndAHeapLargerThanTheMemoryAreRefusedWithWhatWouldFit() {
        assertThatThrownBy(need(3, 0, 2, 6, 8)::requireRoom)
                .isInstanceOf(InsufficientMemoryException.class)
                .hasMessageContaining("KV cache of 3072 MiB")
                .hasMessageContaining("heap of up to 6144 MiB")
                .hasMessageContaining("has 8192 MiB")
                .hasMessageContaining("olmo.engine.kv-cache-size")
                .hasMessageContaining("to at most 2048 MiB");
    }

    @Test
    void copiedWeightsCountAsTheyCannotBeReadAgain() {
        assertThatCode(need(2, 0, 0, 6, 8)::requireRoom).doesNotThrowAnyException();
        assertThatThrownBy(need(2, 1, 0, 6, 8)::requireRoom)
                .isInstanceOf(InsufficientMemoryException.class)
                .hasMessageContaining("copied weights of 1024 MiB")
                .hasMessageContaining("to at most 1024 MiB");
    }

    @Test
    void copiedWeightsThatDoNotFitBesideTheHeapAreRefusedWithATypeThatWould() {
        assertThatThrownBy(() -> need(2, 6, 0, 4, 8).requireRoomForWeights(() -> Optional.of("olmo.weights=int8")))
                .isInstanceOf(InsufficientMemoryException.class)
                .hasMessageContaining("copied weights of 6144 MiB")
                .hasMessageContaining("has 8192 MiB")
                .hasMessageContaining("Set olmo.weights=int8");
        assertThatCode(() -> need(8, 4, 28, 4, 8).requireRoomForWeights(Optional::empty))
                .doesNotThrowAnyException();
    }

    @Test
    void whereNoCacheWouldFitNoSizeIsAdvised() {
        assertThatThrownBy(need(1, 0, 0, 9, 8)::requireRoom)
                .isInstanceOf(InsufficientMemoryException.class)
                .hasMessageContaining("-Xmx")
                .hasMessageNotContaining("at most");
    }

    @Test
    void mappedWeightsThatDoNotFitBesideTheRestWorkWithAWarning() {
        assertThatCode(need(2, 0, 28, 2, 8)::requireRoom).doesNotThrowAnyException();
        assertThat(need(2, 0, 28, 2, 8).warning())
                .hasValueSatisfying(line ->
                        assertThat(line).contains("Weights of 28672 MiB", "KV cache of up to 2048 MiB", "8192 MiB"));
        assertThat(need(2, 0, 4, 2, 8).warning()).isEmpty();
        assertThat(need(2, 4, 0, 2, 8).warning()).isEmpty();
        assertThat(need(2, 3, 2, 2, 8).warning()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        // The JVM's own default, a quarter for the heap, leaves room for a quarter.
        "16, 4, 4",
        "16, 8, 4",
        // Half of what a larger heap leaves.
        "16, 12, 2",
        "16, 14, 1",
        // The least.
        "16, 16, 1",
        "16, 32, 1"
    })
    void theDefaultCacheLeavesRoomForHeapAndWeights(double total, double heap, double cache) {
        assertThat(new MemoryNeed.Memory(bytes(total), bytes(heap)).defaultCache())
                .isEqualTo(bytes(cache));
    }

    @Test
    void aModelIsRefusedForACacheBeyondTheMemoryOfThisMachine() {
        // 2 layers x 2 x 64 floats for each of a million tokens, 4096 times.
        OlmoSpec spec = TestModels.withContext(TestModels.tiny(), 1 << 20);
        long tooMuch = MemoryNeed.Memory.here().total() + GIBIBYTE;
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(spec, TensorType.F32)) {
            assertThatThrownBy(() -> new CpuBackendProvider()
                            .load(checkpoint, TestModels.options(1, tooMuch, 64, 4096), LoadProgress.NONE))
                    .isInstanceOf(InsufficientMemoryException.class)
                    .hasMessageContaining("KV cache of");
        }
    }

    /** The setting is an upper bound: a cache that never grows that large needs no such memory. */
    @Test
    void aSettingThatNoCacheOfTheModelReachesIsNotRefused() {
        long tooMuch = MemoryNeed.Memory.here().total() + GIBIBYTE;
        try (RandomCheckpoint checkpoint = new RandomCheckpoint(TestModels.tiny(), TensorType.F32);
                LoadedModel model = new CpuBackendProvider()
                        .load(checkpoint, TestModels.options(1, tooMuch, 64, 4), LoadProgress.NONE)) {
            assertThat(model.cacheLayout().groups()).isNotEmpty();
        }
    }
}
