package org.olmo4j.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.olmo4j.error.InvalidRequestException;

class LoadOptionsTest {

    @Test
    void whatIsNotSetIsTheDefault() {
        assertThat(LoadOptions.builder().build()).isEqualTo(LoadOptions.DEFAULT);
        assertThat(LoadOptions.DEFAULT.weights()).isEqualTo(WeightType.STORED);
        assertThat(LoadOptions.DEFAULT.keyValues()).isEqualTo(KeyValueType.F32);
    }

    @Test
    void everyOptionCanBeSetAndKept() {
        LoadOptions options = LoadOptions.builder()
                .threads(3)
                .keyValueCacheBytes(4)
                .maxStepTokens(5)
                .maxStepRows(6)
                .devices(List.of("a"))
                .weights(WeightType.INT4)
                .embeddingWeights(WeightType.BF16)
                .keyValues(KeyValueType.BF16)
                .weightCache(Path.of("cache"))
                .build();

        assertThat(options)
                .isEqualTo(new LoadOptions(
                        3,
                        4,
                        5,
                        6,
                        List.of("a"),
                        WeightType.INT4,
                        Optional.of(WeightType.BF16),
                        KeyValueType.BF16,
                        Optional.of(Path.of("cache"))));
        assertThat(options.mutate().build()).isEqualTo(options);
    }

    @Test
    void aValueOutOfItsRangeIsNamed() {
        assertThatThrownBy(() -> LoadOptions.builder().threads(-1).build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("threads is -1");
    }
}
