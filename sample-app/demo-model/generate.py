"""Draws training text: conversations in the chat format and plain texts, as token ids with the positions to learn from.

    python generate.py 20        prints 20 examples
"""

import json
import random
import sys
from pathlib import Path

from phrasing import Phrasing

HERE = Path(__file__).parent
END = "<|endoftext|>"
PAD = "<|pad|>"
PLAIN_TEXT_SHARE = 0.05
WHOLE_TEXT_SHARE = 0.15  # share of conversations in which the user's words are learned too, for fluency

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ '<|system|>\n' + message['content'] + '\n' }}"
    "{% elif message['role'] == 'user' %}{{ '<|user|>\n' + message['content'] + '\n' }}"
    "{% elif message['role'] == 'assistant' %}{{ '<|assistant|>\n' + message['content'] + eos_token }}"
    "{% if not loop.last %}{{ '\n' }}{% endif %}{% endif %}"
    "{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}{% endfor %}")


def held_back_questions():
    """All questions whose phrasing training must not see (first questions of a list are only a way to ask the last)."""
    questions = []
    for name in ("held_back.json", "development.json"):
        for entry in json.loads((HERE / name).read_text())["questions"]:
            questions += [entry["ask"]] if isinstance(entry["ask"], str) else entry["ask"][1:]
    return questions


def chat_text(messages):
    """The conversation as CHAT_TEMPLATE renders it, and the (start, end) of each answer with its end of text."""
    text, answers = END, []
    for at, (role, content) in enumerate(messages):
        text += f"<|{role}|>\n"
        start = len(text)
        text += content
        if role == "assistant":
            text += END
            answers.append((start, len(text)))
        if role != "assistant" or at < len(messages) - 1:
            text += "\n"
    return text, answers


class Texts:
    """An endless, seeded source of training text."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.phrasing = Phrasing(self.random, held_back_questions())

    def draw(self):
        """A text and the character spans to learn from."""
        if self.random.random() < PLAIN_TEXT_SHARE:
            text = self.phrasing.plain_text() + END
            return text, [(0, len(text))]
        text, answers = chat_text(self.phrasing.conversation())
        if self.random.random() < WHOLE_TEXT_SHARE:
            answers = [(0, len(text))]
        return text, answers

    def encoded(self, tokenizer, count):
        """`count` examples as (ids, learn), where learn[i] says whether ids[i] is to be predicted."""
        drawn = [self.draw() for _ in range(count)]
        examples = []
        for encoding, (_, spans) in zip(tokenizer.encode_batch([text for text, _ in drawn]), drawn):
            learn = [any(start <= first < end for start, end in spans) for first, _ in encoding.offsets]
            examples.append((encoding.ids, learn))
        return examples


if __name__ == "__main__":
    texts = Texts(seed=int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10):
        print(texts.draw()[0], end="\n\n")
