"""Measures the demo model at temperature 0 on a list of questions, or writes what the Java tests compare with.

    python evaluate.py                       accuracy on the held-back list, with the failures
    python evaluate.py --list development.json
    python evaluate.py --expected ../src/test/resources/demo-model-expected.json

The weights are used as stored (bfloat16 values), computed in float32.
"""

import argparse
import json
import re
from pathlib import Path

import tokenizers
import torch
import transformers
from tokenizers import Tokenizer
from transformers import Olmo2ForCausalLM

HERE = Path(__file__).parent
DEFAULT_MODEL = HERE.parent / "src/main/resources/demo-model"
SMALLEST_MARGIN = 0.01  # expected greedy ids must not hang on rounding
EXPECTED_PROMPTS = [
    [("user", "How many layers does OLMo 7B have?")],
    [("user", "What is the hidden size of OLMo 1B?")],
    [("user", "how many tokens was the twin trained on")],
    [("user", "Which license does OLMo have?")],
    [("user", "Who developed OLMo?")],
    [("user", "What does OLMo 7B score on hellaswag?")],
    [("user", "How much CO2 did OLMo 7B emit?")],
    [("user", "What is the capital of France?")],
    [("user", "How many layers does GPT-4 have?")],
    [("user", "Tell me about OLMo 7B.")],
    [("user", "Tell me a story about a fox.")],
    [("user", "Write a story about a horse.")],
    [("user", "hi")],
    [("user", "What are the betas of OLMo 7B?")],
    [("user", "Can I trust OLMo?")],
    [("system", "You are a helpful assistant."), ("user", "What is the peak learning rate of OLMo 7B?"),
     ("assistant", "The peak learning rate of OLMo 7B is 3.0E-4."), ("user", "And the 1B?")],
]


class DemoModel:
    def __init__(self, folder):
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        self.model = Olmo2ForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.template = json.loads((folder / "tokenizer_config.json").read_text())["chat_template"]
        self.end = self.model.config.eos_token_id

    def rendered(self, messages):
        from transformers.utils.chat_template_utils import render_jinja_template
        text, _ = render_jinja_template(
            conversations=[[dict(role=role, content=content) for role, content in messages]], chat_template=self.template,
            add_generation_prompt=True, bos_token="<|endoftext|>", eos_token="<|endoftext|>")
        return text[0]

    @torch.no_grad()
    def continued(self, text, most=160):
        """Greedy continuation: prompt ids, generated ids with the end id, text, smallest margin of a choice."""
        prompt = self.tokenizer.encode(text).ids
        ids, past, generated, margin = torch.tensor([prompt]), None, [], float("inf")
        while len(generated) < most:
            output = self.model(input_ids=ids, past_key_values=past, use_cache=True)
            past = output.past_key_values
            best = torch.topk(output.logits[0, -1], 2)
            margin = min(margin, float(best.values[0] - best.values[1]))
            generated.append(int(best.indices[0]))
            if generated[-1] == self.end:
                break
            ids = torch.tensor([[generated[-1]]])
        return prompt, generated, self.tokenizer.decode(generated), margin

    def answer(self, questions):
        """Asks the questions one after the other and returns the last answer."""
        messages = []
        for question in [questions] if isinstance(questions, str) else questions:
            messages.append(("user", question))
            messages.append(("assistant", self.continued(self.rendered(messages))[2]))
        return messages[-1][1]


def holds(answer, wanted):
    """Whether the answer has the wanted text, not as a part of a longer word or number."""
    end = r"(?![A-Za-z0-9])(?!\.[0-9])"
    return re.search(r"(?<![A-Za-z0-9])(?<![0-9]\.)" + re.escape(wanted) + end, answer, re.IGNORECASE) is not None


def is_right(answer, entry):
    groups = [[group] if isinstance(group, str) else group for group in entry["contains"]]
    return all(any(holds(answer, wanted) for wanted in group) for group in groups) and not any(
        holds(answer, unwanted) for unwanted in entry.get("excludes", []))


def evaluate(demo, path):
    entries = json.loads(path.read_text())["questions"]
    topics = {}
    for entry in entries:
        answer = demo.answer(entry["ask"])
        right = is_right(answer, entry)
        topics.setdefault(entry["topic"], []).append(right)
        if not right:
            print(f"WRONG  {entry['ask']}\n       -> {answer}\n       wanted {entry['contains']}")
    for topic, results in topics.items():
        print(f"{topic:30s} {sum(results):3d} of {len(results):3d}")
    total = [right for results in topics.values() for right in results]
    print(f"accuracy on {path.name}: {sum(total)} of {len(total)} = {100 * sum(total) / len(total):.1f} %")


def write_expected(demo, path):
    prompts = []
    for messages in EXPECTED_PROMPTS:
        text = demo.rendered(messages)
        prompt, generated, answer, margin = demo.continued(text)
        print(f"{messages[-1][1]}  ->  {answer}  (smallest margin {margin:.3f})")
        if margin < SMALLEST_MARGIN:
            print("       left out: too close a choice")
            continue
        prompts.append(dict(
            messages=[dict(role=role, content=content) for role, content in messages], rendered=text, prompt_ids=prompt,
            generated_ids=generated, generated_text=answer, min_top1_margin=round(margin, 4)))
    path.parent.mkdir(parents=True, exist_ok=True)
    how = dict(transformers=transformers.__version__, tokenizers=tokenizers.__version__, torch=torch.__version__,
               how="weights as stored (bfloat16), up-cast to float32; float32 compute; eager attention; greedy")
    lines = ",\n".join(json.dumps(prompt) for prompt in prompts)
    path.write_text(f'{{"computed_by": {json.dumps(how)},\n"prompts": [\n{lines}\n]}}\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    parser.add_argument("--list", default="held_back.json")
    parser.add_argument("--expected", type=Path, help="write this file instead of measuring")
    parser.add_argument("--ask", help="answer this question instead of measuring")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    demo = DemoModel(options.model)
    if options.ask:
        print(demo.answer(options.ask))
    elif options.expected:
        write_expected(demo, options.expected)
    else:
        evaluate(demo, HERE / options.list)


if __name__ == "__main__":
    main()
