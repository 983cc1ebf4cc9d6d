package org.olmo4j.backend.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.olmo4j.backend.CacheLayout;
import org.olmo4j.backend.KeyValueType;
import org.olmo4j.backend.cuda.driver.DeviceContext;
import org.olmo4j.backend.cuda.driver.DeviceMemory;
import org.olmo4j.backend.cuda.driver.Stream;
import org.olmo4j.backend.cuda.kernel.CacheView;
import org.olmo4j.backend.plan.CacheGroups;
import org.olmo4j.spec.OlmoSpec;

/** Keys and values on a GPU, one piece of memory for each cache group. On its context's thread. */
final class BlockCache implements AutoCloseable {

    private final CacheLayout layout;
    private final List<DeviceMemory> memories = new ArrayList<>();
    private final List<CacheView> views;
    private final int[] groupOfLayer;

    BlockCache(DeviceContext context, OlmoSpec spec, CacheLayout layout, KeyValueType type) {
        this.layout = layout;
        boolean complete = false;
        try {
            for (CacheLayout.Group group : layout.groups()) {
                memories.add(DeviceMemory.allocate(context, group.blockCount() * group.blockBytes()));
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
        CacheGroups groups = new CacheGroups(spec);
        long layerBytes = layerBlock(spec, type).bytes();
        groupOfLayer = IntStream.range(0, spec.layerCount()).map(groups::group).toArray();
        views = IntStream.range(0, spec.layerCount())
                .mapToObj(layer -> new CacheView(
                        type,
                        memories.get(groupOfLayer[layer]).address(),
                        layout.groups().get(groupOfLayer[layer]).blockBytes(),
                        groups.indexInGroup(layer) * layerBytes,
                        layerBytes / 2))
                .toList();
    }

    /**
     * The block of one layer.
     *
     * @param spec of the model
     * @param type of keys and values
     * @return its size
     */
    static CacheGroups.LayerBlock layerBlock(OlmoSpec spec, KeyValueType type) {
        return new CacheGroups.LayerBlock(
                CacheView.BLOCK_TOKENS, 2L * spec.keyValueWidth() * CacheView.BLOCK_TOKENS * type.bytes());
    }

    CacheView view(int layer) {
        return views.get(layer);
    }

    int group(int layer) {
        return groupOfLayer[layer];
    }

    void copyBlocks(Stream stream, int group, int[] from, int[] to) {
        long bytes = layout.groups().get(group).blockBytes();
        DeviceMemory memory = memories.get(group);
        for (int i = 0; i < from.length; i++) {
            stream.copy(memory, from[i] * bytes, memory, to[i] * bytes, bytes);
        }
    }

    @Override
    public void close() {
        memories.forEach(DeviceMemory::close);
    }
}
