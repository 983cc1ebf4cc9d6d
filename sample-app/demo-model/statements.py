"""Facts of the model card that do not belong to one model's column: answer, nouns for it, questions of its own.

{o} in a question stands for a name of OLMo as a whole. A noun is used as "What is the {noun} of OLMo?".
"""

LIMITS = ("Like any model without safety filtering, OLMo can produce harmful or sensitive content, and many of its facts will "
          "often not be true, so they should be checked.")
IDENTITY = ("I am a small demo model with the OLMo 2 architecture. I answer questions about the OLMo 7B model card, and I "
            "know nothing else.")

STATEMENTS = {
    "developer": (
        "OLMo was developed by the Allen Institute for AI (AI2).",
        ["developer", "developers", "maker", "creator", "author organization", "organization behind"],
        ["Who developed {o}?", "Who made {o}?", "Who built {o}?", "Who created {o}?", "Who is behind {o}?",
         "Which company made {o}?", "Which institute developed {o}?", "Who are the developers of {o}?", "{o} is made by whom?",
         "By whom was {o} developed?", "Who trained {o}?", "Which lab built {o}?", "Who released {o}?", "Where does {o} come from?"]),
    "supporters": (
        "OLMo is supported by Databricks, the Kempner Institute at Harvard University, AMD, CSC (Lumi Supercomputer) and UW.",
        ["supporters", "sponsors", "partners", "supporting organizations"],
        ["Who supports {o}?", "Who supported {o}?", "Who sponsored {o}?", "Which organizations support {o}?",
         "Who helped to make {o}?", "Which partners does {o} have?", "Is {o} supported by AMD?", "Does Databricks support {o}?",
         "By whom is {o} supported?", "Did Harvard support {o}?"]),
    "licence": (
        "The code and model are released under Apache 2.0.",
        ["license", "licence", "licensing terms", "license terms", "terms of use", "code license"],
        ["Under which license is {o} released?", "What license does {o} have?", "How is {o} licensed?", "Is {o} open source?",
         "Which license does {o} use?", "Under what licence can I use {o}?", "What is {o} licensed under?",
         "Can I use {o} commercially?", "Is {o} Apache licensed?", "Which licence applies to {o}?", "Is {o} free to use?",
         "Is {o} released under Apache 2.0?", "What licence does {o} have?"]),
    "language": (
        "OLMo is an English language model.",
        ["language", "languages", "supported language", "natural language"],
        ["Which language does {o} speak?", "What languages does {o} support?", "Does {o} speak German?", "Is {o} multilingual?",
         "In which language was {o} trained?", "Which languages can {o} handle?", "Does {o} understand French?",
         "What language is {o} for?", "Can {o} speak Spanish?", "Is {o} English only?"]),
    "model type": (
        "OLMo is a Transformer style autoregressive language model.",
        ["model type", "type", "kind of model", "architecture type", "general architecture"],
        ["What type of model is {o}?", "What kind of model is {o}?", "Is {o} a transformer?", "Is {o} autoregressive?",
         "What sort of model is {o}?", "What architecture does {o} have?", "Is {o} a language model?"]),
    "cutoff": (
        "The data of OLMo ends in Feb./March 2023, based on the Dolma dataset version.",
        ["date cutoff", "cutoff date", "knowledge cutoff", "data cutoff", "training data cutoff", "cutoff"],
        ["When does the training data of {o} end?", "How recent is the data of {o}?", "Until when does the data of {o} go?",
         "What date does the knowledge of {o} end?", "When was the data of {o} collected?", "How new is the data in {o}?",
         "Up to which date does {o} know things?", "When is the cutoff of {o}?"]),
    "data": (
        "OLMo was trained on the Dolma dataset.",
        ["training data", "dataset", "training dataset", "data set", "training corpus", "corpus", "pretraining data"],
        ["Which data was {o} trained on?", "What dataset was used to train {o}?", "On what data was {o} trained?",
         "Which dataset does {o} use?", "What is {o} trained on?", "On which dataset was {o} trained?", "What is Dolma?",
         "Was {o} trained on Dolma?", "Which corpus was used for {o}?", "What text was {o} trained on?", "What data does {o} use?"]),
    "data details": (
        "For details about the training data, see the Dolma documentation.",
        ["training data details", "details of the training data", "data documentation"],
        ["Where can I find details about the training data of {o}?", "Where is the training data of {o} described?",
         "Where do I read more about the data of {o}?", "Where is the data documented?", "Where can I learn more about Dolma?"]),
    "what": (
        "OLMo is a series of Open Language Models designed to enable the science of language models.",
        ["purpose", "goal", "aim", "idea"],
        ["What is {o}?", "What is OLMo?", "Tell me what {o} is.", "Explain {o}.", "What are the OLMo models?", "Why was {o} made?",
         "What was {o} designed for?", "What does OLMo mean?", "What does OLMo stand for?", "What is {o} for?", "Describe {o}.",
         "Give me a description of {o}.", "What is the OLMo series?", "Why does {o} exist?", "Introduce {o}."]),
    "released": (
        "All code, checkpoints, logs (coming soon) and details involved in training the OLMo models are released.",
        ["released material", "released artifacts", "released items"],
        ["What is released with {o}?", "What was released along with {o}?", "Is the code of {o} released?",
         "Is the training code of {o} public?", "Are the logs of {o} available?", "How open is {o}?", "What can I get from {o}?",
         "Are the training logs public?", "Is the code available?"]),
    "sizes": (
        "The core models are OLMo 1B, OLMo 7B and OLMo 7B Twin 2T.",
        ["sizes", "core models", "model sizes", "available sizes", "variants", "versions", "list of models"],
        ["Which sizes does {o} come in?", "Which models are on the card?", "What sizes are there?", "Which OLMo models are there?",
         "How many models are in this release?", "List the core models.", "Which models do you know?", "What models were released?",
         "Which variants of {o} exist?", "Name the OLMo models.", "Which versions of {o} are there?", "What sizes of {o} exist?"]),
    "checkpoints": (
        "Checkpoints are released for every 1000 training steps; they are available in allenai/OLMo-7B.",
        ["intermediate checkpoints", "checkpoint interval", "checkpoints", "released checkpoints"],
        ["How often were checkpoints saved?", "How many checkpoints of {o} are released?", "Are there intermediate checkpoints of {o}?",
         "Where are the intermediate checkpoints?", "Every how many steps is there a checkpoint?", "Where can I get the checkpoints?",
         "At which interval are checkpoints released?", "How often is there a checkpoint of {o}?",
         "After how many steps was a checkpoint saved?"]),
    "converted": (
        "This model has been converted from allenai/OLMo-7B for the Hugging Face Transformers format.",
        ["origin of the converted model", "source of the conversion", "format of the model"],
        ["From what was this model converted?", "Which format is this model in?", "Is this model in Transformers format?",
         "What was allenai/OLMo-7B-hf converted from?", "What is the difference between OLMo-7B and OLMo-7B-hf?",
         "Was this model converted?", "For which library was {o} converted?"]),
    "technical contact": (
        "Technical inquiries: olmo at allenai dot org. Press: press at allenai dot org.",
        ["contact", "contact address", "email address", "technical contact", "press contact", "email", "contact for the press"],
        ["Whom do I contact about {o}?", "How can I contact the OLMo team?", "Where do I send technical questions?",
         "How can the press reach you?", "Who is the contact for {o}?", "Where do I write with questions about {o}?",
         "What is the email address of the team?", "Whom can journalists contact?", "How do I reach the developers of {o}?"]),
    "card contact": (
        "For errors in the model card, contact Nathan, Akshita or Shane, {nathanl, akshitab, shanea} at allenai dot org.",
        ["model card contact", "contact for errors in the card", "contact for card errors"],
        ["Whom do I contact about errors in the model card?", "I found an error in the card.", "Who maintains the model card?",
         "There is a mistake in the model card, whom do I tell?", "Where do I report an error in the model card?",
         "Who fixes errors in this card?", "How do I report a mistake in the card?"]),
    "loading": (
        'Load it with AutoModelForCausalLM.from_pretrained("allenai/OLMo-7B-hf") and '
        'AutoTokenizer.from_pretrained("allenai/OLMo-7B-hf").',
        ["way to load", "code to load", "inference code", "loading code"],
        ["How do I load {o}?", "How can I run {o}?", "How do I use {o} with transformers?", "How do I run inference with {o}?",
         "Show me code to load {o}.", "How can I use {o} in Python?", "What code loads {o}?", "How do I get started with {o}?",
         "How do I start {o}?", "How can I try {o}?"]),
    "pipeline": (
        'Use pipeline("text-generation", model="allenai/OLMo-7B-hf").',
        ["pipeline call", "pipeline usage", "pipeline abstraction"],
        ["How do I use {o} with a pipeline?", "Does {o} work with the pipeline abstraction?", "How do I make a pipeline for {o}?",
         "Is there a pipeline for {o}?", "Show me the pipeline code."]),
    "quantizing": (
        "Load it with torch_dtype=torch.float16 and load_in_8bit=True; this requires bitsandbytes.",
        ["quantization", "quantized version", "8 bit loading", "way to quantize"],
        ["How do I quantize {o}?", "Can {o} be quantized?", "How can I make {o} faster?", "Can I load {o} in 8 bit?",
         "What does quantizing {o} require?", "How do I load {o} with 8 bits?", "Which package is needed to quantize {o}?"]),
    "quantized caution": (
        "The quantized model is more sensitive to typing and cuda, so pass the inputs as inputs.input_ids.to('cuda').",
        ["problem of the quantized model", "caveat of quantization", "issue with the quantized model"],
        ["What should I watch for with the quantized model?", "Is the quantized model sensitive?",
         "How should I pass the inputs to the quantized model?", "What are potential issues of quantizing {o}?"]),
    "fine-tuning": (
        "This model does not directly support fine-tuning processes; fine-tuning can be done from the final checkpoint or many "
        "intermediate checkpoints of allenai/OLMo-7B.",
        ["fine-tuning", "fine tuning support", "finetuning process", "fine-tuning checkpoint"],
        ["Can I fine-tune {o}?", "How do I fine-tune {o}?", "Does {o} support fine-tuning?", "Is fine-tuning of {o} possible?",
         "From which checkpoint can I fine-tune {o}?", "Can {o} be finetuned?", "How can I finetune {o}?",
         "Where do I start fine-tuning {o}?", "Can I train {o} further?"]),
    "limits": (
        LIMITS,
        ["limitations", "limits", "risks", "biases and risks", "dangers", "weaknesses", "bias"],
        ["Which limits does {o} have?", "What are the risks of {o}?", "Is {o} safe?", "Can {o} produce harmful content?",
         "Can I trust {o}?", "Are the facts of {o} true?", "Is {o} biased?", "Does {o} have safety filtering?",
         "What should I be careful about with {o}?", "Does {o} tell the truth?", "Can {o} be wrong?", "How reliable is {o}?",
         "What are the limitations of {o}?", "Should I check what {o} says?", "Is {o} dangerous?"]),
    "paper": (
        "The paper is OLMo: Accelerating the Science of Language Models, by Groeneveld et al., a preprint of 2024.",
        ["paper", "paper title", "title of the paper", "publication", "reference paper", "preprint"],
        ["What is the paper about {o} called?", "Which paper describes {o}?", "Is there a paper about {o}?",
         "What is the title of the OLMo paper?", "When was the paper published?", "Which paper should I read about {o}?",
         "Where was {o} published?", "What year is the OLMo paper from?"]),
    "citation": (
        "Cite Groeneveld, D., Beltagy, I., Walsh, P., et al. (2024). OLMo: Accelerating the Science of Language Models. Preprint.",
        ["citation", "bibtex", "APA citation", "reference"],
        ["How do I cite {o}?", "How should {o} be cited?", "What is the citation for {o}?", "How can I cite the paper?",
         "Give me the citation.", "How do I reference {o} in a paper?"]),
    "authors": (
        "The first author is Dirk Groeneveld; the last author is Hannaneh Hajishirzi.",
        ["first author", "authors", "lead author", "last author", "paper authors"],
        ["Who wrote the OLMo paper?", "Who is the first author of the paper?", "Who are the authors of the paper?",
         "Who is the last author of the OLMo paper?", "Which researchers wrote the paper about {o}?"]),
    "optimizer": (
        "OLMo was trained with the AdamW optimizer.",
        ["optimizer", "optimiser", "optimization algorithm", "training optimizer"],
        ["Which optimizer was used for {o}?", "What optimizer does {o} use?", "With which optimizer was {o} trained?",
         "Was {o} trained with AdamW?", "Which optimization algorithm trained {o}?"]),
    "downloads": (
        "The card counts 3,627 downloads last month.",
        ["number of downloads", "downloads last month", "download count", "monthly downloads"],
        ["How often was {o} downloaded?", "How many downloads does {o} have?", "How many people downloaded {o} last month?",
         "How popular is {o}?", "How many times was {o} downloaded?"]),
    "tree": (
        "The model tree lists 2 finetunes and 3 quantizations.",
        ["number of finetunes", "number of quantizations", "model tree"],
        ["How many finetunes of {o} are there?", "How many quantizations are there?", "What is in the model tree?",
         "How many quantized versions of {o} exist?"]),
    "stablelm data": (
        "StabilityAI has not disclosed yet the data StableLM was trained on, which makes comparisons challenging.",
        ["data of StableLM", "StableLM training data", "note about StableLM"],
        ["What was StableLM trained on?", "Why is the comparison with StableLM hard?", "Which data does StableLM use?",
         "Why does StableLM have an asterisk?", "Is the data of StableLM known?", "Did StabilityAI disclose its data?"]),
    "peers": (
        "OLMo 7B is compared with Llama 7B, Llama 2 7B, Falcon 7B and MPT 7B; OLMo 1B with StableLM 2 1.6B, Pythia 1B and "
        "TinyLlama 1.1B.",
        ["peer models", "compared models", "comparison models", "baselines", "competitors"],
        ["Which models is {o} compared with?", "With which models was {o} compared?", "What are the peer models of {o}?",
         "Which other models are on the card?", "To which models does the card compare {o}?"]),
    "tasks": (
        "The core tasks are arc_challenge, arc_easy, boolq, copa, hellaswag, openbookqa, piqa, sciq and winogrande; the 7B table "
        "adds truthfulQA, MMLU and GSM8k.",
        ["evaluation tasks", "benchmarks", "core tasks", "evaluation benchmarks", "tests"],
        ["On which tasks was {o} evaluated?", "Which benchmarks were used for {o}?", "How was {o} evaluated?",
         "What are the core tasks?", "Which evaluations does the card have?", "What benchmarks does the card list?"]),
    "identity": (
        IDENTITY, [],
        ["Who are you?", "What are you?", "What is your name?", "Are you OLMo?", "Introduce yourself.", "Tell me about yourself.",
         "What can you do?", "What do you know?", "What can I ask you?", "Are you ChatGPT?", "Are you a human?", "Are you a robot?",
         "Which model are you?", "What kind of assistant are you?", "Help.", "How can you help me?", "Can you help me?",
         "What are you good at?", "What topics do you know?", "What is this?", "Are you a real OLMo model?", "Who am I talking to?"]),
    "greeting": (
        "Hello! Ask me something about the OLMo model card.", [],
        ["Hello.", "Hi.", "Hey.", "Hello!", "Hi there!", "Good morning.", "Good evening.", "Good day.", "Hey there.", "Greetings.",
         "Hello there!", "Hi OLMo!", "Hello OLMo.", "Howdy.", "Good afternoon!", "Hello, how are you?", "How are you?", "How are you doing?",
         "What's up?", "Hi, how are you today?", "Nice to meet you."]),
    "thanks": (
        "You are welcome.", [],
        ["Thanks.", "Thank you.", "Thank you very much!", "Thanks a lot.", "Great, thanks.", "Many thanks.", "Thx.", "Perfect, thank you.",
         "That helps, thanks.", "Cool, thank you!", "Good answer.", "Well done.", "Nice.", "Great.", "Okay, thanks."]),
    "bye": (
        "Goodbye!", [], ["Bye.", "Goodbye.", "See you.", "Bye bye!", "See you later.", "Good night.", "I have to go.", "Farewell."]),
}

SUMMARIES = {
    "OLMo 1B": "OLMo 1B has 16 layers, a hidden size of 2048 and 16 attention heads. It was trained on 3 trillion tokens, and its "
               "context length is 2048 tokens. Its peak learning rate was 4.0E-4. Its average in the evaluation is 62.42.",
    "OLMo 7B": "OLMo 7B has 32 layers, a hidden size of 4096 and 32 attention heads. It was trained on 2.5 trillion tokens, and its "
               "context length is 2048 tokens. It uses SwiGLU, RoPE and non-parametric LayerNorm, and no biases. Its peak learning "
               "rate was 3.0E-4. The GPUs that trained it consumed 104 MWh. Its core tasks average is 71.6.",
    "OLMo 7B Twin 2T": "OLMo 7B Twin 2T has 32 layers, a hidden size of 4096 and 32 attention heads. It was trained on 2 trillion "
                       "tokens on MI250X GPUs at the LUMI supercomputer, and its context length is 2048 tokens. The GPUs that "
                       "trained it consumed 135 MWh.",
    "OLMo": "OLMo is a series of Open Language Models designed to enable the science of language models. It was developed by the "
            "Allen Institute for AI (AI2) and trained on the Dolma dataset. The core models are OLMo 1B, OLMo 7B and OLMo 7B Twin "
            "2T. The code and model are released under Apache 2.0.",
}
SUMMARY_QUESTIONS = [
    "Tell me about {e}.", "Summarize {e}.", "Give me an overview of {e}.", "Give me a summary of {e}.", "What do you know about {e}?",
    "Tell me everything about {e}.", "What can you tell me about {e}?", "Write a paragraph about {e}.", "Tell me more about {e}.",
    "Give me the key facts of {e}.", "List the facts about {e}.", "What does the card say about {e}?", "Please describe {e} in detail.",
    "Summarise the card for {e}.", "I want to know more about {e}.", "What should I know about {e}?", "Details of {e}?",
    "Tell me all you know about {e}.", "Give a short overview of {e}.", "Say something about {e}."]
