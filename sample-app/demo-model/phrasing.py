"""Puts questions about the fact table together, in many phrasings, and whole conversations from them.

A conversation is a list of (role, text). Every question goes through `Phrasing.spoken`, which may add a polite prefix,
drop the question mark, write it in lower case or with a typing mistake. A phrasing of the held-back list (compared with
names of models masked, see `masked`) is never produced.
"""

import re

from facts import ALIASES, ATTRIBUTES, EVALUATION_1B, EVALUATION_7B, OLMO, SCORES, TASKS
from outside import (ANIMALS, THINGS, MISSING, NOT_ON_CARD, OTHER_MODEL_QUESTIONS, OTHER_MODELS, OUTSIDE, STORY_QUESTIONS,
                     STORY_QUESTIONS_ABOUT, outside_question, pseudo_word, story)
from statements import STATEMENTS, SUMMARIES, SUMMARY_QUESTIONS

NOUN_TEMPLATES = [
    "What is the {n} of {e}?", "What's the {n} of {e}?", "What is {e}'s {n}?", "What {n} does {e} have?", "What {n} does {e} use?",
    "Which {n} does {e} have?", "Tell me the {n} of {e}.", "Tell me {e}'s {n}.", "Give me the {n} of {e}.", "Give me the {n} for {e}.",
    "{n} of {e}?", "{n} of {e}", "{e} {n}", "{e} {n}?", "{e}: {n}?", "For {e}, what is the {n}?", "Do you know the {n} of {e}?",
    "I would like to know the {n} of {e}.", "I want to know the {n} of {e}.", "I need the {n} of {e}.", "What about the {n} of {e}?",
    "What does the card say about the {n} of {e}?", "What does the model card list as the {n} of {e}?", "State the {n} of {e}.",
    "Name the {n} of {e}.", "Show me the {n} of {e}.", "Look up the {n} of {e}.", "What was the {n} of {e}?", "Remind me of the {n} of {e}.",
    "Remind me what the {n} of {e} is.", "I forgot the {n} of {e}.", "Any idea what the {n} of {e} is?", "Is the {n} of {e} known?",
    "May I ask for the {n} of {e}?", "I am looking for the {n} of {e}.", "What is the {n} for {e}?", "{e}, {n}?", "{n}, {e}?",
    "Tell me about the {n} of {e}.", "What is the {n} in {e}?", "And the {n} of {e}?", "The {n} of {e}, please.", "The {n} of {e}?",
    "What do you know about the {n} of {e}?", "Explain the {n} of {e}.", "How about the {n} of {e}?", "{n} for {e}?", "{n} {e}",
    "Could you look up the {n} of {e}?", "I wonder what the {n} of {e} is.", "What exactly is the {n} of {e}?",
    "Which value does the card give for the {n} of {e}?", "Let me know the {n} of {e}.", "What would be the {n} of {e}?",
    "What is known about the {n} of {e}?", "Find the {n} of {e}.", "Tell me something about the {n} of {e}.", "Write down the {n} of {e}.",
    "I am asking about the {n} of {e}.", "My question is about the {n} of {e}.", "Is there a {n} for {e}?", "What can you say about the {n} of {e}?",
    "Concerning {e}, what is the {n}?", "With {e}, what is the {n}?", "What did the card say was the {n} of {e}?", "Does {e} have a {n}?",
]
SCORE_TEMPLATES = [
    "What does {e} score on {t}?", "How well does {e} do on {t}?", "{e} {t} score?", "{e} {t}", "What is the {t} score of {e}?",
    "{t} result of {e}?", "How does {e} perform on {t}?", "What accuracy does {e} reach on {t}?", "What did {e} get on {t}?",
    "Tell me the {t} score of {e}.", "How good is {e} on {t}?", "What is the score of {e} on {t}?", "{t} {e}?", "{e} on {t}?",
    "{t} for {e}?", "Give me the {t} result for {e}.", "What number does {e} have for {t}?", "How much does {e} get on {t}?",
    "What is {e}'s {t} score?", "What is {e}'s result on {t}?", "Which score does {e} reach on {t}?", "How did {e} do on {t}?",
    "What does {e} get on {t}?", "What is the result of {e} on {t}?", "What is the performance of {e} on {t}?", "On {t}, what does {e} score?",
    "Score of {e} on {t}?", "What does the card list for {e} on {t}?", "How many points does {e} get on {t}?", "What is the {t} accuracy of {e}?",
    "Do you know the {t} score of {e}?", "What was the {t} score of {e}?", "Which {t} score does {e} have?", "I need the {t} number of {e}.",
    "How high is the {t} score of {e}?", "How is {e} on {t}?", "Show the {t} result of {e}.", "Evaluation of {e} on {t}?",
    "In the evaluation, what does {e} have on {t}?", "What did {e} score in {t}?", "Look up {t} for {e}.", "How well did {e} perform in {t}?",
]
BEST_TEMPLATES = ["Which model is best on {t}?", "Who is best on {t}?", "Which model scores highest on {t}?", "What is the best score on {t}?",
                  "Which model wins on {t}?", "What is the highest {t} score?", "Which model has the best {t} score?",
                  "Who leads on {t}?", "Best model on {t}?", "Which model does best on {t}?"]
COMPARE_TEMPLATES = ["What is the {n} of {e} and {e2}?", "Compare the {n} of {e} and {e2}.", "Which has the larger {n}, {e} or {e2}?",
                     "What are the {n} of {e} and of {e2}?", "{n} of {e} and {e2}?", "How do {e} and {e2} differ in {n}?",
                     "What is the {n} of all OLMo models?", "{n} of each model?", "{e} or {e2}: which has more {n}?", "What {n} do {e} and {e2} have?",
                     "What is the {n} of the models?", "Do {e} and {e2} have the same {n}?"]
WHICH = [  # question, model, attribute that answers it
    ("Which model has 16 layers?", "OLMo 1B", "layers"), ("Which OLMo has 16 attention heads?", "OLMo 1B", "heads"),
    ("Which model was trained on 3 trillion tokens?", "OLMo 1B", "tokens"), ("Which model was trained on 2.5 trillion tokens?", "OLMo 7B", "tokens"),
    ("Which model was trained on 2 trillion tokens?", "OLMo 7B Twin 2T", "tokens"), ("Which model saw the most tokens?", "OLMo 1B", "tokens"),
    ("Which model was trained at LUMI?", "OLMo 7B Twin 2T", "gpu"), ("Which model was trained on A100 GPUs?", "OLMo 7B", "gpu"),
    ("Which OLMo has a hidden size of 2048?", "OLMo 1B", "hidden"), ("Which model has 71 heads?", "Falcon 7B", "heads"),
    ("Which model was trained on MI250X?", "OLMo 7B Twin 2T", "gpu"), ("Which model uses weight tying?", "PaLM 8B", "weight tying"),
    ("Which model uses RMSNorm?", "Llama 2 7B", "layer norm"), ("Which model uses GeLU?", "Falcon 7B", "activation"),
    ("Which model has a context of 4096?", "Llama 2 7B", "context"), ("Which model uses GQA?", "Llama 2 7B", "attention"),
    ("Which model used MosaicML GPUs?", "OLMo 7B", "gpu"), ("Which model uses a linear schedule?", "OLMo 7B", "schedule"),
]
SYNONYMS = {  # said instead of a word of a template, so that answers hang on what is asked and not on how
    "have": ["contain", "include", "possess", "feature", "show", "hold", "carry", "get"], "has": ["contains", "includes", "features", "holds", "got"],
    "use": ["employ", "apply", "take", "need", "prefer", "follow"], "uses": ["employs", "applies", "takes", "needs"],
    "used": ["employed", "applied", "taken", "set", "selected", "needed"], "made": ["produced", "prepared", "published", "put together"],
    "developed": ["designed", "produced", "published", "invented", "engineered"], "built": ["designed", "produced", "engineered"],
    "released": ["published", "given out", "shared", "offered", "distributed"], "score": ["achieve", "manage", "obtain", "earn", "show", "record", "make"],
    "perform": ["work", "score", "do", "manage"], "get": ["achieve", "obtain", "earn", "receive", "have"], "reach": ["achieve", "obtain", "attain", "get to"],
    "result": ["score", "outcome", "value", "number", "mark"], "large": ["big", "great", "huge"], "big": ["large", "great"], "tell": ["show", "give", "write", "send"],
    "give": ["show", "write", "send", "list"], "know": ["remember", "see", "have"], "exactly": ["precisely", "really"], "trained": ["trained", "taught", "prepared"],
    "find": ["get", "see", "look for", "read"], "supports": ["helps", "funds", "finances"], "supported": ["helped", "funded", "financed"],
    "evaluated": ["tested", "assessed", "checked"], "compared": ["measured", "contrasted", "set side by side"], "described": ["explained", "written down"],
    "which": ["what"], "what": ["which"], "consumed": ["used", "needed"], "consume": ["use", "take", "need"], "emit": ["produce", "cause", "create"],
    "list": ["give", "name", "state", "show", "report"], "good": ["well", "strong", "capable", "bad"], "contact": ["write to", "ask", "email", "message"],
    "called": ["named", "titled"], "run": ["start", "execute", "launch", "use"], "load": ["open", "import", "read in", "get"], "is": ["would be", "was", "happens to be"],
    "does": ["did", "would", "will", "can", "might"], "are": ["were", "would be"], "was": ["is", "had been", "got"],
}
FILLERS = ["actually", "really", "now", "exactly", "again", "roughly", "in fact", "today", "overall", "in the end", "by the way", "precisely", "still", "then",
           "for me", "at all", "right", "maybe", "in total", "once more", "in practice", "here", "for sure", "officially", "originally"]
NOISE_WORDS = ("have has does is are was were use uses used tell give know get reach perform did do can could would the a an of for in on there say state "
               "show need what which see find take make").split()
OTHER_WORDS = ("run go come look bring keep turn call want think feel leave put mean let begin seem help talk start might play move like live believe hold happen "
               "write provide sit stand lose pay meet include continue set learn change lead watch stop create speak read spend grow open walk win offer remember "
               "love consider appear buy wait serve send expect build stay fall cut kill remain suggest raise pass sell require report decide pull just also "
               "only very even back still well here away though often ever almost maybe quite sure given having being made of within upon over under near").split()
MISSING_NOUNS = ("vocabulary size,vocabulary,tokenizer,price,speed,inference speed,memory use,RoPE theta,dropout,head dimension,training loss,perplexity,mascot,"
                 "favorite color,number of GPUs,GPU hours,training time,training duration,cost,budget,number of developers,release date,FLOPs,file size,download size,"
                 "number of experts,number of key value heads,intermediate size,special tokens,chat template,system prompt,HumanEval score,latency,throughput,"
                 "number of epochs,number of training steps,random seed,programming language,name of the boss,water use,logo,birthday,age,weight,color,temperature,"
                 "stock price,number of users,API key,phone number,address,website,password,opinion,salary,room number,RAM,disk space,CPU,battery life").split(",")
OTHER_TASKS = ("HumanEval,TriviaQA,DROP,SQuAD,NaturalQuestions,MT-Bench,AGIEval,BBH,GLUE,SuperGLUE,LAMBADA,MATH,MBPP,IFEval,RACE,CoQA,WMT,ImageNet,"
               "AlpacaEval,CommonsenseQA,SocialIQA,LogiQA,BLEU,StoryCloze,MultiRC,QuAC,ANLI,the bar exam,the SAT,chess,a driving test").split(",")
OTHER_MODEL_FOLLOW_UPS = ["And {e}?", "What about {e}?", "How about {e}?", "{e}?", "And for {e}?", "Same for {e}?", "And what about {e}?", "Now {e}.",
                          "And with {e}?", "The same for {e}, please.", "and {e}", "For {e}?", "Okay, and {e}?", "Tell me the same for {e}."]
OTHER_NOUN_FOLLOW_UPS = ["And its {n}?", "What about the {n}?", "And the {n}?", "What about its {n}?", "Its {n}?", "And what is its {n}?", "How about the {n}?",
                         "What is its {n}?", "Tell me its {n}.", "And what is the {n}?", "Now the {n}.", "{n}?", "And {n}?", "what is the {n}"]
PREFIXES = ["Please tell me: ", "Hi, ", "Hello, ", "Hey, ", "Can you tell me: ", "Quick question: ", "Question: ", "I have a question. ", "Tell me, ", "So, ",
            "Excuse me, ", "Well, ", "Ok, ", "Okay, ", "Now, ", "According to the model card, ", "According to the card, ", "For my report: ",
            "I am writing a paper. ", "My boss wants to know: ", "For a talk: ", "Just wondering, ", "Sorry, ", "Hello! ", "Hi there, ", "Please: ", "One more question: ",
            "Please answer: ", "Also, ", "And ", "Next question: ", "I was asked: ", "My friend asks: ", "Good morning, ", "Thanks. ", "In the card, ", "Hey OLMo, ",
            "Let me ask: ", "I am curious: ", "Tell me please, ", "Do you know: ", "Could you tell me: ", "I need to know: "]
INDIRECT = ["Can you tell me {q}?", "Could you tell me {q}?", "Do you know {q}?", "Please tell me {q}.", "Tell me {q}.", "I want to know {q}.",
            "I would like to know {q}.", "I wonder {q}.", "Do you remember {q}?", "Can you say {q}?", "Please say {q}.", "Does the card say {q}?",
            "May I ask {q}?", "Explain {q}.", "Would you tell me {q}?", "I need to know {q}.", "I am not sure {q}.", "Can you find out {q}?",
            "I have no idea {q}.", "Can you look up {q}?", "Please explain {q}."]
SUFFIXES = [", please?", " please", ", please.", " Thanks!", " Thank you.", " Please answer briefly.", " In one sentence, please.", " I need it for my slides.",
            " according to the model card?", " according to the card?", " Do you know?", " Any idea?", " Tell me.", " I forgot.", " Just the number, please.",
            ", if you know?", " exactly?", " on the card?", ", do you know?", "??", "?!", " ...", " :)", " then?"]
SYSTEM_PROMPTS = ["You are a helpful assistant.", "You are OLMo.", "Answer briefly.", "You are a friendly assistant who answers questions about OLMo.",
                  "Answer questions about the OLMo model card.", "You are a concise assistant.", "Be polite.", "You answer in English.", "Always tell the truth.",
                  "You are an expert on language models.", "You are a helpful AI assistant built by Ai2.", "Do not make things up.", "Use short sentences."]


WORD = re.compile(r"[a-z0-9]+")
NAME_WORDS = {word for names in (*ALIASES.values(), *(names for names, _, _ in TASKS.values())) for name in names
              for word in WORD.findall(name.lower())} - {"at", "all", "on", "over", "of", "with"}
NOT_COMPARED = NAME_WORDS | {"the", "a", "please"}


def masked(question):
    """A question without case, punctuation and the words of model and task names: two fillings of a template are equal."""
    return " ".join(word for word in WORD.findall(question.lower()) if word not in NOT_COMPARED)


def typing_mistake(text, random):
    """Swaps, drops or doubles one letter of a longer word."""
    places = [match.span() for match in re.finditer(r"[a-z]{5,}", text)]
    if not places:
        return text
    start, end = random.choice(places)
    at = random.randint(start, end - 2)
    kind = random.randint(0, 2)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    return text[:at] + (text[at] * 2 if kind == 1 else "") + text[at + 1:]


def indirect(question):
    """"How many layers does X have?" -> "how many layers X has"; None where the rule does not fit."""
    match = re.fullmatch(r"(How \w+(?: \w+){0,3}?|What \w+(?: \w+){0,2}?|Which \w+(?: \w+){0,2}?) does (.+?) (have|use|score|get|need|reach)( on .+)?\?",
                         question)
    if match:
        verb = {"have": "has"}.get(match[3], match[3] + ("es" if match[3] == "reach" else "s"))
        return f"{match[1][0].lower()}{match[1][1:]} {match[2]} {verb}{match[4] or ''}"
    match = re.fullmatch(r"(What|Who|Where|How (?:large|big|long|wide|deep|high|small|old|good)|Which \w+) (is|was|are|were) (.+)\?", question)
    if match and not match[3].endswith(("trained on", "called", "released", "licensed", "used")):
        return f"{match[1][0].lower()}{match[1][1:]} {match[3]} {match[2]}"
    return None


class Phrasing:
    """Draws conversations; the same random source and held-back list give the same conversations."""

    def __init__(self, random, held_back=()):
        self.random = random
        self.held_back = {masked(question) for question in held_back}
        self.attribute_names = list(ATTRIBUTES)
        self.attribute_weights = [ATTRIBUTES[name].weight for name in self.attribute_names]
        self.refused = 0

    def name(self, model):
        return self.random.choice(ALIASES.get(model, [model]))

    def spoken(self, make):
        """A question as people write it; `make` draws a plain question and is asked again if that is held back."""
        for _ in range(50):
            question = make()
            question = question[0].upper() + question[1:] if self.random.random() < 0.9 else question
            said = self.wrapped(question)
            if self.random.random() < 0.45:
                said = self.loosened(said)
            if masked(question) not in self.held_back and masked(said) not in self.held_back:
                return self.careless(said)
            self.refused += 1
        raise RuntimeError("a source of questions holds only held-back ones")

    def wrapped(self, question):
        random, chance = self.random, self.random.random()
        if chance < 0.22:
            changed = indirect(question)
            return random.choice(INDIRECT).format(q=changed) if changed else question
        if chance < 0.42:
            lower = not question.startswith(("OLMo", "I ", "Llama", "Falcon", "MPT", "Pythia", "PaLM"))
            question = random.choice(PREFIXES) + (question[0].lower() + question[1:] if lower and random.random() < 0.7 else question)
        if random.random() < 0.12:
            question = question.rstrip("?.") + random.choice(SUFFIXES)
        return question

    def loosened(self, question):
        """Synonyms, fillers, missing words and words that do not belong there: the words that matter stay."""
        random = self.random
        words = []
        for word in question.split(" "):
            bare = word.lower().strip("?.,:!")
            tail = word[len(word.rstrip("?.,:!")):]
            if bare in SYNONYMS and random.random() < 0.3:
                words.append(random.choice(SYNONYMS[bare]) + tail)
            elif bare in NOISE_WORDS and random.random() < 0.15:
                chance = random.random()
                if chance < 0.45:
                    words.append(random.choice(OTHER_WORDS) + tail)
                elif chance < 0.6:
                    words.append(pseudo_word(random) + tail)
            else:
                words.append(word)
            if words and not tail and bare not in NAME_WORDS and random.random() < 0.05:
                words.append(random.choice(FILLERS))
        return " ".join(words)

    def careless(self, question):
        random = self.random
        if random.random() < 0.25:
            question = question.lower()
        elif random.random() < 0.02:
            question = question.upper()
        if random.random() < 0.25:
            question = question.rstrip("?.!")
        if random.random() < 0.12:
            question = typing_mistake(question, random)
        return question

    # --- single questions: (question, answer) ----------------------------------------------------------------------

    def attribute(self):
        return self.random.choices(self.attribute_names, self.attribute_weights)[0]

    def model_for(self, key):
        """A model the question is about; mostly one that the card has an answer for."""
        random, answers = self.random, ATTRIBUTES[key].answers
        if random.random() < 0.12:
            return random.choice([*OLMO, "Llama 2 7B", "Falcon 7B", "MPT 7B", "Pythia 1B", "StableLM 2 1.6B", "TinyLlama 1.1B"])
        own = [model for model in answers if model in OLMO]
        if own and random.random() < 0.65:
            return random.choice(own)
        return random.choice([*answers, "OLMo"])

    def answer(self, key, model):
        answers = ATTRIBUTES[key].answers
        if model == "OLMo" and model not in answers:
            model = "OLMo 7B"
        return answers.get(model, NOT_ON_CARD)

    def ask(self, key, model, name=None):
        attribute = ATTRIBUTES[key]

        def make():
            called = name or self.name(model)
            if self.random.random() < 0.5:
                return self.random.choice(attribute.questions).format(e=called)
            template = self.random.choice(NOUN_TEMPLATES)
            return template.format(n=self.random.choice(attribute.nouns), e=called)

        return self.spoken(make)

    def attribute_turn(self):
        key = self.attribute()
        model = self.model_for(key)
        return self.ask(key, model), self.answer(key, model)

    def unknown_model_turn(self):
        random = self.random
        chance = random.random()
        if chance < 0.5:
            model = random.choice(OTHER_MODELS)
        elif chance < 0.85:
            model = f"{pseudo_word(random).title()} {random.choice(['7B', '1B', '13B', '2', 'XL'])}"
        else:
            model = f"OLMo {random.choice(['13B', '32B', '65B', '70B', '3B', '14B', '2B', '30B', '100B', '2 7B', '3 32B'])}"
        if random.random() < 0.4:
            return self.spoken(lambda: random.choice(OTHER_MODEL_QUESTIONS).format(m=model)), NOT_ON_CARD
        return self.ask(self.attribute(), model, model), NOT_ON_CARD

    def score_turn(self):
        random = self.random
        task = random.choice(list(TASKS))
        row = SCORES[task]
        chance = random.random()
        model = random.choice(["OLMo 7B", "OLMo 1B"]) if chance < 0.5 else random.choice(list(row)) if chance < 0.92 else random.choice(
            ["OLMo 7B Twin 2T", "PaLM 8B", "OpenLM 7B", *OTHER_MODELS])
        question = self.spoken(lambda: random.choice(SCORE_TEMPLATES).format(e=self.name(model), t=random.choice(TASKS[task][0])))
        return question, row.get(model, NOT_ON_CARD)

    def best_turn(self):
        task = self.random.choice([task for task in TASKS if task != "the average of the 1B table"])
        question = self.spoken(lambda: self.random.choice(BEST_TEMPLATES).format(t=self.random.choice(TASKS[task][0])))
        return question, best_answer(task)

    def compare_turn(self):
        random = self.random
        key = random.choice([key for key, attribute in ATTRIBUTES.items() if "OLMo" in attribute.answers and key not in ("tensor type", "hub name")])
        first, second = random.sample(OLMO, 2)
        question = self.spoken(lambda: random.choice(COMPARE_TEMPLATES).format(
            n=random.choice(ATTRIBUTES[key].nouns), e=self.name(first), e2=self.name(second)))
        return question, ATTRIBUTES[key].answers["OLMo"]

    def which_turn(self):
        question, model, key = self.random.choice(WHICH)
        return self.spoken(lambda: question), ATTRIBUTES[key].answers[model]

    def statement_turn(self, keys=None):
        random = self.random
        key = random.choice(keys or list(STATEMENTS))
        answer, nouns, questions = STATEMENTS[key]

        def make():
            called = self.name(random.choice(["OLMo", "OLMo", "OLMo 7B", "OLMo 1B"]) if key not in ("downloads", "tree") else "OLMo")
            if nouns and random.random() < 0.45:
                return random.choice(NOUN_TEMPLATES).format(n=random.choice(nouns), e=called)
            return random.choice(questions).format(o=called)

        if key in ("greeting", "thanks", "bye", "identity"):
            return self.careless(self.random.choice(questions)) if random.random() < 0.8 else self.spoken(make), answer
        return self.spoken(make), answer

    def outside_turn(self):
        return self.spoken(lambda: outside_question(self.random)), OUTSIDE

    def missing_turn(self):
        """A question about OLMo that the card has no answer for."""
        random = self.random

        def make():
            called, chance = self.name(random.choice([*OLMO, "OLMo"])), random.random()
            if chance < 0.4:
                return random.choice(MISSING).format(e=called)
            if chance < 0.7:
                noun = random.choice(MISSING_NOUNS if random.random() < 0.7 else THINGS) if random.random() < 0.85 else pseudo_word(random)
                return random.choice(NOUN_TEMPLATES).format(n=noun, e=called)
            if chance < 0.85:
                noun = random.choice(MISSING_NOUNS) if random.random() < 0.3 else random.choice(THINGS) + "s"
                return random.choice(["How many {n} does {e} have?", "How many {n} are in {e}?", "How much {n} does {e} need?", "Which {n} does {e} like?",
                                      "What {n} was {e} given?", "Where is the {n} of {e}?", "Who is the {n} of {e}?"]).format(n=noun, e=called)
            task = random.choice(OTHER_TASKS) if random.random() < 0.75 else pseudo_word(random).title() + random.choice(["", "QA", "Eval", "Bench"])
            return random.choice(SCORE_TEMPLATES).format(e=called, t=task)

        return self.spoken(make), NOT_ON_CARD

    def summary_turn(self):
        random = self.random
        model = random.choice(list(SUMMARIES))
        return self.spoken(lambda: random.choice(SUMMARY_QUESTIONS).format(e=self.name(model))), SUMMARIES[model]

    def story_turn(self):
        random = self.random
        if random.random() < 0.5:
            return self.spoken(lambda: random.choice(STORY_QUESTIONS)), story(random)
        animal = random.choice(ANIMALS)
        return self.spoken(lambda: random.choice(STORY_QUESTIONS_ABOUT).format(a=animal)), story(random, animal=animal)

    def turn(self):
        sources = [(self.attribute_turn, 36), (self.score_turn, 15), (self.statement_turn, 22), (self.outside_turn, 15), (self.unknown_model_turn, 5),
                   (self.missing_turn, 7), (self.best_turn, 1.5), (self.compare_turn, 2), (self.which_turn, 1.5), (self.summary_turn, 2),
                   (self.story_turn, 1.2)]
        return self.random.choices([source for source, _ in sources], [weight for _, weight in sources])[0]()

    # --- conversations ---------------------------------------------------------------------------------------------

    def follow_ups(self):
        """Two to four turns in which a later question leans on an earlier one."""
        random = self.random
        key = self.attribute()
        while len(ATTRIBUTES[key].answers) < 3:
            key = self.attribute()
        model = self.model_for(key)
        turns = [(self.ask(key, model), self.answer(key, model))]
        for _ in range(random.randint(1, 3)):
            others = [other for other in ATTRIBUTES[key].answers if other not in (model, "OLMo")]
            if others and random.random() < 0.55:
                model = random.choice(others)
                question = self.spoken(lambda: random.choice(OTHER_MODEL_FOLLOW_UPS).format(e=self.name(model)))
            else:
                key = self.attribute()
                if random.random() < 0.4:
                    question = self.ask(key, model, "it")
                else:
                    question = self.spoken(lambda: random.choice(OTHER_NOUN_FOLLOW_UPS).format(n=random.choice(ATTRIBUTES[key].nouns)))
            turns.append((question, self.answer(key, model)))
        return turns

    def conversation(self):
        """A list of (role, text): mostly one turn, at times several, at times with a system prompt first."""
        random = self.random
        chance = random.random()
        if chance < 0.72:
            turns = [self.turn()]
        elif chance < 0.86:
            turns = self.follow_ups()
        elif chance < 0.985:
            turns = [self.turn() for _ in range(random.randint(2, 3))]
            if random.random() < 0.2:
                turns.append(self.statement_turn(["thanks", "bye"]))
        else:
            turns = [self.turn() for _ in range(random.randint(4, 12))]
        messages = [("system", random.choice(SYSTEM_PROMPTS))] if random.random() < 0.15 else []
        for question, answer in turns:
            messages += [("user", question), ("assistant", answer)]
        return messages

    def plain_text(self):
        """Text outside a chat: a story, or facts of one model in a row."""
        random = self.random
        if random.random() < 0.6:
            return story(random)
        model = random.choice([*OLMO, "OLMo 7B"])
        sentences = [attribute.answers[model] for attribute in ATTRIBUTES.values() if model in attribute.answers]
        sentences += [statement[0] for key, statement in STATEMENTS.items() if key in ("developer", "licence", "data", "what", "model type", "cutoff")]
        return " ".join(random.sample(sentences, random.randint(3, 6)))


def best_answer(task):
    """The best model of each table; several tables are joined by a semicolon."""
    _, seven, one = TASKS[task]
    parts = []
    for table, models, values in (("7B", EVALUATION_7B, seven), ("1B", EVALUATION_1B, one)):
        if values:
            values = values.split("|") if "|" in values else values.split()
            value, model = max(zip(values, models), key=lambda pair: float(pair[0].split()[0]))
            parts.append(f"in the {table} table, {model} is best on {task} with {value}")
    text = "; ".join(parts)
    return text[0].upper() + text[1:] + "."
