package org.olmo4j.spec;

/** config.json of releases: OLMo-7B-hf as published, the others with the values of their model pages in the keys of that release. */
final class PublishedConfigurations {

    static final String OLMO_7B = """
        {"architectures":["OlmoForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"clip_qkv":null,
        "eos_token_id":50279,"hidden_act":"silu","hidden_size":4096,"initializer_range":0.02,
        "intermediate_size":11008,"max_position_embeddings":2048,"model_type":"olmo","num_attention_heads":32,
        "num_hidden_layers":32,"num_key_value_heads":32,"pad_token_id":1,"pretraining_tp":1,"rope_scaling":null,
        "rope_theta":10000.0,"tie_word_embeddings":false,"torch_dtype":"float32",
        "transformers_version":"4.40.0.dev0","use_cache":true,"vocab_size":50304}\
        """;

    static final String OLMO_1B = """
        {"architectures":["OlmoForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"clip_qkv":null,
        "eos_token_id":50279,"hidden_act":"silu","hidden_size":2048,"initializer_range":0.02,
        "intermediate_size":8192,"max_position_embeddings":2048,"model_type":"olmo","num_attention_heads":16,
        "num_hidden_layers":16,"num_key_value_heads":16,"pad_token_id":1,"pretraining_tp":1,"rope_scaling":null,
        "rope_theta":10000.0,"tie_word_embeddings":true,"torch_dtype":"float32",
        "transformers_version":"4.40.2","use_cache":true,"vocab_size":50304}\
        """;

    static final String OLMO_7B_0424 = """
        {"architectures":["OlmoForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"clip_qkv":8.0,
        "eos_token_id":50279,"hidden_act":"silu","hidden_size":4096,"initializer_range":0.02,
        "intermediate_size":11008,"max_position_embeddings":4096,"model_type":"olmo","num_attention_heads":32,
        "num_hidden_layers":32,"num_key_value_heads":32,"pad_token_id":1,"rope_scaling":null,
        "rope_theta":10000.0,"tie_word_embeddings":false,"torch_dtype":"float32",
        "transformers_version":"4.40.2","use_cache":true,"vocab_size":50304}\
        """;

    static final String OLMO_2_1B = """
        {"architectures":["Olmo2ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,
        "eos_token_id":100257,"hidden_act":"silu","hidden_size":2048,"initializer_range":0.02,
        "intermediate_size":8192,"max_position_embeddings":4096,"model_type":"olmo2","num_attention_heads":16,
        "num_hidden_layers":16,"num_key_value_heads":16,"pad_token_id":100277,"rms_norm_eps":1e-06,
        "rope_scaling":null,"rope_theta":500000,"tie_word_embeddings":false,"torch_dtype":"float32",
        "transformers_version":"4.51.0","use_cache":true,"vocab_size":100352}\
        """;

    static final String OLMO_2_32B = """
        {"architectures":["Olmo2ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,
        "bos_token_id":100257,"eos_token_id":100257,"hidden_act":"silu","hidden_size":5120,
        "initializer_range":0.02,"intermediate_size":27648,"max_position_embeddings":4096,"model_type":"olmo2",
        "num_attention_heads":40,"num_hidden_layers":64,"num_key_value_heads":8,"pad_token_id":100277,
        "rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":500000,"tie_word_embeddings":false,
        "torch_dtype":"float32","transformers_version":"4.49.0","use_cache":true,"vocab_size":100352}\
        """;

    static final String OLMO_3_7B =
            """
            {"architectures":["Olmo3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,
            "eos_token_id":100257,"hidden_act":"silu","hidden_size":4096,"initializer_range":0.02,
            "intermediate_size":11008,"layer_types":[%1$s,%1$s,%1$s,%1$s,%1$s,%1$s,%1$s,%1$s],
            "max_position_embeddings":65536,"model_type":"olmo3","num_attention_heads":32,
            "num_hidden_layers":32,"num_key_value_heads":32,"pad_token_id":100277,"rms_norm_eps":1e-06,
            "rope_scaling":{"attention_factor":1.2079441541679836,"beta_fast":32,"beta_slow":1,"factor":8.0,
            "original_max_position_embeddings":8192,"rope_type":"yarn"},"rope_theta":500000,"sliding_window":4096,
            "tie_word_embeddings":false,"torch_dtype":"bfloat16","transformers_version":"4.57.0","use_cache":true,
            "vocab_size":100278}\
            """.formatted("\"sliding_attention\",\"sliding_attention\",\"sliding_attention\",\"full_attention\"");

    static final String OLMOE_1B_7B = """
        {"architectures":["OlmoeForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"clip_qkv":null,
        "eos_token_id":50279,"hidden_act":"silu","hidden_size":2048,"initializer_range":0.02,
        "intermediate_size":1024,"max_position_embeddings":4096,"model_type":"olmoe","norm_topk_prob":false,
        "num_attention_heads":16,"num_experts":64,"num_experts_per_tok":8,"num_hidden_layers":16,
        "num_key_value_heads":16,"output_router_logits":false,"pad_token_id":1,"rope_scaling":null,
        "rope_theta":10000.0,"router_aux_loss_coef":0.01,"tie_word_embeddings":false,"torch_dtype":"bfloat16",
        "transformers_version":"4.43.0.dev0","use_cache":true,"vocab_size":50304}\
        """;

    static final String ORIGINAL_7B = """
        {"activation_type":"swiglu","alibi":false,"alibi_bias_max":8.0,"architectures":["OLMoForCausalLM"],
        "attention_dropout":0.0,"attention_layer_norm":false,"attention_layer_norm_with_affine":false,
        "bias_for_layer_norm":false,"block_group_size":1,"block_type":"sequential","d_model":4096,
        "embedding_dropout":0.0,"embedding_size":50304,"eos_token_id":50279,"flash_attention":true,
        "include_bias":false,"init_cutoff_factor":null,"init_device":"meta","init_fn":"mitchell","init_std":0.02,
        "layer_norm_type":"default","layer_norm_with_affine":false,"max_sequence_length":2048,
        "mlp_hidden_size":22016,"mlp_ratio":4,"model_type":"hf_olmo","multi_query_attention":false,"n_heads":32,
        "n_layers":32,"pad_token_id":1,"precision":"amp_bf16","residual_dropout":0.0,"rope":true,
        "rope_full_precision":true,"scale_logits":false,"transformers_version":"4.36.2","use_cache":true,
        "vocab_size":50280,"weight_tying":false}\
        """;

    private PublishedConfigurations() {}
}
