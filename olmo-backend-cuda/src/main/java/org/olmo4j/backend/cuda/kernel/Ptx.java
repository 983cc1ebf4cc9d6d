package org.olmo4j.backend.cuda.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.olmo4j.backend.cuda.driver.ComputeCapability;

/**
 * The PTX for a generation of GPUs. The driver compiles it for any GPU of that generation or a later one.
 *
 * @param capability the oldest that it is for
 * @param text what the driver compiles
 */
public record Ptx(ComputeCapability capability, String text) {

    /** The oldest GPUs that there are kernels for. */
    public static final ComputeCapability OLDEST = new ComputeCapability(7, 5);

    private static final List<ComputeCapability> NEWEST_FIRST =
            List.of(new ComputeCapability(9, 0), new ComputeCapability(8, 0), OLDEST);

    /**
     * The newest kernels that a GPU runs.
     *
     * @param gpu its compute capability
     * @return empty if it is older than {@link #OLDEST}
     */
    public static Optional<Ptx> of(ComputeCapability gpu) {
        return NEWEST_FIRST.stream()
                .filter(capability -> capability.compareTo(gpu) <= 0)
                .findFirst()
                .map(capability -> new Ptx(capability, read(capability)));
    }

    private static String read(ComputeCapability capability) {
        String name = "olmo_" + capability.major() + capability.minor() + ".ptx";
        try (InputStream resource = Ptx.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException(
                        "The jar of olmo-backend-cuda lacks " + name + ": it was repackaged without its resources");
            }
            return new String(resource.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
