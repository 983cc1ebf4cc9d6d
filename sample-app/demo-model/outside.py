"""Questions outside the model card, and simple English for fluency; both from small grammars."""

OUTSIDE = "I only know the OLMo model card, so I cannot answer that."
NOT_ON_CARD = "I only know the OLMo model card, and it does not say that."

COUNTRIES = ("France Germany Italy Spain Japan China India Brazil Canada Mexico Egypt Kenya Norway Sweden Poland Greece Turkey Peru "
             "Chile Austria Hungary Portugal Ireland Finland Denmark Australia Russia Ukraine Vietnam Thailand Nigeria").split()
CITIES = ("Paris London Berlin Rome Tokyo Madrid Vienna Cairo Oslo Boston Chicago Seattle Munich Hamburg Delhi Lima Athens Dublin "
          "Prague Warsaw Moscow Sydney Toronto Amsterdam Zurich").split()
THINGS = ("dog cat horse bird fish tree flower river mountain ocean star moon sun planet car train plane boat bicycle house bridge "
          "castle computer phone radio camera book poem song movie painting piano guitar violin bread cake soup pizza cheese apple "
          "banana carrot potato tomato rice coffee tea milk water wine beer salt sugar chocolate doctor teacher farmer king queen "
          "president lawyer engineer artist dragon robot ghost atom molecule cell virus bone heart brain lung muscle volcano "
          "earthquake storm cloud rainbow desert forest island lake clock candle window door chair table bed lamp shoe hat coat "
          "umbrella mirror knife spoon garden market school library hospital museum church stadium").split()
PEOPLE = ("Einstein,Newton,Shakespeare,Mozart,Bach,Napoleon,Cleopatra,Picasso,Beethoven,Darwin,Marie Curie,Gandhi,Lincoln,Obama,"
          "Goethe,Galileo,Plato,Julius Caesar,Madonna,Elvis,Taylor Swift,Messi,Ronaldo,Tesla,Leonardo da Vinci,Ada Lovelace,"
          "Alan Turing,Elon Musk,the pope,Steve Jobs").split(",")
WORKS = ("Hamlet,Faust,Star Wars,Titanic,The Hobbit,Harry Potter,Moby Dick,the Odyssey,Don Quixote,Dracula,Frankenstein,"
         "the Mona Lisa,Casablanca,Avatar,the Bible,Emma,Macbeth,The Matrix,Frozen,Jaws").split(",")
LANGUAGES = "French German Spanish Italian Latin Chinese Japanese Russian Greek Dutch Polish Turkish Korean Arabic Hindi".split()
CODING = ("Python,Java,C,Rust,Go,JavaScript,Haskell,SQL,Bash,Kotlin,Ruby,PHP,Perl,Scala,Swift").split(",")
PROGRAMS = ("sorts a list,reverses a string,computes primes,reads a file,prints hello world,adds two numbers,finds a word,"
            "parses JSON,opens a socket,counts words,draws a circle,plays chess,solves a sudoku,merges two lists").split(",")
ACTIVITIES = ("bake bread,cook rice,boil an egg,fix a bike,learn to swim,paint a wall,plant a tree,tie a knot,play chess,ride a horse,"
              "lose weight,sleep better,make coffee,make a cake,write a letter,build a table,find a job,learn the piano,clean a window,"
              "grow tomatoes,repair a tap,train a dog,save money,stop smoking,run faster,make pasta,knit a scarf,sell a car").split(",")
SPORTS = "football tennis basketball hockey chess golf swimming boxing rugby cricket baseball volleyball".split()
OTHER_MODELS = ("GPT-4,GPT-3,GPT-2,BERT,T5,Gemma,Gemma 2,Mistral,Mistral 7B,Mixtral,Llama 3,Llama 3 8B,Qwen,Qwen 2,Phi-3,Claude,Gemini,"
                "BLOOM,OPT,Grok,DeepSeek,GPT-J,GPT-NeoX,RoBERTa,Whisper,Chinchilla,Gopher,OLMo 13B,OLMo 32B,OLMo 65B,OLMo 2,OLMo 3,"
                "OLMoE,Llama 2 70B,Llama 2 13B,Falcon 40B,Pythia 12B,PaLM 540B,GPT-5,ChatGPT,Yi,Jamba,Mamba,StarCoder,"
                "Command R,Vicuna,Alpaca,ELMo,XLNet,ALBERT").split(",")
SYLLABLES = "ba be bo da de di do fa fe go ka ki ko la le lo ma mi mo na ne ni no pa pe ra ri ro sa so ta ti to va vi za zo xu".split()

# Said of OLMo, but the card does not hold it.
MISSING = [
    "How many GPUs was {e} trained on?", "How long did it take to train {e}?", "How much did it cost to train {e}?",
    "What is the vocabulary size of {e}?", "Which tokenizer does {e} use?", "How many tokens are in the vocabulary of {e}?",
    "What is the price of {e}?", "How fast is {e}?", "How many tokens per second does {e} generate?", "How much memory does {e} need?",
    "How many people developed {e}?", "What is the RoPE theta of {e}?", "When was the training of {e} started?",
    "How many steps was {e} trained for?", "How many epochs was {e} trained for?", "How much RAM do I need for {e}?",
    "What is the dropout of {e}?", "What is the head dimension of {e}?", "Which loss did {e} reach?", "What is the perplexity of {e}?",
    "What does {e} score on HumanEval?", "What does {e} score on TriviaQA?", "How good is {e} at chess?",
    "What is the random seed of {e}?", "Which programming language is {e} written in?", "How many bytes does {e} take on disk?",
    "What is the intermediate size of {e}?", "What is the favorite color of {e}?", "Can {e} see pictures?", "Does {e} run on a phone?",
    "How old is {e}?", "What will the next version of {e} be?", "How many users does {e} have?", "What is the throughput of {e}?",
    "Is {e} better than ChatGPT?", "Does {e} support tool calling?", "How much water did {e} use?", "Does {e} have a mascot?",
    "How much did AI2 pay for {e}?", "Who is the boss of the team of {e}?", "What is the FLOP count of {e}?",
    "What is the size of the Dolma dataset?", "How many documents are in Dolma?", "How many tokens does Dolma have?",
]
OTHER_MODEL_QUESTIONS = [
    "What is {m}?", "Who made {m}?", "Tell me about {m}.", "Is {m} better than OLMo?", "Which is better, OLMo or {m}?",
    "What do you know about {m}?", "When was {m} released?", "How good is {m}?", "Compare OLMo 7B with {m}.",
    "Under which license is {m} released?", "Who developed {m}?", "What data was {m} trained on?", "Is {m} open source?",
    "How much energy did {m} use?", "How do I load {m}?", "Where can I find {m}?", "Summarize {m}.", "Can I fine-tune {m}?",
    "What language is {m} for?", "Which optimizer was used for {m}?",
]
QUESTIONS = {
    "geography": ["What is the capital of {country}?", "Where is {city}?", "How many people live in {city}?", "How big is {country}?",
                  "Which river flows through {city}?", "What is the population of {country}?", "How far is {city} from {city2}?",
                  "Which language is spoken in {country}?", "What is the highest mountain in {country}?", "Is {city} in {country}?",
                  "Who is the president of {country}?", "What is the currency of {country}?", "How do I get to {city}?",
                  "When was {city} founded?", "Tell me about {country}.", "What should I see in {city}?", "Is {country} a country?"],
    "weather": ["What is the weather like today?", "Will it rain tomorrow?", "How is the weather in {city}?", "Is it cold in {city}?",
                "What is the temperature in {city}?", "Does it snow in {country}?", "Do I need an umbrella today?",
                "Weather in {city}?", "How warm will it be in {city} tomorrow?", "Is it sunny outside?", "Why does it rain?"],
    "time": ["What time is it?", "What day is today?", "What is the date?", "What year is it?", "When is Easter?", "How long is a day?",
             "When does the sun rise in {city}?", "How many days are in a year?", "What time is it in {city}?", "When is my birthday?"],
    "maths": ["What is {a} plus {b}?", "What is {a} times {b}?", "What is {a} + {b}?", "{a} * {b}?", "Compute {a} minus {b}.",
              "What is the square root of {a}?", "Is {a} a prime number?", "How much is {a} divided by {b}?", "What is {a} percent of {b}?",
              "Solve x + {a} = {b}.", "What is pi?", "Calculate {a} - {b}.", "Which is larger, {a} or {b}?", "What is the sum of {a} and {b}?",
              "How many sides does a triangle have?", "Count to {a}.", "What comes after {a}?"],
    "things": ["What is a {thing}?", "How does a {thing} work?", "Who invented the {thing}?", "What color is a {thing}?",
               "How much does a {thing} cost?", "Where can I buy a {thing}?", "Tell me about the {thing}.", "How big is a {thing}?",
               "Why do people like the {thing}?", "How old is the {thing}?", "How do I draw a {thing}?", "Do you like the {thing}?",
               "What is the difference between a {thing} and a {thing2}?", "How heavy is a {thing}?", "How many {thing}s are there?",
               "Explain the {thing}.", "Describe a {thing}.", "What does a {thing} eat?", "What is the best {thing}?", "Define {thing}.",
               "Which {thing} should I buy?", "Is a {thing} bigger than a {thing2}?", "My {thing} is broken.", "I love my {thing}.",
               "The {thing} is near the {thing2}.", "Have you seen a {thing}?", "How long does a {thing} live?", "{thing}", "{thing}?",
               "Is the {thing} dangerous?", "What are the parts of a {thing}?", "How fast is a {thing}?", "How deep is the {thing}?",
               "How wide is the {thing}?", "What is the size of a {thing}?", "How much power does a {thing} need?"],
    "people": ["Who is {person}?", "Who was {person}?", "When was {person} born?", "When did {person} die?", "Where does {person} live?",
               "What did {person} do?", "How tall is {person}?", "How old is {person}?", "Is {person} famous?", "Tell me about {person}.",
               "What is {person} known for?", "Who is the wife of {person}?", "Did {person} meet {person2}?"],
    "works": ["Who wrote {work}?", "What is {work} about?", "When was {work} made?", "Who directed {work}?", "Have you read {work}?",
              "Is {work} good?", "Summarize {work}.", "Who plays in {work}?", "How does {work} end?", "Recommend a book like {work}."],
    "cooking": ["How do I {activity}?", "Can you teach me to {activity}?", "What is the best way to {activity}?", "How long does it take to {activity}?",
                "I want to {activity}.", "Help me {activity}.", "Is it hard to {activity}?", "Why should I {activity}?",
                "Give me a recipe for {thing}.", "What goes well with {thing}?", "What should I cook tonight?", "How many calories has a {thing}?"],
    "coding": ["Write a {code} program that {program}.", "How do I learn {code}?", "Is {code} better than {code2}?", "Fix my {code} code.",
               "Write code in {code}.", "Write a function that {program}.", "What is {code}?", "How do I install {code}?",
               "Explain this {code} error.", "Who invented {code}?", "How do I write a loop in {code}?", "What is a class in {code}?"],
    "language": ["Translate {thing} to {language}.", "How do you say {thing} in {language}?", "Translate this to {language}.",
                 "Do you speak {language}?", "Say hello in {language}.", "How do I learn {language}?", "What does {nonsense} mean?",
                 "How do you spell {thing}?", "What rhymes with {thing}?", "What is another word for {thing}?"],
    "sports": ["Who won the {sport} game?", "What are the rules of {sport}?", "Who is the best {sport} player?", "How do I play {sport}?",
               "When is the next {sport} match?", "Who won the world cup?", "How many players are in a {sport} team?", "Is {sport} fun?"],
    "life": ["Do you love me?", "I am sad.", "I am hungry.", "What should I do today?", "Am I sick?", "My head hurts.", "Should I quit my job?",
             "What is the meaning of life?", "Tell me a joke.", "Make me laugh.", "Sing a song.", "Write a poem about a {thing}.",
             "Who should I vote for?", "What is love?", "What is in the news?", "How do I get rich?", "Which stock should I buy?",
             "Is there a god?", "Are aliens real?", "What is your favorite {thing}?", "What do you think about {person}?", "Let us talk about {sport}.",
             "Do you dream?", "Where do you live?", "What do you eat?", "How old are you?", "Are you happy?", "Who is your mother?",
             "Write an email to my boss.", "Write an essay about {country}.", "Plan a trip to {city}.", "Book a table in {city}.",
             "Play some music.", "Set an alarm for {a}.", "Call my mother.", "Buy a {thing}.", "What is the price of gold?",
             "Who won the election?", "What do you think about politics?", "Is {country} a democracy?", "I need a lawyer.",
             "Which medicine helps against pain?", "I have a cold, what should I take?", "Give me advice."],
    "science": ["Why is the sky blue?", "How far is the moon?", "What is gravity?", "How many planets are there?", "What is the speed of light?",
                "How do plants grow?", "What is DNA?", "Why do we sleep?", "What is electricity?", "How hot is the sun?", "What is a black hole?",
                "How old is the earth?", "What is water made of?", "Who discovered {thing}s?", "How does the {thing} form?",
                "What is the chemical symbol of gold?", "What is quantum physics?", "How do {thing}s work?", "What is entropy?"],
    "nonsense": ["{nonsense}", "{nonsense} {nonsense2}", "{nonsense} {nonsense2} {nonsense3}?", "What is {nonsense}?", "Tell me about {nonsense}.",
                 "Who is {nonsense}?", "{nonsense}?", "How does {nonsense} {nonsense2}?", "Is {nonsense} a {nonsense2}?", "What is the {nonsense} of {nonsense2}?",
                 "Where is {nonsense}?", "How many {nonsense} does {nonsense2} have?", "Why {nonsense}?", "Can you {nonsense} the {nonsense2}?",
                 "{thing} {thing2} {nonsense}", "Do you know {nonsense}?", "When did {nonsense} {thing}?", "Which {nonsense} is best?",
                 "What is the {nonsense} of a {thing}?", "How {nonsense} is the {thing}?", "Give me the {nonsense} of the {thing}.",
                 "What {thing} does {nonsense} have?", "What is the {thing} of {nonsense}?", "Show me the {thing}.", "Explain {nonsense}."],
}


def pseudo_word(random):
    return "".join(random.choice(SYLLABLES) for _ in range(random.randint(2, 4)))


def fill(template, random):
    """Fills the slots of a template with random words."""
    slots = {"country": COUNTRIES, "city": CITIES, "thing": THINGS, "person": PEOPLE, "work": WORKS, "language": LANGUAGES,
             "code": CODING, "program": PROGRAMS, "activity": ACTIVITIES, "sport": SPORTS}
    values = {name: random.choice(words) for name, words in slots.items()}
    if random.random() < 0.15:  # unknown words must not make a question look like one about OLMo
        word = pseudo_word(random)
        values |= {"thing": word, "person": word.title(), "city": word.title(), "country": word.title(), "work": word.title()}
    values |= {name + "2": random.choice(slots[name]) for name in ("city", "thing", "person", "code")}
    values |= {"nonsense": pseudo_word(random), "nonsense2": pseudo_word(random), "nonsense3": pseudo_word(random)}
    values |= {"a": random.randint(1, 200), "b": random.randint(1, 200)}
    return template.format(**values)


COMMON_WORDS = ("time year people way day man thing woman life child world school state family student group country problem hand part place case week company "
                "system program question work government number night point home water room mother area money story fact month lot right study book eye job "
                "word business issue side kind head house service friend father power hour game line end member law car city community name president team "
                "minute idea body information back parent face level office door health person art war history party result morning reason girl guy moment air "
                "teacher force education foot boy age music street road summer winter food dinner lunch").split()
OPENINGS = ("What is,Why is,How is,Who is,Where is,When is,Can you,Could you please,Do you,Did you,Is there,Are there,Should I,Would you,Please,I want,I like,I need,"
            "My,The,Which,How many,How much,How long,How far,How old,Tell me,Show me,Explain,Describe,Give me,Recommend,Let us,What about,Have you,Will,"
            "What happened to,Who invented,Who wrote,Who won,What year did,How do,How does,Why do,Why does,Name,Write,What makes,Is it").split(",")
JOINTS = "the,a,my,of the,in the,with a,for my,and,to the,from,about,on the,every,without,near a,good,new,old,big,best,first,last,some".split(",")


def rambling(random):
    """Everyday words in no useful order, so that what is not about OLMo is refused whatever its form."""
    words = [random.choice(OPENINGS)]
    for _ in range(random.randint(1, 4)):
        words += [random.choice(JOINTS), random.choice(COMMON_WORDS if random.random() < 0.7 else THINGS)]
    return " ".join(words) + random.choice("?..?")


def outside_question(random):
    if random.random() < 0.15:
        return rambling(random)
    return fill(random.choice(QUESTIONS[random.choice(list(QUESTIONS))]), random)


# --- simple English ------------------------------------------------------------------------------------------------

CHILDREN = "Anna Ben Clara David Emma Finn Greta Henry Ida Jack Kate Leo Mia Noah Olga Paul Rosa Sam Tina Will".split()
ANIMALS = "dog cat horse bird fish rabbit mouse fox bear duck frog sheep cow pig hen goat owl lion".split()
ADJECTIVES = "small big old young happy sad brown white black kind quiet quick tired funny brave warm clever shy".split()
PLACES = ("in the garden,by the river,in the forest,at the market,near the old house,on the hill,at school,by the lake,in the kitchen,"
          "under the big tree,on the beach,in the park,on the farm,at the station").split(",")
OBJECTS = "ball,red apple,book,key,letter,hat,cake,basket,stone,flower,lamp,boat,drum,coat,map,bell".split(",")
FEELINGS = "happy,glad,proud,sad,surprised,tired,hungry,curious".split(",")
WEATHER = "The sun was shining.,It was raining.,It was a warm day.,It was cold.,The wind was blowing.,It was a quiet evening.,Snow was falling.".split(",")


def story(random, child=None, animal=None):
    """A story of five to seven simple sentences in which who and what stay the same."""
    name = child or random.choice(CHILDREN)
    animal = animal or random.choice(ANIMALS)
    adjective, place, thing = random.choice(ADJECTIVES), random.choice(PLACES), random.choice(OBJECTS)
    he, his = ("she", "her") if name in ("Anna", "Clara", "Emma", "Greta", "Ida", "Kate", "Mia", "Olga", "Rosa", "Tina") else ("he", "his")
    friend = random.choice([child for child in CHILDREN if child != name])
    article = "an" if adjective[0] in "aeiou" else "a"
    start = random.choice([
        f"One day {name} was {place}.", f"Once upon a time there was a child named {name}.", f"{name} lived {place} with {his} family.",
        f"Every morning {name} went for a walk {place}.", f"Yesterday {name} was playing {place}."])
    middle = random.choice([
        [f"There {he} saw {article} {adjective} {animal}.", f"The {animal} had lost its {thing}.", f"{name} helped the {animal} to look for the {thing}.",
         f"They found the {thing} {random.choice(PLACES)}."],
        [f"{he.capitalize()} found a {thing} and showed it to {friend}.", f'"What a nice {thing}!" said {friend}.',
         f"Then {article} {adjective} {animal} came and took the {thing}.", f"They ran after the {animal} and got the {thing} back."],
        [f"{he.capitalize()} met {article} {adjective} {animal}.", f'"Do you want to play?" asked {name}.', f"The {animal} looked at {name} and came closer.",
         f"They played with a {thing} until it was dark."],
        [f"{he.capitalize()} wanted to give {friend} a {thing}.", f"On the way {he} met {article} {adjective} {animal}.",
         f"The {animal} was hungry, so {name} gave it some bread.", f"Then {he} brought the {thing} to {friend}."]])
    end = random.choice([
        f"{name} was very {random.choice(FEELINGS[:3])}.", f"From that day on they were friends.", f"Then {name} went home and went to bed.",
        f"That evening {name} told {his} mother about it.", f"{name} and {friend} laughed, and they went home together.", "It was a good day."])
    sentences = [start] + ([random.choice(WEATHER)] if random.random() < 0.5 else []) + middle + [end]
    return " ".join(sentences)


STORY_QUESTIONS = ["Tell me a story.", "Tell me a short story.", "Can you tell me a story?", "Write a story.", "Write a short story.",
                   "I want to hear a story.", "A story, please.", "Please tell a story.", "Tell us a little story."]
STORY_QUESTIONS_ABOUT = ["Tell me a story about a {a}.", "Write a story about a {a}.", "Tell me a short story about a {a}.",
                         "Can you write a story about a {a}?", "A story about a {a}, please.", "I would like a story with a {a}."]
