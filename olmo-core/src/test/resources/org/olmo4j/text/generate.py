"""Makes the toy tokenizers beside this script and what Python makes of texts, bytes and templates.

Expected values of the tests of org.olmo4j.text come from here: HuggingFace tokenizers 0.23.2, Jinja2 3.1.6 (set up as
transformers does) and Python's UTF-8 decoder. Run it in this folder: python generate.py
"""

import json
import random

from jinja2.exceptions import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

CORPUS = [
    "The quick brown fox jumps over the lazy dog. The dog does not mind; the fox does.",
    "A language model reads a text and says what may come next, token by token.",
    "int main() { return 0; }    // four spaces",
    "Grüße aus Köln: naïve café, œuvre, 東京, 你好，世界, Привет, 🙂🙂 and 👩‍👧.",
] * 4
SPECIAL = ["<|endoftext|>", "<|pad|>", "<|im_start|>", "<|im_end|>"]

TEXTS = [
    "", " ", "a", "The quick brown fox", "the dog\nthe fox\n\n", "  two  spaces   three    four     five", "x" * 50,
    "Grüße aus Köln", "naïve café", "e\u0301 combining", "東京 你好，世界", "🙂", "👩‍👧 family", "\u00a0nbsp\u2003em", "tab\tand\r\nline",
    "\x00 NUL \x00\x00", "\ufffd replacement", "<|endoftext|>", "a<|endoftext|>b", "<|im_start|>user\nHi<|im_end|>\n",
    "<|im_start", "<|im_start|", "|im_end|>", "<|<|im_end|>|>", "<|endoftext|><|endoftext|>", "< |endoftext|>", "<|pad|> <|pad|>",
    "int main() {\n    return 0;\n}\n", "123 4567 3.14", "!?.,;:-_()[]{}", "unknownwörd zzz", "[UNK] [PAD] <unk> <s> </s>", "##ing ##",
    "<0x41> <0xFF>", "{{ 7 * 7 }} {% raw %}", "\u2028line\u2029para\x85next", "ﬁ ligature Ⅷ", "한글 (decomposed)",
]


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_tokens([AddedToken("    ", normalized=True), AddedToken("|||EMAIL|||", normalized=False)])
    # After the others, so that its id is counted on from theirs.
    tokenizer.add_special_tokens(["<|late|>"])
    return tokenizer


def word_level():
    words = sorted({word for text in CORPUS for word, _ in pre_tokenizers.Whitespace().pre_tokenize_str(text)})
    vocabulary = {word: i for i, word in enumerate(["[UNK]", "<|endoftext|>", "<|pad|>"] + words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(["[UNK]", "<|endoftext|>", "<|pad|>"])
    return tokenizer


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=["[UNK]", "[PAD]"], show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def byte_fallback():
    pieces = ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)]
    letters = sorted({c for text in CORPUS for c in text.replace(" ", "▁") if ord(c) < 0x2600})
    merges = [("t", "h"), ("th", "e"), ("▁", "the"), ("q", "u"), ("o", "x"), ("▁", "▁"), ("f", "ox"), ("▁", "fox")]
    vocabulary = {piece: i for i, piece in enumerate(pieces + letters + [a + b for a, b in merges])}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    return tokenizer


def metaspace():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=200, special_tokens=["<unk>", "</s>"], unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def tokenizer_cases(name, tokenizer):
    tokenizer.save(f"{name}.json", pretty=False)
    generator = random.Random(name)
    cases = []
    for text in TEXTS:
        tokenizer.encode_special_tokens = False
        ids = tokenizer.encode(text).ids
        tokenizer.encode_special_tokens = True
        cases.append({"text": text, "ids": ids, "plain_ids": tokenizer.encode(text).ids})
    tokenizer.encode_special_tokens = False
    size = max(tokenizer.get_vocab(with_added_tokens=True).values()) + 1
    # Bytes that are no UTF-8 become another number of U+FFFD with ByteFallback, depending on what follows: left out.
    usable = [i for i in range(size) if not tokenizer.id_to_token(i).startswith("<0x")]
    sequences = []
    for _ in range(100):
        ids = [generator.choice(usable) for _ in range(generator.randint(1, 25))]
        sequences.append({
            "ids": ids,
            "text": tokenizer.decode(ids, skip_special_tokens=False),
            "text_skip": tokenizer.decode(ids, skip_special_tokens=True)})
    return {"size": size, "encode": cases, "decode": sequences}


def utf8_cases():
    generator = random.Random(1)
    starts = [0x41, 0x7F, 0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF]
    cases = []
    for _ in range(500):
        data = bytearray()
        for _ in range(generator.randint(1, 12)):
            kind = generator.random()
            if kind < 0.4:
                data.append(generator.choice(starts))
            elif kind < 0.8:
                data.append(generator.choice([0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF]))
            else:
                data += generator.choice(["é", "東", "🙂", "x"]).encode()
        cases.append({"hex": data.hex(), "text": bytes(data).decode("utf-8", "replace")})
    return cases


MESSAGES = [
    {"role": "system", "content": "  Be brief. \n"},
    {"role": "user", "content": "Hi {{ 1+1 }} {% x %} <b>&\"' ünï 🙂"},
    {"role": "assistant", "content": "<think>\nhm\n</think>\n\nHello"},
    {"role": "user", "content": "Bye\n"},
]

TEMPLATES = [
    "{% for m in messages %}{{ m['content'] }}|{% endfor %}",
    "{% for m in messages %}\n  {% if m.role == 'user' %}\n{{ m.content }}\n  {% endif %}\n{% endfor %}\n",
    "{%- for m in messages -%}\n {{- m.content | trim -}} \n{%- endfor -%}",
    "{{ messages[0]['content'].strip() }}|{{ messages[0].content.lstrip() }}|{{ messages[0].content.rstrip() }}|",
    "{{ messages[2].content.split('</think>')[-1].lstrip('\\n') }}",
    "{{ 'a|b|c'.split('|')[1] }}{{ 'a.b.c'.split('.', 1)[1] }}{{ ' a  b '.split()|join('-') }}{{ 'aXbX'.count('X') }}{{ 'abc'.find('c') }}",
    "{{ 'abc'.rstrip('c') }}{{ 'xxabc'.lstrip('x') }}{{ 'xaxx'.strip('x') }}{{ 'Ab'.upper() }}{{ 'Ab'.lower() }}{{ 'aXb'.replace('X', '-') }}",
    "{% if messages[1].content.startswith('Hi') and not messages[1].content.endswith('x') %}yes{% endif %}",
    "{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% set s = messages[0]['content'] %}{% else %}"
    "{% set rest = messages %}{% set s = '' %}{% endif %}{{ s }}{% for m in rest %}{{ loop.index0 }}{{ loop.index }}{{ loop.length }}"
    "{% if loop.first %}F{% endif %}{% if loop.last %}L{% endif %}{% endfor %}",
    "{% set ns = namespace(n=0, last='') %}{% for m in messages %}{% if m.role == 'user' %}{% set ns.n = ns.n + 1 %}"
    "{% set ns.last = m.content %}{% endif %}{% endfor %}{{ ns.n }}{{ ns.last }}",
    "{{ messages | selectattr('role', 'equalto', 'user') | list | length }}{{ messages | rejectattr('role', 'equalto', 'user') | map(attribute='role') | join(',') }}",
    "{{ messages | selectattr('role', '==', 'user') | map(attribute='content') | join('~') }}",
    "{% if 'think' in messages[2].content %}yes{% else %}no{% endif %}{% if 'x' not in messages[3].content %}no{% endif %}",
    "{{ messages[1]['content'] | tojson }}",
    "{% if tools is none %}none{% endif %}{% if not tools %}absent{% endif %}{% if tools is defined and tools %}A{% else %}B{% endif %}",
    "{% if nothing is defined %}A{% else %}B{% endif %}{{ nothing }}",
    "{{ raise_exception('no ' + messages[0].role) }}",
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('alternate') }}{% endif %}{% endfor %}",
    "{{ bos_token + 'x' + eos_token }}{{ 'a' ~ 1 ~ 'b' }}",
    "{%- macro turn(m, x='d') -%}[{{ m.role }}:{{ m.content|trim }}:{{ x }}]{%- endmacro -%}{{ turn(messages[0]) }}{{ turn(messages[1], 'q') }}{{ turn(messages[3], x=3) }}",
    "{{ 'a' if add_generation_prompt else 'b' }}",
    "{{ messages[-1].content }}{{ messages[::-1][0].role }}{% for m in messages[::-1] %}{{ m.role }};{% endfor %}",
    "{{ messages[1].content[:5] }}|{{ messages[1].content[3:6] }}",
    "{% for m in messages %}{% if loop.index0 == 1 %}{% continue %}{% endif %}{% if loop.index0 == 3 %}{% break %}{% endif %}{{ m.role }}{% endfor %}",
    "{%- if true %}\n  a\n{%- endif %}\n\nb\n",
    "  {% if true %}\n  a  \n  {% endif %}\n  b\n\n",
    "{# comment {{ x }} #}\nx{#- c -#}  y",
    "a\n\n",
    "{{ 'a\\nb' }}{{ \"c\\td\" }}{{ 'e\\\\f' }}{{ 'q\\'q' }}",
    "{{ '}}' }}{{ '%}' }}{% if '%}' == '%}' %}{{ \"{{\" }}{% endif %}",
    "{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ 1 if false else 2 + 3 }}",
    "{% if not true or true %}a{% endif %}{% if 1 == 1 and 2 > 1 %}b{% endif %}{% if not 1 == 2 %}c{% endif %}{% if not (1 == 2) %}d{% endif %}",
    "{% if not messages[0]['role'] == 'user' %}a{% endif %}{% if not 'x' in messages[0].role and not 2 in [1] %}b{% endif %}"
    "{% if not messages[0].content is string %}c{% endif %}{% if messages[0].other is not defined %}d{% endif %}",
    "{{ 'y' if not messages[0].role == 'user' else 'n' }}{{ 'y' if not add_generation_prompt else 'n' }}",
    "{% set x %}block {{ messages[0].role }}{% endset %}[{{ x }}]",
    "{{ (messages | first).role }}{{ (messages | last).role }}{{ messages|length - 1 }}",
    "{% for i in range(2, 5) %}{{ i }}{% endfor %}",
    "{% raw %}{{ not x == 1 }}{% endraw %}",
    "{% for k, v in {'x': 1, 'y': 2}.items() %}{{ k }}={{ v }};{% endfor %}{% for k in messages[0] %}{{ k }}{% endfor %}",
    "{{ messages[0].get('content', none) is not none and 'c' or 'd' }}{% if messages[0].get('tool_calls') is none %}n{% endif %}",
    "{{ messages[0].content|default('x') }}{{ nope|default('x') }}{{ ''|default('x', true) }}{{ '<b>'|e }}",
    "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}{% for i in [1,2] %}{% set x = x + i %}{% endfor %}{{ x }}",
    "{{- '<|im_start|>' + messages[0].role + '\\n' -}}  z",
    "{%- for m in messages %}\n    {%- if m.role == 'user' %}\n        {{- '<u>' + m.content }}\n    {%- else %}\n        {{- '<o>' + m.content }}\n"
    "    {%- endif %}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<a>\\n' }}\n{%- endif %}\n",
    "{% for m in messages %}{{ '\\n' if not loop.first }}{{ m.role }}{% endfor %}",
    "{% for m in messages %}\r\n{{ m.role }}\r\n{% endfor %}\r\n",
]


def template_cases():
    def raise_exception(message):
        raise TemplateError(message)

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    cases = []
    for template in TEMPLATES:
        for add_generation_prompt in (True, False):
            case = {"template": template, "add_generation_prompt": add_generation_prompt}
            try:
                case["text"] = environment.from_string(template).render(
                    messages=MESSAGES, tools=None, documents=None, add_generation_prompt=add_generation_prompt,
                    bos_token="<s>", eos_token="</s>")
            except TemplateError as error:
                case["refused"] = str(error)
            cases.append(case)
    return {"messages": MESSAGES, "cases": cases}


def main():
    toys = {"byte-level": byte_level(), "word-level": word_level(), "word-piece": word_piece(),
            "byte-fallback": byte_fallback(), "metaspace": metaspace()}
    expected = {name: tokenizer_cases(name, tokenizer) for name, tokenizer in toys.items()}
    for name, content in (("toy-cases", expected), ("utf8-cases", utf8_cases()), ("template-cases", template_cases())):
        with open(f"{name}.json", "w") as file:
            json.dump(content, file, indent=None, separators=(",", ":"))
            file.write("\n")


main()
