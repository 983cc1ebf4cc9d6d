"""Makes the tiny test checkpoints of src/test/resources/tiny-checkpoints, one for every model family and layout.

Each checkpoint is a randomly initialised model of HuggingFace transformers, saved by transformers itself; its
expected.json holds what transformers computes with it (weights up-cast to float32, eager attention). So the expected
values of the Java tests come from an implementation that shares no code with ours. Sizes are odd on purpose: hidden
sizes that are no multiple of 16, uneven intermediate and vocabulary sizes.

Usage, with the packages of requirements.txt beside this file installed:

    python make_tiny_checkpoints.py ../resources/tiny-checkpoints

expected.json:
    input_ids         token ids the logits were computed on
    logits            position -> logits over the whole (padded) vocabulary
    greedy            prompt_ids; ids_without_eos_stop (24 ids); generate_ids (stops at, and includes, an end id)
    scoring           context_ids, continuation_ids, token_logprobs, sum_logprob, is_greedy
"""

import json
import math
import shutil
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, GenerationConfig, Olmo2Config, Olmo3Config, OlmoConfig, OlmoeConfig

# The default end ids of the configuration classes lie outside a tiny vocabulary; they are replaced when saving.
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

NEW_TOKENS = 24
SMALLEST_MARGIN = 0.02  # between the best and the second logit: greedy ids must not hang on rounding
NORM_NAMES = ("norm.weight", "layernorm.weight")

YARN = dict(
    rope_type="yarn",
    factor=4.0,
    original_max_position_embeddings=16,
    attention_factor=1.1386294361119891,
    beta_fast=32.0,
    beta_slow=1.0,
)


class Case:
    """One checkpoint: the configuration, how it is stored, and how config.json is spelled."""

    def __init__(self, config, dtype, seed, shards=1, spelling="old", layout="hf", vocab_size=None, prompt_length=9,
                 input_length=21, end_ids=1):
        self.config = config
        self.dtype = dtype
        self.seed = seed
        self.shards = shards
        self.spelling = spelling
        self.layout = layout
        self.vocab_size = vocab_size or config.vocab_size
        self.prompt_length = prompt_length
        self.input_length = input_length
        self.end_ids = end_ids


def default_rope(theta):
    return dict(rope_type="default", rope_theta=theta)


CASES = {
    # Queries, keys and values have a standard deviation near 1, so clamping at 0.75 changes about half of them.
    "olmo": Case(
        OlmoConfig(
            vocab_size=113, hidden_size=40, intermediate_size=52, num_hidden_layers=2, num_attention_heads=5,
            max_position_embeddings=128, clip_qkv=0.75, pad_token_id=1, rope_parameters=default_rope(10000.0)),
        "float32", seed=101),
    "olmo-tied": Case(
        OlmoConfig(
            vocab_size=109, hidden_size=36, intermediate_size=60, num_hidden_layers=2, num_attention_heads=3,
            max_position_embeddings=96, pad_token_id=1, tie_word_embeddings=True,
            rope_parameters=default_rope(10000.0)),
        "bfloat16", seed=102),
    "olmo-original-layout": Case(
        OlmoConfig(
            vocab_size=112, hidden_size=36, intermediate_size=44, num_hidden_layers=2, num_attention_heads=3,
            max_position_embeddings=128, pad_token_id=1, rope_parameters=default_rope(10000.0)),
        "float32", seed=103, layout="original", vocab_size=101),
    "olmo2": Case(
        Olmo2Config(
            vocab_size=127, hidden_size=56, intermediate_size=76, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=160, rms_norm_eps=1e-6, pad_token_id=7, bos_token_id=5,
            rope_parameters=default_rope(500000.0)),
        "bfloat16", seed=104, end_ids=2),
    # The window (5) is shorter than the prompt, and positions pass YaRN's original context of 16.
    "olmo3": Case(
        Olmo3Config(
            vocab_size=119, hidden_size=40, intermediate_size=52, num_hidden_layers=4, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-6, pad_token_id=7, sliding_window=5,
            rope_parameters=dict(
                sliding_attention=default_rope(500000.0), full_attention=dict(YARN, rope_theta=500000.0))),
        "float16", seed=105, shards=2, prompt_length=23, input_length=37),
    "olmo3-new-spelling": Case(
        Olmo3Config(
            vocab_size=103, hidden_size=36, intermediate_size=44, num_hidden_layers=3, num_attention_heads=2,
            num_key_value_heads=1, max_position_embeddings=64, rms_norm_eps=1e-6, pad_token_id=7, sliding_window=7,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"],
            rope_parameters=dict(
                sliding_attention=default_rope(20000.0), full_attention=dict(YARN, rope_theta=20000.0))),
        "float32", seed=106, spelling="new", prompt_length=23, input_length=37),
    "olmoe": Case(
        OlmoeConfig(
            vocab_size=107, hidden_size=40, intermediate_size=28, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=4, max_position_embeddings=128, num_experts=6, num_experts_per_tok=2,
            norm_topk_prob=False, rms_norm_eps=1e-5, pad_token_id=1, rope_parameters=default_rope(10000.0)),
        "bfloat16", seed=107),
}


def random_model(case, seed):
    """A model whose logits are spread (standard deviation above 1) and whose norm weights are not all one."""
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(case.config)
    generator = torch.Generator().manual_seed(seed)
    hidden = case.config.hidden_size
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if name.endswith(NORM_NAMES):
                parameter.copy_(1.0 + 0.25 * noise)
            elif name == "model.embed_tokens.weight":
                tied = case.config.tie_word_embeddings
                parameter.copy_(noise * (1.4 / math.sqrt(hidden) if tied else 0.8))
            elif name == "lm_head.weight":
                parameter.copy_(noise * 1.4 / math.sqrt(hidden))
                parameter[case.vocab_size:] = 0.0
            else:  # projections: rows are outputs, the last axis is the input
                parameter.copy_(noise * 1.1 / math.sqrt(parameter.shape[-1]))
    return model.to(getattr(torch, case.dtype))


def old_spelling(config, dtype):
    """config.json as the releases before transformers 5 wrote it: rope_theta, rope_scaling, torch_dtype."""
    keys = config.to_dict()
    rope = keys.pop("rope_parameters")
    keys.pop("dtype", None)
    nested = "full_attention" in rope
    rope = rope["full_attention"] if nested else rope
    keys["rope_theta"] = rope["rope_theta"]
    scaling = {key: value for key, value in rope.items() if key != "rope_theta"}
    keys["rope_scaling"] = None if scaling["rope_type"] == "default" else scaling
    keys["torch_dtype"] = dtype
    return keys


def released_keys_only(keys):
    """Leaves out bookkeeping keys that transformers 5 adds and no release carries."""
    unwanted = ("_name_or_path", "chunk_size_feed_forward", "id2label", "label2id", "is_encoder_decoder",
                "output_attentions", "output_hidden_states", "return_dict", "problem_type", "default_theta")
    return {key: value for key, value in sorted(keys.items()) if key not in unwanted}


def original_config(case, end_id):
    """config.json of the first releases (package hf_olmo)."""
    config = case.config
    return {
        "activation_type": "swiglu",
        "alibi": False,
        "architectures": ["OLMoForCausalLM"],
        "attention_layer_norm": False,
        "block_type": "sequential",
        "clip_qkv": config.clip_qkv,
        "d_model": config.hidden_size,
        "embedding_size": config.vocab_size,
        "eos_token_id": end_id,
        "include_bias": False,
        "layer_norm_type": "default",
        "layer_norm_with_affine": False,
        "max_sequence_length": config.max_position_embeddings,
        "mlp_hidden_size": 2 * config.intermediate_size,
        "mlp_ratio": 4,
        "model_type": "hf_olmo",
        "multi_query_attention": False,
        "n_heads": config.num_attention_heads,
        "n_layers": config.num_hidden_layers,
        "pad_token_id": config.pad_token_id,
        "rope": True,
        "scale_logits": False,
        "vocab_size": case.vocab_size,
        "weight_tying": False,
    }


def original_tensors(tensors, layers):
    """Renames and joins the tensors as the original layout has them: q, k, v in one; up before gate in one."""
    result = {
        "model.transformer.wte.weight": tensors["model.embed_tokens.weight"],
        "model.transformer.ff_out.weight": tensors["lm_head.weight"],
    }
    for layer in range(layers):
        source = f"model.layers.{layer}."
        target = f"model.transformer.blocks.{layer}."
        attention = [tensors[f"{source}self_attn.{name}_proj.weight"] for name in "qkv"]
        result[target + "att_proj.weight"] = torch.cat(attention)
        result[target + "attn_out.weight"] = tensors[source + "self_attn.o_proj.weight"]
        result[target + "ff_proj.weight"] = torch.cat(
            [tensors[source + "mlp.up_proj.weight"], tensors[source + "mlp.gate_proj.weight"]])
        result[target + "ff_out.weight"] = tensors[source + "mlp.down_proj.weight"]
    return result


def write_json(path, value, indent=2):
    path.write_text(json.dumps(value, indent=indent) + "\n")


def save(case, model, folder, end_ids):
    """Writes the weights, config.json and generation_config.json; end_ids: the id, or list of ids, that end a text."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model.config.eos_token_id = end_ids[0]
    model.generation_config = GenerationConfig(
        eos_token_id=end_ids if len(end_ids) > 1 else end_ids[0], pad_token_id=case.config.pad_token_id)
    size = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
    limit = size if case.shards == 1 else math.ceil(size / case.shards * 1.1)
    model.save_pretrained(folder, max_shard_size=limit)
    for path in folder.glob("*.safetensors"):
        path.chmod(0o644)
    assert len(list(folder.glob("*.safetensors"))) == case.shards, list(folder.iterdir())
    written = json.loads((folder / "config.json").read_text())
    if case.spelling == "old":
        keys = old_spelling(model.config, case.dtype)
        keys["architectures"] = written["architectures"]
        written = keys
    write_json(folder / "config.json", released_keys_only(written))


def to_original_layout(case, folder, end_ids):
    path = folder / "model.safetensors"
    save_file(original_tensors(load_file(path), case.config.num_hidden_layers), path, metadata={"format": "pt"})
    write_json(folder / "config.json", original_config(case, end_ids[0]))


def load(folder):
    """Loads the written files again, so that what is tested is what is on disk; weights become float32."""
    keys = json.loads((folder / "config.json").read_text())
    options = dict(experts_implementation="eager") if keys["model_type"] == "olmoe" else {}
    model, info = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True, **options)
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info.get(problem), (problem, info[problem])
    return model.eval()


@torch.no_grad()
def logits_of(model, ids):
    return model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]


def greedy(model, prompt):
    """Greedy continuation by whole forward passes without a cache; returns the ids and the smallest margin."""
    ids = list(prompt)
    smallest = math.inf
    for _ in range(NEW_TOKENS):
        last = logits_of(model, ids)[-1]
        best = torch.topk(last, 2).values
        smallest = min(smallest, float(best[0] - best[1]))
        ids.append(int(last.argmax()))
    return ids[len(prompt):], smallest


@torch.no_grad()
def smallest_routing_margin(model, ids):
    """How far the last chosen expert is ahead of the first one left out, as a difference of router logits."""
    logits = []
    hooks = []
    for layer in model.model.layers:
        gate = layer.mlp.gate
        hooks.append(gate.register_forward_pre_hook(
            lambda module, inputs: logits.append(inputs[0].reshape(-1, module.weight.shape[1]) @ module.weight.T)))
    logits_of(model, ids)
    for hook in hooks:
        hook.remove()
    ordered = torch.cat(logits).sort(-1, descending=True).values
    chosen = model.config.num_experts_per_tok
    return float((ordered[:, chosen - 1] - ordered[:, chosen]).min())


def scored(model, context, continuation):
    logits = logits_of(model, (context + continuation)[:-1])[-len(continuation):]
    wanted = torch.tensor(continuation)
    token_logprobs = torch.log_softmax(logits, -1).gather(-1, wanted[:, None])[:, 0]
    return dict(
        context_ids=context,
        continuation_ids=continuation,
        token_logprobs=rounded(token_logprobs),
        sum_logprob=round(float(token_logprobs.sum()), 6),
        is_greedy=bool((logits.argmax(-1) == wanted).all()))


def rounded(values):
    return [round(float(value), 6) for value in values]


def make(name, case, folder):
    """Writes one checkpoint with its expected values; tries seeds until no greedy choice is close."""
    for seed in range(case.seed, case.seed + 50000, 1000):
        generator = torch.Generator().manual_seed(seed + 1)
        ids = torch.randint(8, case.vocab_size, (case.input_length,), generator=generator).tolist()
        prompt = ids[:case.prompt_length]
        save(case, random_model(case, seed), folder, [2])
        model = load(folder)
        continuation, margin = greedy(model, prompt)
        if margin < SMALLEST_MARGIN or len(set(continuation)) < 12:
            continue
        if case.config.model_type == "olmoe":
            routing = min(smallest_routing_margin(model, ids), smallest_routing_margin(model, prompt + continuation))
            if routing < 1e-3:
                continue
        break
    else:
        raise RuntimeError(f"{name}: no seed gave clear greedy choices")

    # An end id that the greedy path meets late, so that stopping is tested too.
    last = max(at for at in range(8, 18) if continuation.index(continuation[at]) == at)
    end_ids = [continuation[last]] if case.end_ids == 1 else [case.vocab_size - 1, continuation[last]]
    if case.end_ids > 1:
        assert case.vocab_size - 1 not in continuation
    save(case, random_model(case, seed), folder, end_ids)
    model = load(folder)
    tensor = torch.tensor([prompt])
    generated = model.generate(
        input_ids=tensor, attention_mask=torch.ones_like(tensor), do_sample=False, max_new_tokens=NEW_TOKENS)
    generated = generated[0].tolist()[len(prompt):]
    assert generated == continuation[:last + 1], (generated, continuation)

    logits = logits_of(model, ids)
    positions = (0, case.input_length // 2, case.input_length - 1)
    write_json(folder / "expected.json", dict(
        computed_by=dict(
            transformers=transformers.__version__,
            torch=torch.__version__,
            how="weights as stored, up-cast to float32; float32 compute; eager attention"),
        seed=seed,
        input_ids=ids,
        logits={str(position): rounded(logits[position]) for position in positions},
        greedy=dict(
            prompt_ids=prompt,
            max_new_tokens=NEW_TOKENS,
            ids_without_eos_stop=continuation,
            generate_ids=generated,
            min_top1_margin=round(margin, 4)),
        scoring=[
            scored(model, ids[:5], ids[5:11]),
            scored(model, prompt, continuation[:4]),
        ]), indent=None)
    if case.layout == "original":
        to_original_layout(case, folder, end_ids)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{name:22s} seed {seed:6d}  {size / 1024:6.1f} KiB  logit std {logits.std():.2f}  margin {margin:.3f}"
          f"  distinct {len(set(continuation))}  stops after {len(generated)}")


def main():
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    for name, case in CASES.items():
        make(name, case, folder / name)


if __name__ == "__main__":
    main()
