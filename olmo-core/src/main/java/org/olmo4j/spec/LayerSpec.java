package org.olmo4j.spec;

/**
 * What differs from layer to layer.
 *
 * @param attention which earlier tokens the layer sees
 * @param rotaryEmbedding how positions are encoded
 */
public record LayerSpec(Attention attention, RotaryEmbedding rotaryEmbedding) {

    /** Which earlier tokens a layer's queries see. */
    public sealed interface Attention {

        /** Every token up to and including itself. */
        record Full() implements Attention {}

        /**
         * The query at position i sees j with i - window &lt; j &lt;= i.
         *
         * @param window number of visible tokens, itself included ({@code sliding_window})
         */
        record SlidingWindow(int window) implements Attention {}
    }
}
