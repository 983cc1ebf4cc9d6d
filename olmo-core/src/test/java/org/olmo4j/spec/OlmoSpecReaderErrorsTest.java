package org.olmo4j.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.olmo4j.error.ModelFormatException;

class OlmoSpecReaderErrorsTest {

    private static final String FILE = "/models/olmo/config.json";

    @Test
    void aMissingModelTypeIsNamed() {
        assertRefused("{}", "has no model_type");
        assertRefused("{\"model_type\":null}", "has no model_type");
        assertRefused("{\"model_type\":7}", "model_type is 7", "a string");
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "OLMo", "olmo4", "", "olmo "})
    void anUnknownModelTypeIsNamedWithTheKnownOnes(String type) {
        assertRefused(
                "{\"model_type\":\"" + type + "\"}",
                "model_type is \"" + type + "\"",
                "olmo, hf_olmo, olmo2",
                "olmo3",
                "olmoe");
    }

    @ParameterizedTest
    @ValueSource(strings = {"flex_olmo", "olmo_hybrid"})
    void relativesWithOtherLayersAreNotSupported(String type) {
        assertRefused("{\"model_type\":\"" + type + "\"}", type, "is not supported", "Supported:");
    }

    /** Each row: the key, a value that it must not have, and what the message says is allowed. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        hidden_size             | 0               | 1 to 65536
        hidden_size             | -4096           | 1 to 65536
        hidden_size             | 65537           | 1 to 65536
        hidden_size             | 2147483648      | 1 to 65536
        hidden_size             | "4096"          | 1 to 65536
        hidden_size             | 4096.0          | 1 to 65536
        hidden_size             | [4096]          | 1 to 65536
        hidden_size             | true            | 1 to 65536
        hidden_size             | null            | has no hidden_size
        intermediate_size       | 0               | 1 to 524288
        intermediate_size       | 1e9             | 1 to 524288
        intermediate_size       | null            | has no intermediate_size
        vocab_size              | 0               | 1 to 1048576
        vocab_size              | 1048577         | 1 to 1048576
        vocab_size              | null            | has no vocab_size
        num_hidden_layers       | 0               | 1 to 512
        num_hidden_layers       | 513             | 1 to 512
        num_hidden_layers       | null            | has no num_hidden_layers
        num_attention_heads     | 0               | 1 to 512
        num_attention_heads     | 31              | a divisor of hidden_size, which is 4096
        num_attention_heads     | null            | has no num_attention_heads
        num_attention_heads     | 2               | at most 1024; it would be 2048
        num_key_value_heads     | 0               | 1 to 32
        num_key_value_heads     | 33              | 1 to 32
        num_key_value_heads     | 3               | a divisor of num_attention_heads, which is 32
        head_dim                | 127             | even
        head_dim                | 0               | 2 to 1024
        head_dim                | 1026            | 2 to 1024
        max_position_embeddings | 0               | 1 to 16777216
        max_position_embeddings | 16777217        | 1 to 16777216
        hidden_act              | "gelu"          | "silu"
        hidden_act              | 1               | a string
        clip_qkv                | 0               | over 0
        clip_qkv                | -8.0            | over 0
        clip_qkv                | NaN             | over 0
        clip_qkv                | Infinity        | over 0
        clip_qkv                | 1e400           | over 0
        clip_qkv                | "8.0"           | over 0
        clip_qkv                | true            | over 0
        attention_bias          | "false"         | true or false
        attention_bias          | 0               | true or false
        tie_word_embeddings     | 1               | true or false
        torch_dtype             | 32              | a string
        dtype                   | []              | a string
        eos_token_id            | -1              | 0 to
        eos_token_id            | "50279"         | 0 to
        eos_token_id            | [50279, null]   | 0 to
        eos_token_id            | 50279.0         | 0 to
        rope_theta              | 1               | over 1
        rope_theta              | -10000          | over 1
        rope_theta              | NaN             | over 1
        rope_theta              | "10000"         | over 1
        rope_scaling            | "linear"        | an object
        rope_scaling            | []              | an object
        rope_scaling            | {"full_attention":{}} | one object for all layers
        rope_parameters         | 7               | an object
        partial_rotary_factor   | 0.5             | rotates the whole head
        quantization_config     | {}              | only F32, F16 and BF16
        layer_types             | ["full_attention"] | one entry for each of the 32 layers
        layer_types             | "full_attention" | a list of strings
        layer_types             | [1]             | a list of strings
        d_model                 | 4096            | not both
        """)
    void aWrongValueIsRefusedWithFileKeyAndWhatIsAllowed(String key, String value, String allowed) {
        assertRefused(
                with(PublishedConfigurations.OLMO_7B, key, value),
                key.equals("d_model") ? "hidden_size" : key,
                allowed);
    }

    @Test
    void anOddHeadSizeIsRefused() {
        assertRefused(
                with(with(PublishedConfigurations.OLMO_7B, "hidden_size", "96"), "num_attention_heads", "32"),
                "num_attention_heads",
                "even");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"rope_type":"dynamic","factor":2}              | rope_scaling.rope_type | default, linear, yarn
        {"type":"longrope","factor":2}                  | rope_scaling.type      | default, linear, yarn
        {"rope_type":"llama3","factor":2}               | rope_scaling.rope_type | default, linear, yarn
        {"rope_type":7}                                 | rope_scaling.rope_type | a string
        {"rope_type":"linear","type":"yarn","factor":2} | rope_scaling.type      | only one of the two
        {"factor":2}                                    | has no rope_scaling.rope_type | Add the key
        {"rope_type":"linear"}                          | has no rope_scaling.factor | Add the key
        {"rope_type":"linear","factor":0}               | rope_scaling.factor    | 1 to 1e6
        {"rope_type":"linear","factor":NaN}             | rope_scaling.factor    | 1 to 1e6
        {"rope_type":"yarn"}                            | has no rope_scaling.factor | Add the key
        {"rope_type":"yarn","factor":"8"}               | rope_scaling.factor    | 1 to 1e6
        {"rope_type":"yarn","factor":8,"beta_fast":0}   | rope_scaling.beta_fast | over 0
        {"rope_type":"yarn","factor":8,"beta_slow":-1}  | rope_scaling.beta_slow | over 0
        {"rope_type":"yarn","factor":8,"beta_slow":33}  | rope_scaling.beta_slow | beta_slow at most beta_fast
        {"rope_type":"yarn","factor":8,"beta_fast":0.5} | rope_scaling.beta_fast | beta_slow at most beta_fast
        {"rope_type":"yarn","factor":8,"attention_factor":0} | rope_scaling.attention_factor | over 0
        {"rope_type":"yarn","factor":8,"original_max_position_embeddings":0} | original_max_position_embeddings | 1 to
        {"rope_type":"yarn","factor":8,"mscale":1}      | rope_scaling.mscale    | attention_factor instead
        {"rope_type":"yarn","factor":8,"truncate":false} | rope_scaling.truncate | true
        {"rope_type":"yarn","factor":8,"partial_rotary_factor":0.5} | rope_scaling.partial_rotary_factor | whole head
        """)
    void aWrongScalingIsRefusedWithTheWholePathOfItsKey(String scaling, String key, String allowed) {
        assertRefused(with(PublishedConfigurations.OLMO_2_1B, "rope_scaling", scaling), key, allowed);
    }

    @Test
    void oldAndNewSpellingMayNotContradictEachOther() {
        String config = with(
                with(PublishedConfigurations.OLMO_2_1B, "rope_scaling", "{\"rope_type\":\"linear\",\"factor\":2}"),
                "rope_parameters",
                "{\"rope_type\":\"linear\",\"factor\":4,\"rope_theta\":500000}");
        assertRefused(config, "rope_scaling", "the same as rope_parameters");
        assertRefused(
                with(PublishedConfigurations.OLMO_2_1B, "rope_parameters", "{\"rope_theta\":10000}"),
                "rope_parameters.rope_theta",
                "500000");
        assertRefused(
                with(
                        PublishedConfigurations.OLMO_3_7B,
                        "rope_parameters",
                        "{\"full_attention\":{\"rope_theta\":10000},\"sliding_attention\":{}}"),
                "rope_parameters.full_attention.rope_theta",
                "500000");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        rms_norm_eps   | 0                   | 1e-12 to 0.1
        rms_norm_eps   | -1e-6               | 1e-12 to 0.1
        rms_norm_eps   | 1                   | 1e-12 to 0.1
        rms_norm_eps   | "1e-6"              | 1e-12 to 0.1
        clip_qkv       | 8.0                 | this family does not clip
        sliding_window | 0                   | 1 to
        sliding_window | null                | the window in tokens
        layer_types    | ["full_attention"]  | one entry for each of the 32 layers
        """)
    void aWrongValueOfOlmo3IsRefused(String key, String value, String allowed) {
        assertRefused(with(PublishedConfigurations.OLMO_3_7B, key, value), key, allowed);
    }

    @Test
    void layersOfAnotherTypeAreRefused() {
        assertRefused(
                PublishedConfigurations.OLMO_3_7B.replaceFirst("\"sliding_attention\"", "\"linear_attention\""),
                "layer_types contains \"linear_attention\"",
                "full_attention, sliding_attention");
        assertRefused(
                with(
                        with(PublishedConfigurations.OLMO_2_1B, "num_hidden_layers", "1"),
                        "layer_types",
                        "[\"sliding_attention\"]"),
                "layer_types contains \"sliding_attention\"",
                "Allowed: full_attention.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        num_experts         | 0    | 1 to 1024
        num_experts         | 1025 | 1 to 1024
        num_experts_per_tok | 0    | 1 to 64
        num_experts_per_tok | 65   | 1 to 64
        num_local_experts   | 32   | the value of num_experts, which is 64
        norm_topk_prob      | 0    | true or false
        """)
    void aWrongValueOfAMixtureIsRefused(String key, String value, String allowed) {
        assertRefused(with(PublishedConfigurations.OLMOE_1B_7B, key, value), key, allowed);
    }

    @Test
    void theExpertsOfAllLayersHaveABound() {
        assertRefused(
                with(with(PublishedConfigurations.OLMOE_1B_7B, "num_experts", "1024"), "num_hidden_layers", "512"),
                "num_experts",
                "at most 32768 experts");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        d_model                | null       | has no d_model
        d_model                | 65537      | 1 to 65536
        n_heads                | 3          | a divisor of d_model, which is 4096
        n_heads                | 0          | 1 to 512
        n_heads                | 2          | at most 1024; it would be 2048
        n_layers               | 513        | 1 to 512
        n_layers               | null       | has no n_layers
        max_sequence_length    | null       | has no max_sequence_length
        vocab_size             | null       | has no vocab_size
        embedding_size         | 50279      | 50280 to 1048576
        weight_tying           | null       | has no weight_tying
        weight_tying           | 0          | true or false
        rope                   | false      | true
        rope                   | null       | has no rope
        alibi                  | true       | false
        include_bias           | true       | false
        include_bias           | null       | has no include_bias
        bias_for_layer_norm    | true       | false
        layer_norm_with_affine | true       | false
        layer_norm_with_affine | null       | has no layer_norm_with_affine
        layer_norm_type        | "rms"      | default, low_precision
        layer_norm_eps         | 0          | 1e-12 to 0.1
        attention_layer_norm   | true       | false
        norm_after             | true       | false
        scale_logits           | true       | false
        embedding_layer_norm   | true       | false
        activation_type        | "gelu"     | swiglu
        block_type             | "llama"    | sequential
        block_group_size       | 2          | 1
        mlp_hidden_size        | 22017      | an even number
        mlp_hidden_size        | 0          | 2 to
        mlp_ratio              | 0          | 1 to 64
        clip_qkv               | -1         | over 0
        clip_qkv               | NaN        | over 0
        n_kv_heads             | 8          | what multi_query_attention = false means: 32
        n_kv_heads             | 5          | a divisor of n_heads, which is 32
        rope_theta             | 0          | over 1
        eos_token_id           | "0"        | 0 to
        """)
    void aWrongValueInOriginalKeysIsRefused(String key, String value, String allowed) {
        assertRefused(with(PublishedConfigurations.ORIGINAL_7B, key, value), key, allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "{\"model_type\":\"olmo\",\"model_type\":\"olmo2\"}", "{} {}"})
    void whatIsNotOneJsonObjectIsRefused(String json) {
        assertRefused(json, FILE);
    }

    /** Sets a key of a configuration, replacing its value if it has one. */
    private static String with(String config, String key, String value) {
        String quoted = "\"" + key + "\":";
        int start = config.indexOf(quoted);
        if (start < 0) {
            return "{" + quoted + value + "," + config.substring(1);
        }
        int valueStart = start + quoted.length();
        int valueEnd = switch (config.charAt(valueStart)) {
            case '[' -> config.indexOf(']', valueStart) + 1;
            case '{' -> config.indexOf('}', valueStart) + 1;
            default ->
                Math.min(
                        config.indexOf(',', valueStart) < 0 ? config.length() : config.indexOf(',', valueStart),
                        config.indexOf('}', valueStart));
        };
        assertThat(valueEnd).isPositive();
        return config.substring(0, valueStart) + value + config.substring(valueEnd);
    }

    private static void assertRefused(String json, String... parts) {
        assertThatExceptionOfType(ModelFormatException.class)
                .isThrownBy(() -> OlmoSpecReader.read(json.getBytes(StandardCharsets.UTF_8), FILE))
                .withMessageContaining(FILE)
                .withMessageContainingAll(parts);
    }
}
