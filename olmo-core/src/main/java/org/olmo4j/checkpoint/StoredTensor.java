package org.olmo4j.checkpoint;

import java.util.List;

/**
 * A tensor that a checkpoint of a given spec has on disk.
 *
 * @param name its name there
 * @param shape one or two dimensions
 * @param parts the tensors it is made of, as rows from first to last; one, unless several are stacked
 */
record StoredTensor(String name, List<Integer> shape, List<Part> parts) {

    /**
     * A run of rows.
     *
     * @param key what it is asked for by
     * @param rows how many; for a vector 1
     */
    record Part(TensorKey key, int rows) {}

    static StoredTensor vector(String name, TensorKey key, int length) {
        return new StoredTensor(name, List.of(length), List.of(new Part(key, 1)));
    }

    static StoredTensor matrix(String name, TensorKey key, int rows, int columns) {
        return stacked(name, columns, new Part(key, rows));
    }

    static StoredTensor stacked(String name, int columns, Part... parts) {
        int rows = 0;
        for (Part part : parts) {
            rows = Math.addExact(rows, part.rows());
        }
        return new StoredTensor(name, List.of(rows, columns), List.of(parts));
    }

    int columns() {
        return shape.getLast();
    }
}
