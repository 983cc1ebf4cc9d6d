package org.olmo4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.olmo4j.spec.OlmoSpecReader;

/** Expected values are the numbers of parameters of the releases, less the embedding where the output head is another matrix. */
class TokenWeightsTest {

    private static double elements(String json) {
        return TokenWeights.elements(OlmoSpecReader.read(json.getBytes(StandardCharsets.UTF_8), "config.json"));
    }

    @Test
    void aTokenReadsAllOfADenseModelButTheEmbedding() {
        // OLMo 7B has 6,888,095,744 parameters, of which 50,304 x 4,096 are the embedding.
        assertThat(elements("""
            {"model_type":"olmo","hidden_size":4096,"intermediate_size":11008,"max_position_embeddings":2048,
            "num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":32,"vocab_size":50304,
            "rope_theta":10000.0,"tie_word_embeddings":false,"hidden_act":"silu","attention_bias":false,
            "clip_qkv":null,"eos_token_id":50279,"rope_scaling":null}\
            """)).isEqualTo(6_888_095_744d - 50_304 * 4_096);
    }

    @Test
    void aTiedOutputHeadIsReadAsSuch() {
        // OLMo 1B has 1,176,764,416 parameters.
        assertThat(elements("""
            {"model_type":"olmo","hidden_size":2048,"intermediate_size":8192,"max_position_embeddings":2048,
            "num_attention_heads":16,"num_hidden_layers":16,"num_key_value_heads":16,"vocab_size":50304,
            "rope_theta":10000.0,"tie_word_embeddings":true,"hidden_act":"silu","attention_bias":false,
            "clip_qkv":null,"eos_token_id":50279,"rope_scaling":null}\
            """)).isEqualTo(1_176_764_416d);
    }

    @Test
    void aTokenReadsOnlyTheExpertsThatAreChosenForIt() {
        // 16 layers of 4 x 2,048 x 2,048 and 8 experts of 3 x 2,048 x 1,024, and the output head.
        assertThat(elements("""
            {"model_type":"olmoe","hidden_size":2048,"intermediate_size":1024,"max_position_embeddings":4096,
            "num_attention_heads":16,"num_hidden_layers":16,"num_key_value_heads":16,"vocab_size":50304,
            "num_experts":64,"num_experts_per_tok":8,"norm_topk_prob":false,"rms_norm_eps":1e-05,
            "rope_theta":10000.0,"tie_word_embeddings":false,"hidden_act":"silu","attention_bias":false,
            "clip_qkv":null,"eos_token_id":50279,"rope_scaling":null}\
            """)).isEqualTo(16d * (4 * 2_048 * 2_048 + 8 * 3 * 2_048 * 1_024) + 50_304 * 2_048);
    }
}
