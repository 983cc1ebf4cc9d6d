package org.olmo4j.backend.cuda.virtual.driver;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.olmo4j.backend.cuda.virtual.instruction.LoadedModule;
import org.olmo4j.backend.cuda.virtual.machine.Kernel;
import org.olmo4j.backend.cuda.virtual.memory.Allocation;
import org.olmo4j.backend.cuda.virtual.ptx.PtxModule;
import org.olmo4j.backend.cuda.virtual.ptx.PtxSyntaxException;

/** Functions of modules and of the kernels in them. */
final class ModuleFunctions {

    private static final int ERROR_LOG_BUFFER = 5;
    private static final int ERROR_LOG_BUFFER_SIZE_BYTES = 6;

    /** The newest PTX, as 10 times major plus minor version, that drivers understand from each version of CUDA on. */
    private static final TreeMap<Integer, Integer> NEWEST_PTX = new TreeMap<>(Map.ofEntries(
            Map.entry(10000, 63),
            Map.entry(10010, 64),
            Map.entry(10020, 65),
            Map.entry(11000, 70),
            Map.entry(11010, 71),
            Map.entry(11020, 72),
            Map.entry(11030, 73),
            Map.entry(11040, 74),
            Map.entry(11050, 75),
            Map.entry(11060, 76),
            Map.entry(11070, 77),
            Map.entry(11080, 78),
            Map.entry(12000, 80),
            Map.entry(12010, 81),
            Map.entry(12020, 82),
            Map.entry(12030, 83),
            Map.entry(12040, 84),
            Map.entry(12050, 85),
            Map.entry(12070, 86),
            Map.entry(12080, 87),
            Map.entry(12090, 88),
            Map.entry(13000, 90)));

    /** What texts say does not change, and reading a large one takes longer than most tests. */
    private static final Map<String, PtxModule> READ = new ConcurrentHashMap<>();

    private final DriverState state;

    ModuleFunctions(DriverState state) {
        this.state = state;
    }

    @NativeFunction(value = "cuModuleLoadDataEx", breaksCapture = true)
    void moduleLoadDataEx(
            MemorySegment module, MemorySegment image, int optionCount, MemorySegment options, MemorySegment values) {
        Context context = state.current();
        try {
            PtxModule parsed = READ.computeIfAbsent(HostMemory.text(image), PtxModule::parse);
            requireSupported(parsed, context.device());
            LoadedModule loaded = LoadedModule.load(parsed, context.memory())
                    .orElseThrow(() -> new DriverFailure(
                            CudaResult.CUDA_ERROR_OUT_OF_MEMORY, "no room for the module's variables"));
            HostMemory.setLong(module, state.modules.add(new ModuleOnDevice(context, loaded)));
        } catch (PtxSyntaxException e) {
            writeErrorLog("ptxas application ptx input, " + e.getMessage(), optionCount, options, values);
            throw new DriverFailure(CudaResult.CUDA_ERROR_INVALID_PTX, e.getMessage());
        }
    }

    private void requireSupported(PtxModule module, VirtualDevice device) {
        var newest = NEWEST_PTX.floorEntry(state.driverVersion());
        if (newest == null || module.version() > newest.getValue()) {
            throw new DriverFailure(
                    CudaResult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
                    "PTX %d.%d is newer than what a driver for CUDA %d understands"
                            .formatted(module.version() / 10, module.version() % 10, state.driverVersion()));
        }
        boolean fits = module.targetFeatures().isEmpty()
                ? module.target() <= device.computeCapability()
                : module.target() == device.computeCapability();
        if (!fits) {
            throw new PtxSyntaxException(
                    1,
                    "SM version specified by .target, sm_%d%s, is not that of the device, sm_%d"
                            .formatted(module.target(), module.targetFeatures(), device.computeCapability()));
        }
    }

    private static void writeErrorLog(String text, int optionCount, MemorySegment options, MemorySegment values) {
        int buffer = -1;
        int size = -1;
        for (int i = 0; i < optionCount; i++) {
            switch (HostMemory.intAt(options, i)) {
                case ERROR_LOG_BUFFER -> buffer = i;
                case ERROR_LOG_BUFFER_SIZE_BYTES -> size = i;
                default -> {
                    // The others make no difference here.
                }
            }
        }
        if (buffer < 0 || size < 0) {
            return;
        }
        int room = (int) HostMemory.longAt(values, size);
        if (room > 0) {
            int written = HostMemory.setText(HostMemory.pointerAt(values, buffer), text, room);
            HostMemory.setLongAt(values, size, written);
        }
    }

    @NativeFunction(value = "cuModuleUnload", breaksCapture = true)
    void moduleUnload(long module) {
        ModuleOnDevice unloaded = state.modules.get(module);
        state.finish(unloaded.context()::runAll);
        state.modules.remove(module);
        unloaded.module().unload();
        state.kernels.removeIf(kernel -> kernel.module().equals(unloaded));
    }

    @NativeFunction("cuModuleGetFunction")
    void moduleGetFunction(MemorySegment function, long module, MemorySegment name) {
        ModuleOnDevice from = state.modules.get(module);
        String wanted = HostMemory.text(name);
        Kernel kernel = from.module()
                .kernel(wanted)
                .orElseThrow(
                        () -> new DriverFailure(CudaResult.CUDA_ERROR_NOT_FOUND, "the module has no kernel " + wanted));
        HostMemory.setLong(function, state.kernels.add(new KernelOnDevice(from, kernel)));
    }

    @NativeFunction("cuModuleGetGlobal_v2")
    void moduleGetGlobal(MemorySegment address, MemorySegment bytes, long module, MemorySegment name) {
        String wanted = HostMemory.text(name);
        Allocation variable = state.modules
                .get(module)
                .module()
                .variable(wanted)
                .orElseThrow(() ->
                        new DriverFailure(CudaResult.CUDA_ERROR_NOT_FOUND, "the module has no variable " + wanted));
        if (address.address() != 0) {
            HostMemory.setLong(address, variable.base());
        }
        if (bytes.address() != 0) {
            HostMemory.setLong(bytes, variable.bytes());
        }
    }

    @NativeFunction("cuFuncGetAttribute")
    void funcGetAttribute(MemorySegment value, int attribute, long function) {
        KernelOnDevice kernel = state.kernels.get(function);
        int found = switch (attribute) {
            case 0 -> kernel.kernel().maximumThreads();
            case 1 -> kernel.kernel().staticSharedBytes();
            case 2 -> 0; // constant memory
            case 3 -> kernel.kernel().localBytes();
            case 4 -> Math.min(255, kernel.kernel().registerRows());
            case 5, 6 -> kernel.context().device().computeCapability();
            case 8 -> kernel.maximumDynamicSharedBytes();
            default ->
                throw new DriverFailure(CudaResult.CUDA_ERROR_INVALID_VALUE, "kernels have no attribute " + attribute);
        };
        HostMemory.setInt(value, found);
    }

    @NativeFunction("cuFuncSetAttribute")
    void funcSetAttribute(long function, int attribute, int value) {
        KernelOnDevice kernel = state.kernels.get(function);
        switch (attribute) {
            case 8 -> kernel.setMaximumDynamicSharedBytes(value);
            case 9 -> {
                // How shared memory and cache divide what they share: makes no difference here.
            }
            default ->
                throw new DriverFailure(
                        CudaResult.CUDA_ERROR_INVALID_VALUE, "attribute " + attribute + " of a kernel cannot be set");
        }
    }
}
