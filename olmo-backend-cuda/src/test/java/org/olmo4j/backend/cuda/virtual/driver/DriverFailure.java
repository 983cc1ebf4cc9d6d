package org.olmo4j.backend.cuda.virtual.driver;

/** Ends a function of the virtual driver with another result than success, and says for whoever reads the test why. */
final class DriverFailure extends RuntimeException {

    private final CudaResult result;

    DriverFailure(CudaResult result, String explanation) {
        super(explanation);
        this.result = result;
    }

    CudaResult result() {
        return result;
    }
}
