package org.olmo4j.backend.cuda.virtual.machine;

import org.olmo4j.backend.cuda.virtual.memory.DeviceMemory;

/**
 * A kernel with everything that a launch says about it.
 *
 * @param cooperative whether its blocks may wait for each other, so that all of them must run at the same time
 * @param gridWorkspace the address of device memory for {@code grid.sync()} of a cooperative launch; 0 for others
 */
public record Launch(
        Kernel kernel,
        Dimensions blocks,
        Dimensions threads,
        int dynamicSharedBytes,
        byte[] parameters,
        boolean cooperative,
        long gridWorkspace,
        DeviceMemory memory,
        Checks checks) {}
