package org.olmo4j.backend.cuda;

import java.util.Optional;
import org.olmo4j.backend.cuda.driver.CudaDriver;
import org.olmo4j.backend.cuda.virtual.VirtualGpu;

/** What tests run on: the virtual GPU, or with {@code -Dolmo.cuda.driver=real} the one of this machine. */
final class TestGpu implements AutoCloseable {

    private static final boolean REAL = "real".equals(System.getProperty("olmo.cuda.driver"));

    private final Optional<VirtualGpu> virtual;

    private TestGpu(Optional<VirtualGpu> virtual) {
        this.virtual = virtual;
    }

    static TestGpu open() {
        return new TestGpu(
                REAL
                        ? Optional.empty()
                        : Optional.of(VirtualGpu.builder().memoryBytes(2L << 30).build()));
    }

    CudaBackendProvider provider() {
        return new CudaBackendProvider(() -> virtual.map(VirtualGpu::symbols).or(CudaDriver::library));
    }

    /** Fails if a kernel did what it must not, or something was not given back. */
    @Override
    public void close() {
        virtual.ifPresent(VirtualGpu::close);
    }
}
