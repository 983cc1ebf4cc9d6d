"""Trains the demo model and writes it as a HuggingFace checkpoint.

    python train.py                        the shipped model: about 20 minutes of one free CPU core
    python train.py --steps 200 --output /tmp/demo    a quick try

The text is drawn by generate.py while training; nothing is downloaded. Weights train in float32 (matrix products in
bfloat16), an exponential moving average of them is stored in bfloat16.
"""

import argparse
import json
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import Olmo2Config, Olmo2ForCausalLM

from generate import CHAT_TEMPLATE, END, PAD, Texts

VOCABULARY = 2048
CONTEXT = 1024
SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEFAULT_OUTPUT = Path(__file__).parent.parent / "src/main/resources/demo-model"


def train_tokenizer(seed):
    """A byte-level BPE tokenizer in the form of dolma2, the tokenizer of OLMo 2; the special tokens come last."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), "removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    texts = Texts(seed)
    sample = [texts.draw()[0].replace(END, "") for _ in range(30000)]
    tokenizer.train_from_iterator(sample, trainers.BpeTrainer(
        vocab_size=VOCABULARY - 2, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.add_special_tokens([END, PAD])
    assert tokenizer.get_vocab_size() == VOCABULARY
    return tokenizer


def new_model(tokenizer, seed):
    # Eager attention: for texts of some 40 tokens its backward pass is a quarter faster than the fused one's.
    torch.manual_seed(seed)
    end = tokenizer.token_to_id(END)
    return Olmo2ForCausalLM(Olmo2Config(
        vocab_size=VOCABULARY, hidden_size=256, intermediate_size=640, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=4, max_position_embeddings=CONTEXT, rms_norm_eps=1e-6, tie_word_embeddings=False,
        pad_token_id=tokenizer.token_to_id(PAD), bos_token_id=end, eos_token_id=end,
        rope_parameters=dict(rope_type="default", rope_theta=10000.0), attn_implementation="eager"))


def batches(texts, tokenizer, tokens_per_batch, generator):
    """Endless batches of texts of like length, padded on the right: ids and the mask of what to predict."""
    while True:
        examples = [(ids[:CONTEXT], learn[:CONTEXT]) for ids, learn in texts.encoded(tokenizer, 6000)]
        examples.sort(key=lambda example: len(example[0]))
        groups, group = [], []
        for example in examples:
            if group and len(example[0]) * (len(group) + 1) > tokens_per_batch:
                groups.append(group)
                group = []
            group.append(example)
        for at in torch.randperm(len(groups), generator=generator).tolist():
            length = max(len(ids) for ids, _ in groups[at])
            ids = torch.tensor([ids + [0] * (length - len(ids)) for ids, _ in groups[at]])
            learn = torch.tensor([learn + [False] * (length - len(learn)) for _, learn in groups[at]])
            yield ids, learn


def learning_rate(step, steps, peak):
    """Linear warmup, a plateau, and a linear decay to zero over the last 40 % of the steps."""
    return peak * min(1.0, (step + 1) / 150, (steps - step) / (0.4 * steps))


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_checkpoint(model, weights, tokenizer, folder):
    """The folder as an OLMo 2 release has it, in the key spelling of releases before transformers 5."""
    folder.mkdir(parents=True, exist_ok=True)
    shipped = Olmo2ForCausalLM(model.config)
    shipped.load_state_dict(weights)
    shipped.to(torch.bfloat16).save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    config = model.config
    end, pad = config.eos_token_id, config.pad_token_id
    write_json(folder / "config.json", {
        "architectures": ["Olmo2ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": end,
        "eos_token_id": end, "hidden_act": config.hidden_act, "hidden_size": config.hidden_size,
        "initializer_range": config.initializer_range, "intermediate_size": config.intermediate_size,
        "max_position_embeddings": config.max_position_embeddings, "model_type": "olmo2",
        "num_attention_heads": config.num_attention_heads, "num_hidden_layers": config.num_hidden_layers,
        "num_key_value_heads": config.num_key_value_heads, "pad_token_id": pad, "rms_norm_eps": config.rms_norm_eps,
        "rope_scaling": None, "rope_theta": config.rope_parameters["rope_theta"],
        "tie_word_embeddings": config.tie_word_embeddings, "torch_dtype": "bfloat16", "use_cache": True,
        "vocab_size": config.vocab_size})
    write_json(folder / "generation_config.json", {"bos_token_id": end, "eos_token_id": end, "pad_token_id": pad})
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
    write_json(folder / "special_tokens_map.json", {
        "bos_token": {"content": END, **special}, "eos_token": {"content": END, **special},
        "pad_token": {"content": PAD, **special}})
    write_json(folder / "tokenizer_config.json", {
        "add_bos_token": False, "add_prefix_space": False,
        "added_tokens_decoder": {str(end): {"content": END, **special, "special": True},
                                 str(pad): {"content": PAD, **special, "special": True}},
        "bos_token": END, "chat_template": CHAT_TEMPLATE, "clean_up_tokenization_spaces": False, "eos_token": END,
        "model_max_length": CONTEXT, "pad_token": PAD, "tokenizer_class": "PreTrainedTokenizerFast"})


def train(options):
    torch.set_num_threads(options.threads)
    tokenizer = train_tokenizer(options.seed)
    model = new_model(tokenizer, options.seed)
    print(f"{sum(parameter.numel() for parameter in model.parameters()):,} parameters", flush=True)
    matrices = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() == 1]
    optimizer = torch.optim.AdamW(
        [dict(params=matrices, weight_decay=0.1), dict(params=vectors, weight_decay=0.0)],
        lr=options.peak, betas=(0.9, 0.98), eps=1e-8, fused=True)
    average = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    source = batches(Texts(options.seed + 1), tokenizer, options.tokens, torch.Generator().manual_seed(options.seed))
    started = saved = time.monotonic()
    seen, recent = 0, None
    for step in range(options.steps):
        ids, learn = next(source)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, options.steps, options.peak)
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model.model(input_ids=ids[:, :-1], use_cache=False).last_hidden_state
            logits = model.lm_head(hidden[learn[:, 1:]])
        loss = F.cross_entropy(logits.float(), ids[:, 1:][learn[:, 1:]])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        keep = min(0.999, (step + 1) / (step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.values()), list(model.state_dict().values()), 1.0 - keep)
        seen += ids.numel()
        recent = loss.item() if recent is None else 0.98 * recent + 0.02 * loss.item()
        if (step + 1) % 100 == 0:
            seconds = time.monotonic() - started
            print(f"step {step + 1}  loss {recent:.4f}  {seen / seconds:.0f} tokens/s  {seconds:.0f} s", flush=True)
        if not math.isfinite(recent):
            raise RuntimeError(f"the loss of step {step} is not a number")
        if time.monotonic() - saved > options.save_every:
            write_checkpoint(model, average, tokenizer, options.output)
            saved = time.monotonic()
    write_checkpoint(model, average, tokenizer, options.output)
    print(f"trained on {seen:,} tokens in {time.monotonic() - started:.0f} s; written to {options.output}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--tokens", type=int, default=2048, help="tokens in a batch")
    parser.add_argument("--peak", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=float, default=180, help="seconds between checkpoints")
    train(parser.parse_args())
