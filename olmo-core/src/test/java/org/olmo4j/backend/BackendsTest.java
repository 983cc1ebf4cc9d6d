package org.olmo4j.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.olmo4j.backend.Backends.Candidate;
import org.olmo4j.checkpoint.Checkpoint;
import org.olmo4j.error.BackendUnavailableException;

class BackendsTest {

    private record Provider(String name, int priority, Availability availability) implements BackendProvider {

        @Override
        public LoadedModel load(Checkpoint checkpoint, LoadOptions options, LoadProgress progress) {
            throw new UnsupportedOperationException();
        }
    }

    private static final Availability HERE =
            new Availability.Available(List.of(new Availability.Device("0", "a device")), List.of());

    private final Provider cpu = new Provider("cpu", 0, HERE);
    private final Provider cuda =
            new Provider("cuda", 100, new Availability.Unavailable(List.of("no driver", "no device")));
    private final Provider npu = new Provider("npu", 50, HERE);
    private final Backends backends = new Backends(List.of(cpu, cuda, npu));

    @Test
    void autoNamesAllTheFastestFirst() {
        assertThat(backends.candidates("auto"))
                .containsExactly(
                        new Candidate("cuda", Optional.empty(), List.of("no driver", "no device")),
                        new Candidate("npu", Optional.of(npu), List.of()),
                        new Candidate("cpu", Optional.of(cpu), List.of()));
        assertThat(backends.select("auto")).isSameAs(npu);
    }

    @Test
    void anOrderIsKeptAndNamesEachOnce() {
        assertThat(backends.candidates(" CPU , tpu,auto,cpu"))
                .extracting(Candidate::name)
                .containsExactly("cpu", "tpu", "cuda", "npu");
        assertThat(backends.select("cuda,cpu,npu")).isSameAs(cpu);
    }

    @Test
    void nothingAvailableIsToldWithAllReasons() {
        assertThatThrownBy(() -> backends.select("cuda, tpu"))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("(cuda: no driver; cuda: no device; tpu: no such backend on the class path)")
                .hasMessageContaining("[cuda, npu, cpu]");
    }
}
