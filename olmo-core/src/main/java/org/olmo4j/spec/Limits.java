package org.olmo4j.spec;

/** Upper bounds of sizes in a configuration, far over every release: a broken file must not make us allocate for what it claims. */
final class Limits {

    static final int LAYERS = 512;
    static final int VOCABULARY = 1 << 20;
    static final int HIDDEN = 65_536;
    static final int INTERMEDIATE = 1 << 19;
    static final int HEADS = 512;
    static final int HEAD_SIZE = 1024;
    static final int CONTEXT = 1 << 24;
    static final int EXPERTS = 1024;
    /** Three matrices each: this keeps the number of tensors under that which a safetensors file may have. */
    static final int EXPERTS_OF_ALL_LAYERS = 32_768;

    static final String CLIP_RANGE = "null or a number over 0 and at most 1e6";

    private Limits() {}

    static boolean clips(double bound) {
        return bound > 0 && bound <= 1e6;
    }
}
