package org.olmo4j.backend.cuda.virtual.machine;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The registers that the machine sets before a warp starts. Those that change while it runs, the clocks, are read by an instruction instead. */
public enum SpecialRegister {
    TID_X("%tid.x"),
    TID_Y("%tid.y"),
    TID_Z("%tid.z"),
    NTID_X("%ntid.x"),
    NTID_Y("%ntid.y"),
    NTID_Z("%ntid.z"),
    CTAID_X("%ctaid.x"),
    CTAID_Y("%ctaid.y"),
    CTAID_Z("%ctaid.z"),
    NCTAID_X("%nctaid.x"),
    NCTAID_Y("%nctaid.y"),
    NCTAID_Z("%nctaid.z"),
    LANEID("%laneid"),
    WARPID("%warpid"),
    NWARPID("%nwarpid"),
    SMID("%smid"),
    NSMID("%nsmid"),
    GRIDID("%gridid"),
    LANEMASK_EQ("%lanemask_eq"),
    LANEMASK_LT("%lanemask_lt"),
    LANEMASK_LE("%lanemask_le"),
    LANEMASK_GT("%lanemask_gt"),
    LANEMASK_GE("%lanemask_ge"),
    /** The upper half of the address of the memory that a cooperative launch gives its blocks to meet in; 0 in other launches. */
    GRID_WORKSPACE_HIGH("%envreg1"),
    /** Its lower half. */
    GRID_WORKSPACE_LOW("%envreg2"),
    DYNAMIC_SHARED_BYTES("%dynamic_smem_size"),
    TOTAL_SHARED_BYTES("%total_smem_size");

    private static final Map<String, SpecialRegister> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(r -> r.ptxName, Function.identity()));

    private final String ptxName;

    SpecialRegister(String ptxName) {
        this.ptxName = ptxName;
    }

    /** The register with this name; null if there is none. */
    public static @Nullable SpecialRegister of(String ptxName) {
        return BY_NAME.get(ptxName);
    }

    long value(Block block, int warp, int lane) {
        Launch launch = block.launch();
        Dimensions threads = launch.threads();
        Dimensions thread = threads.at(warp * (long) Warp.LANES + lane);
        return switch (this) {
            case TID_X -> thread.x();
            case TID_Y -> thread.y();
            case TID_Z -> thread.z();
            case NTID_X -> threads.x();
            case NTID_Y -> threads.y();
            case NTID_Z -> threads.z();
            case CTAID_X -> block.position().x();
            case CTAID_Y -> block.position().y();
            case CTAID_Z -> block.position().z();
            case NCTAID_X -> launch.blocks().x();
            case NCTAID_Y -> launch.blocks().y();
            case NCTAID_Z -> launch.blocks().z();
            case LANEID -> lane;
            case WARPID -> warp;
            case NWARPID -> (threads.count() + Warp.LANES - 1) / Warp.LANES;
            case SMID, GRIDID -> 0;
            case NSMID -> 1;
            case LANEMASK_EQ -> 1L << lane;
            case LANEMASK_LT -> (1L << lane) - 1;
            case LANEMASK_LE -> (2L << lane) - 1;
            case LANEMASK_GT -> 0xFFFF_FFFFL & ~((2L << lane) - 1);
            case LANEMASK_GE -> 0xFFFF_FFFFL & ~((1L << lane) - 1);
            case GRID_WORKSPACE_HIGH -> launch.gridWorkspace() >>> 32;
            case GRID_WORKSPACE_LOW -> launch.gridWorkspace() & 0xFFFF_FFFFL;
            case DYNAMIC_SHARED_BYTES -> launch.dynamicSharedBytes();
            case TOTAL_SHARED_BYTES -> launch.kernel().staticSharedBytes() + launch.dynamicSharedBytes();
        };
    }
}
