package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.olmo4j.backend.cuda.virtual.machine.Dimensions;
import org.olmo4j.backend.cuda.virtual.machine.Kernel;

/** Functions that launch kernels, and that capture and launch graphs of them. */
final class LaunchFunctions {

    private static final int MAXIMUM_THREADS = 1024;
    private static final int MAXIMUM_THREADS_Z = 64;
    private static final int MAXIMUM_BLOCKS_YZ = 65535;

    /** Offsets in {@code CUlaunchConfig}, after the six dimensions. */
    private static final int CONFIG_SHARED_BYTES = 24;

    private static final int CONFIG_STREAM = 32;
    private static final int CONFIG_ATTRIBUTES = 40;
    private static final int CONFIG_ATTRIBUTE_COUNT = 48;
    private static final int CONFIG_BYTES = 56;

    /** Of {@code CUlaunchAttribute}: the number is first, the value at offset 8. */
    private static final int ATTRIBUTE_BYTES = 72;

    private static final int ATTRIBUTE_COOPERATIVE = 2;
    private static final int ATTRIBUTE_CLUSTER_DIMENSION = 4;
    private static final int ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION = 6;

    private static final long PARAMETER_BUFFER_POINTER = 1;
    private static final long PARAMETER_BUFFER_SIZE = 2;

    private final DriverState state;

    LaunchFunctions(DriverState state) {
        this.state = state;
    }

    @NativeFunction("cuLaunchKernel")
    void launchKernel(
            long function,
            int blocksX,
            int blocksY,
            int blocksZ,
            int threadsX,
            int threadsY,
            int threadsZ,
            int sharedBytes,
            long stream,
            MemorySegment parameters,
            MemorySegment extra) {
        launch(
                state.kernels.get(function),
                new Dimensions(blocksX, blocksY, blocksZ),
                new Dimensions(threadsX, threadsY, threadsZ),
                sharedBytes,
                state.stream(stream),
                parameters,
                extra,
                false);
    }

    @NativeFunction("cuLaunchKernelEx")
    void launchKernelEx(MemorySegment config, long function, MemorySegment parameters, MemorySegment extra) {
        MemorySegment fields = HostMemory.bytes(config, CONFIG_BYTES);
        launch(
                state.kernels.get(function),
                new Dimensions(intAt(fields, 0), intAt(fields, 4), intAt(fields, 8)),
                new Dimensions(intAt(fields, 12), intAt(fields, 16), intAt(fields, 20)),
                intAt(fields, CONFIG_SHARED_BYTES),
                state.stream(fields.get(ValueLayout.JAVA_LONG_UNALIGNED, CONFIG_STREAM)),
                parameters,
                extra,
                isCooperative(fields));
    }

    private static int intAt(MemorySegment segment, long offset) {
        return segment.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
    }

    private static boolean isCooperative(MemorySegment config) {
        int count = intAt(config, CONFIG_ATTRIBUTE_COUNT);
        boolean cooperative = false;
        for (int i = 0; i < count; i++) {
            MemorySegment attributes = HostMemory.bytes(
                    HostMemory.pointerAt(config.asSlice(CONFIG_ATTRIBUTES), 0), (i + 1L) * ATTRIBUTE_BYTES);
            int id = intAt(attributes, (long) i * ATTRIBUTE_BYTES);
            int value = intAt(attributes, (long) i * ATTRIBUTE_BYTES + 8);
            switch (id) {
                case ATTRIBUTE_COOPERATIVE -> cooperative = value != 0;
                case 0, ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION -> {
                    // Kernels run one after another here, which it allows.
                }
                case ATTRIBUTE_CLUSTER_DIMENSION -> {
                    if (value != 1) {
                        throw new DriverFailure(
                                CudaResult.CUDA_ERROR_NOT_SUPPORTED,
                                "the virtual GPU has no clusters of several blocks");
                    }
                }
                default ->
                    throw new DriverFailure(
                            CudaResult.CUDA_ERROR_INVALID_VALUE,
                            "the virtual GPU does not know launch attribute " + id);
            }
        }
        return cooperative;
    }

    private void launch(
            KernelOnDevice kernel,
            Dimensions blocks,
            Dimensions threads,
            int sharedBytes,
            Stream stream,
            MemorySegment parameters,
            MemorySegment extra,
            boolean cooperative) {
        requireFits(kernel, blocks, threads, sharedBytes, cooperative);
        if (stream.context() != kernel.context()) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_HANDLE, "the stream and the kernel are of different devices");
        }
        byte[] values = parameters(kernel.kernel(), parameters, extra);
        state.enqueue(stream, new KernelWork(state, kernel, blocks, threads, sharedBytes, values, cooperative));
    }

    private static void requireFits(
            KernelOnDevice kernel, Dimensions blocks, Dimensions threads, int sharedBytes, boolean cooperative) {
        String name = kernel.kernel().name();
        if (blocks.x() < 1
                || blocks.y() < 1
                || blocks.z() < 1
                || blocks.y() > MAXIMUM_BLOCKS_YZ
                || blocks.z() > MAXIMUM_BLOCKS_YZ) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_VALUE, "kernel " + name + " with a grid of " + blocks + " blocks");
        }
        if (threads.x() < 1
                || threads.y() < 1
                || threads.z() < 1
                || threads.z() > MAXIMUM_THREADS_Z
                || threads.count() > MAXIMUM_THREADS) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_VALUE, "kernel " + name + " with blocks of " + threads + " threads");
        }
        if (threads.count() > kernel.kernel().maximumThreads()) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES,
                    "kernel %s with blocks of %s threads, compiled for %d at most"
                            .formatted(name, threads, kernel.kernel().maximumThreads()));
        }
        if (sharedBytes < 0 || sharedBytes > kernel.maximumDynamicSharedBytes()) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_VALUE,
                    "kernel %s with %d bytes of dynamic shared memory; without cuFuncSetAttribute it may have %d"
                            .formatted(name, sharedBytes, kernel.maximumDynamicSharedBytes()));
        }
        int multiprocessors = kernel.context().device().multiprocessors();
        if (cooperative && blocks.count() > multiprocessors * (2048 / threads.count())) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE,
                    "kernel %s: %s blocks of %s threads do not run at the same time on %d multiprocessors"
                            .formatted(name, blocks, threads, multiprocessors));
        }
    }

    /** Copies the values: those are free for the caller as soon as the launch returns. */
    private static byte[] parameters(Kernel kernel, MemorySegment pointers, MemorySegment extra) {
        byte[] values = new byte[kernel.parameterBytes()];
        if (extra.address() != 0) {
            copyBuffer(kernel, extra, values);
            return values;
        }
        for (int i = 0; i < kernel.parameters().size(); i++) {
            Kernel.Parameter parameter = kernel.parameters().get(i);
            MemorySegment pointer = HostMemory.pointerAt(pointers, i);
            if (pointer.address() == 0) {
                throw new DriverFailure(
                        CudaResult.CUDA_ERROR_INVALID_VALUE,
                        "kernel %s has %d parameters, but the pointer to number %d is null"
                                .formatted(kernel.name(), kernel.parameters().size(), i));
            }
            MemorySegment.copy(
                    HostMemory.bytes(pointer, parameter.bytes()),
                    ValueLayout.JAVA_BYTE,
                    0,
                    values,
                    parameter.offset(),
                    parameter.bytes());
        }
        return values;
    }

    private static void copyBuffer(Kernel kernel, MemorySegment extra, byte[] values) {
        MemorySegment buffer = MemorySegment.NULL;
        long bytes = -1;
        for (int i = 0; HostMemory.longAt(extra, i) != 0; i += 2) {
            long key = HostMemory.longAt(extra, i);
            if (key == PARAMETER_BUFFER_POINTER) {
                buffer = HostMemory.pointerAt(extra, i + 1);
            } else if (key == PARAMETER_BUFFER_SIZE) {
                bytes = HostMemory.longAt(HostMemory.pointerAt(extra, i + 1), 0);
            }
        }
        if (bytes != values.length) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_INVALID_VALUE,
                    "kernel %s has %d bytes of parameters, and gets %d".formatted(kernel.name(), values.length, bytes));
        }
        MemorySegment.copy(HostMemory.bytes(buffer, bytes), ValueLayout.JAVA_BYTE, 0, values, 0, values.length);
    }

    @NativeFunction("cuStreamBeginCapture_v2")
    void streamBeginCapture(long stream, int mode) {
        Stream captured = state.stream(stream);
        if (captured.capture() != null || captured == captured.context().defaultStream()) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
                    "the stream is being captured, or is the default stream, which cannot be");
        }
        state.beginCapture(new Capture(captured, Capture.Mode.of(mode)));
    }

    @NativeFunction("cuStreamEndCapture")
    void streamEndCapture(long stream, MemorySegment graph) {
        Capture capture = state.stream(stream).capture();
        HostMemory.setLong(graph, 0);
        if (capture == null || capture.origin() != state.stream(stream)) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "no capture was begun in this stream");
        }
        if (capture.mode() != Capture.Mode.RELAXED && capture.thread() != Thread.currentThread()) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD,
                    "the capture was begun by " + capture.thread().getName());
        }
        boolean joined = capture.isJoined();
        state.endCapture(capture);
        List<Work> work = capture.end();
        if (capture.isInvalid()) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "a call during the capture was not allowed");
        }
        if (!joined) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED,
                    "the stream does not wait for all streams that were drawn into its capture");
        }
        HostMemory.setLong(graph, state.graphs.add(work));
    }

    @NativeFunction("cuGraphInstantiateWithFlags")
    void graphInstantiateWithFlags(MemorySegment executable, long graph, long flags) {
        HostMemory.setLong(executable, state.executableGraphs.add(state.graphs.get(graph)));
    }

    @NativeFunction("cuGraphLaunch")
    void graphLaunch(long executable, long stream) {
        List<Work> work = state.executableGraphs.get(executable);
        state.enqueue(state.stream(stream), new Work() {
            @Override
            public void queued() {
                work.forEach(Work::queued);
            }

            @Override
            public void run() {
                state.tally().graphLaunch();
                work.forEach(Work::run);
            }
        });
    }

    @NativeFunction("cuGraphExecDestroy")
    void graphExecDestroy(long executable) {
        state.executableGraphs.remove(executable);
    }

    @NativeFunction("cuGraphDestroy")
    void graphDestroy(long graph) {
        state.graphs.remove(graph);
    }
}
