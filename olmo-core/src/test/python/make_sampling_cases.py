"""Writes the expected values of the sampling tests: src/test/resources/sampling/cases.json.

The kept tokens and their probabilities come from the processors that transformers' own `generate` builds, in its own order; log-probabilities
from torch; random numbers from the formula in RandomNumbers' documentation, in Python's unbounded integers.

    python make_sampling_cases.py        (needs requirements.txt)
"""

import json
import math
import random
from pathlib import Path

import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList, Olmo2Config, Olmo2ForCausalLM

VOCABULARY = 50
USABLE = 46
OUTPUT = Path(__file__).parent.parent / "resources" / "sampling" / "cases.json"

MODEL = Olmo2ForCausalLM(
    Olmo2Config(vocab_size=VOCABULARY, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
)


class MaskIdsWithoutToken(LogitsProcessor):
    def __call__(self, input_ids, scores):
        scores = scores.clone()
        scores[:, USABLE:] = -math.inf
        return scores


class FrequencyAndPresence(LogitsProcessor):
    """OpenAI's definition: logit -= count * frequency + (count > 0) * presence, over generated tokens."""

    def __init__(self, prompt_length, frequency, presence):
        self.prompt_length, self.frequency, self.presence = prompt_length, frequency, presence

    def __call__(self, input_ids, scores):
        counts = torch.bincount(input_ids[0, self.prompt_length :], minlength=scores.shape[-1])
        return scores - (counts * self.frequency + (counts > 0) * self.presence)


def process(case):
    prompt, generated, options = case["prompt"], case["generated"], case["options"]
    sample = options["temperature"] > 0
    config = GenerationConfig(
        do_sample=sample,
        temperature=options["temperature"] if sample else 1.0,
        top_k=options["topK"],
        top_p=options["topP"],
        min_p=options["minP"] if options["minP"] > 0 else None,
        repetition_penalty=options["repetitionPenalty"],
        sequence_bias=[[[int(i)], b] for i, b in options["logitBias"].items()] or None,
    )
    processors = MODEL._get_logits_processor(
        generation_config=config,
        input_ids_seq_length=len(prompt),
        logits_processor=LogitsProcessorList(
            [FrequencyAndPresence(len(prompt), options["frequencyPenalty"], options["presencePenalty"])]
        ),
    )
    input_ids = torch.tensor([prompt + generated])
    scores = torch.tensor([case["logits"]], dtype=torch.float32)
    for processor in [MaskIdsWithoutToken(), *processors]:
        before, scores = scores, processor(input_ids, scores)
        if type(processor).__name__ == "TopPLogitsWarper":
            cumulated = before.double().softmax(-1).sort(descending=True).values.cumsum(-1)
            if (cumulated - options["topP"]).abs().min() < 1e-5:
                return False  # too close to the border for float32 to be a judge
    if not sample:
        case["greedy"] = int(scores[0].argmax())
        return True
    probabilities = scores[0].double().softmax(-1)
    kept = [i for i in range(VOCABULARY) if scores[0, i] > -math.inf]
    case["kept"] = kept
    case["probabilities"] = [round(float(probabilities[i]), 10) for i in kept]
    return True


def options_of(rng, kind):
    options = {
        "temperature": 1.0,
        "topK": 0,
        "topP": 1.0,
        "minP": 0.0,
        "repetitionPenalty": 1.0,
        "frequencyPenalty": 0.0,
        "presencePenalty": 0.0,
        "logitBias": {},
    }
    everything = kind == "everything"
    if everything or kind == "temperature":
        options["temperature"] = rng.choice([0.1, 0.5, 0.7, 1.3, 2.0, 10.0])
    if everything or kind == "topK":
        options["topK"] = rng.choice([1, 2, 5, 20, 45, 46, 60])
    if everything or kind == "topP":
        options["topP"] = rng.choice([0.01, 0.1, 0.5, 0.8, 0.9, 0.95, 0.999])
    if everything or kind == "minP":
        options["minP"] = rng.choice([0.01, 0.05, 0.2, 0.9])
    if everything or kind in ("penalties", "greedy"):
        options["repetitionPenalty"] = rng.choice([0.8, 1.1, 1.5])
        options["frequencyPenalty"] = rng.choice([-0.5, 0.3, 1.2])
        options["presencePenalty"] = rng.choice([-1.0, 0.4, 2.0])
    if everything or kind in ("logitBias", "greedy"):
        ids = rng.sample(range(VOCABULARY), 4)
        options["logitBias"] = {str(i): rng.choice([-100.0, -2.5, 1.5, 5.0]) for i in ids}
    if kind == "greedy":
        options["temperature"] = 0.0
    return options


def sampling_cases(rng):
    cases = []
    kinds = ["plain", "temperature", "topK", "topP", "minP", "penalties", "logitBias", "everything", "greedy"]
    while len(cases) < 180:
        kind = kinds[len(cases) % len(kinds)]
        # Rounded logits tie; transformers leaves open which of several equal ones top-p keeps, so it gets distinct ones.
        tied = kind in ("topK", "minP", "greedy") and rng.random() < 0.5
        scale = rng.choice([0.5, 2.0, 6.0])
        logits = [round(rng.gauss(0, scale), 4) for _ in range(VOCABULARY)]
        if tied:
            logits = [float(round(x)) for x in logits]
        prompt = [rng.randrange(VOCABULARY) for _ in range(rng.randrange(1, 12))]
        case = {
            "kind": kind,
            "logits": logits,
            "prompt": prompt,
            "generated": [rng.choice(range(12)) for _ in range(rng.randrange(0, 15))],
            "options": options_of(rng, kind),
        }
        if process(case):
            cases.append(case)
    return cases


def log_probability_cases(rng):
    cases = []
    for top in (0, 1, 5, 60):
        for scale in (0.1, 3.0, 40.0):
            logits = [round(rng.gauss(0, scale), 4) for _ in range(VOCABULARY)]
            logits[7] = logits[30]
            target = rng.randrange(VOCABULARY)
            values = torch.tensor(logits, dtype=torch.float32).double().log_softmax(-1)
            order = sorted(range(VOCABULARY), key=lambda i: (-float(values[i]), i))[:top]
            cases.append(
                {
                    "logits": logits,
                    "target": target,
                    "top": top,
                    "logProbability": float(values[target]),
                    "topIds": order,
                    "topLogProbabilities": [float(values[i]) for i in order],
                }
            )
    return cases


MASK = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(z):
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def uniform(seed, sample_index, position):
    state = mix((seed + GAMMA) & MASK)
    state = mix((state + GAMMA + sample_index) & MASK)
    state = mix((state + GAMMA + position) & MASK)
    return (state >> 11) * 2.0**-53


def random_number_cases(rng):
    places = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (-1, 0, 5), (2**63 - 1, 3, 4095)]
    places += [(rng.randrange(2**53), rng.randrange(8), rng.randrange(65536)) for _ in range(20)]
    return [{"seed": s, "sampleIndex": i, "position": p, "uniform": uniform(s, i, p)} for s, i, p in places]


def main():
    rng = random.Random(20261124)
    cases = {
        "usableVocabulary": USABLE,
        "sampling": sampling_cases(rng),
        "logProbabilities": log_probability_cases(rng),
        "randomNumbers": random_number_cases(rng),
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, value in cases.items():
        if isinstance(value, list):
            body = ",\n".join(json.dumps(case, separators=(",", ":")) for case in value)
            lines.append(f'"{name}":[\n{body}\n]')
        else:
            lines.append(f'"{name}":{value}')
    OUTPUT.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"wrote {OUTPUT.name}: {len(cases['sampling'])} sampling cases")


if __name__ == "__main__":
    main()
