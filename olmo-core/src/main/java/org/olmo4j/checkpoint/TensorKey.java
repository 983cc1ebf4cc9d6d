package org.olmo4j.checkpoint;

/**
 * What a tensor is asked for by.
 *
 * @param role what it does
 * @param layer 0-based, or {@link #NONE}
 * @param expert 0-based, or {@link #NONE}
 */
record TensorKey(TensorRole role, int layer, int expert) {

    static final int NONE = -1;

    @Override
    public String toString() {
        return role + (layer == NONE ? "" : " of layer " + layer) + (expert == NONE ? "" : ", expert " + expert);
    }
}
