"""The facts of the OLMo 7B model card, as a table: attribute x model -> the sentence that answers a question about it.

Nothing in here is about phrasing except the names by which an attribute (`nouns`, `questions`) or a model (`ALIASES`)
may be called; phrasing.py puts the questions together.
"""

from dataclasses import dataclass, field

ALIASES = {
    "OLMo 1B": ["OLMo 1B", "OLMo 1B", "OLMo-1B", "the 1B", "the 1B model", "the OLMo 1B model", "1B", "OLMo 1b",
                "the 1B version", "the 1B OLMo", "OLMo with 1B parameters", "the small OLMo model"],
    "OLMo 7B": ["OLMo 7B", "OLMo 7B", "OLMo 7B", "OLMo-7B", "the 7B", "the 7B model", "the OLMo 7B model", "7B",
                "OLMo 7b", "the 7B version", "the 7B OLMo", "OLMo with 7B parameters", "allenai/OLMo-7B"],
    "OLMo 7B Twin 2T": ["OLMo 7B Twin 2T", "OLMo 7B Twin 2T", "OLMo 7B Twin", "OLMo-7B-Twin-2T", "the Twin",
                        "the Twin model", "the 7B Twin", "the Twin 2T", "the twin 7B model", "the OLMo Twin",
                        "the 2T Twin"],
    "OLMo": ["OLMo", "OLMo", "the OLMo models", "the model", "this model", "the OLMo model", "OLMo models"],
    "Llama 7B": ["Llama 7B", "Llama 7B", "LLaMA 7B", "Llama-7B", "Llama 1 7B"],
    "Llama 2 7B": ["Llama 2 7B", "Llama 2 7B", "Llama-2-7B", "Llama 2", "LLaMA 2 7B", "Llama2 7B"],
    "OpenLM 7B": ["OpenLM 7B", "OpenLM 7B", "OpenLM", "OpenLM-7B"],
    "Falcon 7B": ["Falcon 7B", "Falcon 7B", "Falcon", "Falcon-7B", "the Falcon model"],
    "PaLM 8B": ["PaLM 8B", "PaLM 8B", "PaLM", "PaLM-8B", "the PaLM model"],
    "MPT 7B": ["MPT 7B", "MPT 7B", "MPT", "MPT-7B"],
    "StableLM 2 1.6B": ["StableLM 2 1.6B", "StableLM 2", "StableLM", "StableLM 1.6B", "StableLM 2 1.6b"],
    "Pythia 1B": ["Pythia 1B", "Pythia 1B", "Pythia", "Pythia-1B"],
    "TinyLlama 1.1B": ["TinyLlama 1.1B", "TinyLlama 1.1B", "TinyLlama", "TinyLlama-1.1B"],
    "random guessing": ["random guessing", "random", "the random baseline", "chance", "guessing at random"],
}

OLMO = ("OLMo 1B", "OLMo 7B", "OLMo 7B Twin 2T")
ARCHITECTURE = ("OLMo 7B", "Llama 2 7B", "OpenLM 7B", "Falcon 7B", "PaLM 8B")
OPTIMIZER = ("OLMo 7B", "Llama 2 7B", "OpenLM 7B", "Falcon 7B")
EVALUATION_7B = ("Llama 7B", "Llama 2 7B", "Falcon 7B", "MPT 7B", "OLMo 7B")
EVALUATION_1B = ("random guessing", "StableLM 2 1.6B", "Pythia 1B", "TinyLlama 1.1B", "OLMo 1B")


@dataclass
class Attribute:
    """Something that can be asked of a model: by a noun ("the depth of ...") or by a question of its own."""

    nouns: list
    questions: list
    answers: dict = field(default_factory=dict)
    weight: float = 1.0


def of(models, values, sentence):
    """The answer sentence for every model; {e} stands for the model and {v} for the value."""
    return {model: sentence.format(e=model, v=value) for model, value in zip(models, values, strict=True)}


ATTRIBUTES = {
    "layers": Attribute(
        ["number of layers", "layer count", "number of transformer layers", "depth", "number of blocks",
         "count of layers", "amount of layers", "total number of layers", "num layers", "layers"],
        ["How many layers does {e} have?", "How many layers are in {e}?", "How many layers are there in {e}?",
         "How many transformer layers does {e} have?", "How many blocks does {e} have?", "How deep is {e}?",
         "{e} has how many layers?", "How many layers make up {e}?", "How many layers does {e} use?",
         "How many layers in {e}?", "How many transformer blocks are in {e}?", "How many layers does {e} consist of?",
         "How many layers has {e}?", "how many layers {e}", "How deep is the network of {e}?"],
        of(OLMO, (16, 32, 32), "{e} has {v} layers.")
        | of(ARCHITECTURE, (32,) * 5, "{e} has {v} layers.")
        | {"OLMo": "OLMo 1B has 16 layers; OLMo 7B and OLMo 7B Twin 2T have 32 layers."}, 5),
    "hidden": Attribute(
        ["hidden size", "hidden dimension", "model dimension", "d_model", "width", "embedding size", "hidden width",
         "dimension of the hidden state", "size of the hidden layer"],
        ["How wide is {e}?", "How large is the hidden size of {e}?", "How big is the hidden state of {e}?",
         "How many hidden units does {e} have?", "How many dimensions does {e} have?", "How large are the hidden states in {e}?",
         "How big is d_model in {e}?", "{e} has what hidden size?", "What is d_model for {e}?"],
        of(OLMO, (2048, 4096, 4096), "The hidden size of {e} is {v}.")
        | of(ARCHITECTURE, (4096, 4096, 4096, 4544, 4096), "The hidden size of {e} is {v}.")
        | {"OLMo": "The hidden size is 2048 for OLMo 1B and 4096 for OLMo 7B and OLMo 7B Twin 2T."}, 5),
    "heads": Attribute(
        ["number of attention heads", "attention head count", "number of heads", "head count", "attention heads",
         "heads", "count of attention heads", "num heads", "amount of attention heads"],
        ["How many attention heads does {e} have?", "How many heads does {e} have?", "How many heads are in {e}?",
         "How many attention heads are there in {e}?", "How many attention heads does {e} use?",
         "{e} has how many heads?", "How many heads are used in {e}?", "How many heads in {e}?",
         "How many heads does the attention of {e} have?", "{e} uses how many attention heads?"],
        of(OLMO, (16, 32, 32), "{e} has {v} attention heads.")
        | of(ARCHITECTURE, (32, 32, 32, 71, 16), "{e} has {v} attention heads.")
        | {"OLMo": "OLMo 1B has 16 attention heads; OLMo 7B and OLMo 7B Twin 2T have 32."}, 5),
    "context": Attribute(
        ["context length", "context size", "context window", "sequence length", "maximum sequence length",
         "maximum context", "context", "max context length", "size of the context window", "maximum input length"],
        ["How long is the context of {e}?", "How large is the context window of {e}?", "How many tokens fit into {e}?",
         "How many tokens can {e} read at once?", "How much context can {e} handle?", "How long can the input of {e} be?",
         "How many tokens of context does {e} have?", "How long can a prompt for {e} be?", "How big is the context of {e}?",
         "How many tokens can {e} take as input?", "How long are the sequences of {e}?"],
        of(OLMO, (2048, 2048, 2048), "The context length of {e} is {v} tokens.")
        | of(ARCHITECTURE, (2048, 4096, 2048, 2048, 2048), "The context length of {e} is {v} tokens.")
        | {"OLMo": "The context length of all OLMo models on the card is 2048 tokens."}, 5),
    "tokens": Attribute(
        ["number of training tokens", "training token count", "training tokens", "amount of training data",
         "number of tokens in training", "training set size", "token count in training", "training data size"],
        ["How many tokens was {e} trained on?", "On how many tokens was {e} trained?", "How many training tokens did {e} see?",
         "How much data was {e} trained on?", "How many tokens were used to train {e}?", "How many tokens did {e} see?",
         "How much text was {e} trained on?", "{e} was trained on how many tokens?", "How many tokens did it take to train {e}?",
         "How many tokens went into training {e}?", "How large was the training set of {e}?"],
        of(OLMO, ("3 trillion", "2.5 trillion", "2 trillion"), "{e} was trained on {v} tokens.")
        | {"OLMo": "OLMo 1B was trained on 3 trillion tokens, OLMo 7B on 2.5 trillion and OLMo 7B Twin 2T on 2 trillion."}, 5),
    "mlp ratio": Attribute(
        ["MLP ratio", "ratio of the MLP", "feed-forward ratio", "MLP expansion ratio", "MLP size ratio"],
        ["How large is the MLP ratio of {e}?", "How wide is the MLP in {e}?"],
        of(ARCHITECTURE, ("~8/3", "~8/3", "~8/3", "4", "4"), "The MLP ratio of {e} is {v}.")),
    "layer norm": Attribute(
        ["LayerNorm type", "layer norm type", "type of LayerNorm", "layer norm", "normalization", "norm type",
         "kind of layer normalization"],
        ["Which LayerNorm does {e} use?", "What kind of layer norm does {e} use?", "How does {e} normalize its layers?",
         "What normalization is used in {e}?"],
        of(ARCHITECTURE, ("non-parametric LayerNorm", "RMSNorm", "parametric LayerNorm", "parametric LayerNorm",
                          "parametric LayerNorm"), "{e} uses {v}.")),
    "position": Attribute(
        ["positional embedding", "position embeddings", "positional encoding", "pos embeddings", "type of position embedding"],
        ["Which position embeddings does {e} use?", "How does {e} encode positions?", "Does {e} use RoPE?",
         "How are positions encoded in {e}?", "What kind of positional encoding does {e} use?"],
        of(ARCHITECTURE, ("RoPE",) * 5, "{e} uses {v} position embeddings.")),
    "attention": Attribute(
        ["attention variant", "type of attention", "attention type", "kind of attention", "attention mechanism"],
        ["Which attention variant does {e} use?", "Does {e} use full attention?", "Does {e} use GQA?", "Does {e} use MQA?",
         "What kind of attention does {e} use?", "What attention does {e} have?"],
        of(ARCHITECTURE, ("full", "GQA", "full", "MQA", "MQA"), "{e} uses {v} attention.")),
    "biases": Attribute(
        ["bias terms", "biases", "use of biases", "bias setting"],
        ["Does {e} have biases?", "Does {e} use bias terms?", "Are there biases in {e}?", "Where does {e} have biases?"],
        of(ARCHITECTURE, ("no biases", "no biases", "biases in the LayerNorm only", "biases in the LayerNorm only",
                          "no biases"), "{e} has {v}.")),
    "block": Attribute(
        ["block type", "type of block", "transformer block type", "kind of blocks"],
        ["Which block type does {e} use?", "Are the blocks of {e} sequential or parallel?", "Does {e} use parallel blocks?",
         "Does {e} use sequential blocks?"],
        of(ARCHITECTURE, ("sequential", "sequential", "sequential", "parallel", "parallel"), "{e} uses {v} blocks.")),
    "activation": Attribute(
        ["activation", "activation function", "type of activation", "nonlinearity", "MLP activation"],
        ["Which activation does {e} use?", "What activation function is used in {e}?", "Does {e} use SwiGLU?",
         "Does {e} use GeLU?", "What is the activation in {e}?"],
        of(ARCHITECTURE, ("SwiGLU", "SwiGLU", "SwiGLU", "GeLU", "SwiGLU"), "{e} uses the {v} activation.")),
    "batch instances": Attribute(
        ["batch size", "batch size in instances", "training batch size", "number of instances in a batch"],
        ["How large is the batch of {e}?", "How many instances are in a batch of {e}?", "How big was the batch size of {e}?",
         "How many sequences are in a batch of {e}?"],
        of(ARCHITECTURE, zip((2160, 1024, 2048, 2304, 512), ("~4M", "~4M", "~4M", "~4M", "~1M")),
           "The batch size of {e} is {v[0]} instances, or {v[1]} tokens."), 1.3),
    "batch tokens": Attribute(
        ["batch size in tokens", "number of tokens in a batch", "tokens per batch", "token batch size"],
        ["How many tokens are in a batch of {e}?", "How many tokens per batch does {e} use?"],
        of(ARCHITECTURE, zip((2160, 1024, 2048, 2304, 512), ("~4M", "~4M", "~4M", "~4M", "~1M")),
           "The batch size of {e} is {v[0]} instances, or {v[1]} tokens."), 0.7),
    "weight tying": Attribute(
        ["weight tying", "weight tying setting", "use of weight tying"],
        ["Does {e} use weight tying?", "Does {e} tie its weights?", "Are the weights of {e} tied?",
         "Are the embeddings of {e} tied?", "Is weight tying used in {e}?"],
        of(ARCHITECTURE, ("does not use", "does not use", "does not use", "does not use", "uses"), "{e} {v} weight tying.")),
    "peak lr": Attribute(
        ["peak learning rate", "peak LR", "maximum learning rate", "learning rate", "highest learning rate", "max LR", "LR"],
        ["How high is the peak learning rate of {e}?", "Which learning rate was used for {e}?",
         "With what learning rate was {e} trained?", "How high was the learning rate of {e}?"],
        of(("OLMo 1B",) + OPTIMIZER, ("4.0E-4", "3.0E-4", "3.0E-4", "3.0E-4", "6.0E-4"),
           "The peak learning rate of {e} is {v}.")
        | {"OLMo": "The peak learning rate is 4.0E-4 for OLMo 1B and 3.0E-4 for OLMo 7B."}, 1.5),
    "betas": Attribute(
        ["betas", "AdamW betas", "Adam betas", "beta values", "AdamW beta values"],
        ["Which betas were used for {e}?", "What are the betas of {e}?", "What are the AdamW betas for {e}?"],
        of(("OLMo 1B", "OLMo 7B"), ("(0.9, 0.95)", "(0.9, 0.99)"), "The AdamW betas of {e} are {v}.")
        | {"OLMo": "The AdamW betas are (0.9, 0.95) for OLMo 1B and (0.9, 0.99) for OLMo 7B."}),
    "epsilon": Attribute(
        ["epsilon", "AdamW epsilon", "Adam epsilon", "optimizer epsilon", "epsilon value"],
        ["How large is epsilon for {e}?", "Which epsilon was used for {e}?", "How small is the epsilon of {e}?"],
        of(("OLMo 1B",) + OPTIMIZER, ("1.0E-5",) * 5, "The AdamW epsilon of {e} is {v}.")
        | {"OLMo": "The AdamW epsilon is 1.0E-5 for OLMo 1B and OLMo 7B."}),
    "weight decay": Attribute(
        ["weight decay", "AdamW weight decay", "weight decay value", "decay of the weights"],
        ["How much weight decay was used for {e}?", "How large is the weight decay of {e}?", "Which weight decay does {e} use?"],
        of(("OLMo 1B",) + OPTIMIZER, ("0.1",) * 5, "The weight decay of {e} is {v}.")
        | {"OLMo": "The weight decay is 0.1 for OLMo 1B and OLMo 7B."}),
    "warmup": Attribute(
        ["number of warmup steps", "warmup steps", "warmup", "warm-up steps", "length of the warmup", "warmup length"],
        ["How many warmup steps did {e} use?", "How long was the warmup of {e}?", "How many warmup steps were used for {e}?",
         "For how many steps was {e} warmed up?"],
        of(OPTIMIZER, (5000, 2000, 2000, 1000), "{e} was trained with {v} warmup steps.")),
    "minimum lr": Attribute(
        ["minimum learning rate", "minimum LR", "lowest learning rate", "final learning rate", "min LR"],
        ["How low does the learning rate of {e} go?", "How small is the minimum learning rate of {e}?"],
        of(OPTIMIZER, ("3.0E-5", "3.0E-5", "3.0E-5", "1.2E-5"), "The minimum learning rate of {e} is {v}.")),
    "beta1": Attribute(
        ["beta1", "beta 1", "first beta", "AdamW beta1"], ["What is beta1 for {e}?", "How large is beta1 of {e}?"],
        of(OPTIMIZER, ("0.9", "0.9", "0.9", "0.99"), "The optimizer comparison gives beta1 of {e} as {v}."), 0.6),
    "beta2": Attribute(
        ["beta2", "beta 2", "second beta", "AdamW beta2"], ["What is beta2 for {e}?", "How large is beta2 of {e}?"],
        of(OPTIMIZER, ("0.95; the AdamW table says 0.99", "0.95", "0.95", "0.999"),
           "The optimizer comparison gives beta2 of {e} as {v}."), 0.6),
    "schedule": Attribute(
        ["learning rate schedule", "LR schedule", "schedule of the learning rate", "schedule", "type of LR schedule"],
        ["Which learning rate schedule does {e} use?", "How does the learning rate of {e} decay?",
         "Is the learning rate schedule of {e} linear or cosine?", "What kind of schedule was used for {e}?"],
        of(OPTIMIZER, ("linear", "cosine", "cosine", "cosine"), "{e} uses a {v} learning rate schedule.")),
    "clipping": Attribute(
        ["gradient clipping", "gradient clipping setting", "gradient clip value", "clipping of gradients"],
        ["How are gradients clipped in {e}?", "Does {e} use gradient clipping?", "At what norm are the gradients of {e} clipped?"],
        of(OPTIMIZER, ("global 1.0",) * 4, "The gradient clipping of {e} is {v}.")),
    "reduce dtype": Attribute(
        ["gradient reduce dtype", "gradient reduction dtype", "data type for gradient reduction", "dtype of the gradient reduce"],
        ["In which dtype does {e} reduce gradients?", "Which dtype is used to reduce the gradients of {e}?"],
        of(OPTIMIZER, ("FP32", "FP32", "FP32", "BF16"), "{e} reduces gradients in {v}.")),
    "optimizer dtype": Attribute(
        ["optimizer state dtype", "dtype of the optimizer state", "data type of the optimizer state", "optimizer dtype"],
        ["In which dtype is the optimizer state of {e}?", "Which dtype does the optimizer state of {e} have?"],
        of(OPTIMIZER, ("FP32", "FP32, most likely", "FP32", "FP32"), "The optimizer state of {e} is kept in {v}.")),
    "gpu": Attribute(
        ["GPU type", "training hardware", "type of GPU", "GPUs", "hardware", "accelerators"],
        ["Which GPUs was {e} trained on?", "What hardware was used to train {e}?", "Where was {e} trained?",
         "On which machine was {e} trained?", "Which supercomputer trained {e}?", "Who provided the GPUs for {e}?",
         "On what GPUs was {e} trained?", "What kind of GPU trained {e}?"],
        of(("OLMo 7B", "OLMo 7B Twin 2T"),
           ("A100-40GB GPUs provided by MosaicML", "MI250X GPUs at the LUMI supercomputer"), "{e} was trained on {v}.")
        | {"OLMo": "OLMo 7B was trained on A100-40GB GPUs provided by MosaicML, and OLMo 7B Twin 2T on MI250X GPUs at the "
                   "LUMI supercomputer."}, 1.5),
    "power": Attribute(
        ["power consumption", "energy use", "energy consumption", "electricity use", "power use", "GPU power consumption",
         "training energy"],
        ["How much energy did {e} use?", "How much power did training {e} take?", "How many MWh did {e} need?",
         "How much electricity was used to train {e}?", "How much energy did the training of {e} consume?",
         "How much power did {e} consume?"],
        of(("OLMo 7B", "OLMo 7B Twin 2T"), (104, 135), "The GPUs that trained {e} consumed {v} MWh.")
        | {"OLMo": "The GPUs consumed 104 MWh for OLMo 7B and 135 MWh for OLMo 7B Twin 2T."}, 1.5),
    "carbon intensity": Attribute(
        ["carbon intensity", "carbon intensity of the power", "CO2 per kWh", "carbon intensity in kg CO2e per kWh"],
        ["How high was the carbon intensity for {e}?", "How carbon intense was the power for {e}?"],
        of(("OLMo 7B", "OLMo 7B Twin 2T"), ("0.656", "0*"), "The carbon intensity for {e} is {v} kg CO2e/KWh.")),
    "emissions": Attribute(
        ["carbon emissions", "CO2 emissions", "carbon footprint", "emissions", "environmental impact", "climate impact",
         "footprint", "CO2 footprint"],
        ["How much CO2 did {e} emit?", "How much carbon was emitted by training {e}?", "How many tons of CO2 did {e} cause?",
         "How much CO2 did the training of {e} cause?", "How many tCO2eq did {e} emit?", "How green is {e}?"],
        of(("OLMo 7B", "OLMo 7B Twin 2T"), ("75.05", "0*"), "The carbon emissions of {e} are {v} tCO2eq.")
        | {"OLMo": "The carbon emissions are 75.05 tCO2eq for OLMo 7B and 0* tCO2eq for OLMo 7B Twin 2T."}, 1.5),
    "parameters": Attribute(
        ["parameter count", "number of parameters", "model size", "exact number of parameters", "size in parameters"],
        ["How many parameters does {e} have?", "How big is {e}?", "How large is {e}?", "What size is {e}?",
         "How many weights does {e} have?"],
        {"OLMo 7B": "OLMo 7B has 6.89B parameters.",
         "OLMo": "The card lists two sizes, 1B and 7B; OLMo 7B has 6.89B parameters."}, 1.5),
    "tensor type": Attribute(
        ["tensor type", "stored data type", "dtype of the weights", "precision of the weights", "weight dtype"],
        ["In which data type are the weights of {e} stored?", "What dtype are the weights of {e}?",
         "In what precision is {e} stored?"],
        {"OLMo 7B": "The weights of OLMo 7B are stored as F32.", "OLMo": "The weights of OLMo 7B are stored as F32."}),
    "hub name": Attribute(
        ["Hugging Face name", "hub name", "repository name", "Hugging Face repository", "model id", "hub id"],
        ["Under which name is {e} on Hugging Face?", "Where can I find {e}?", "Where can I download {e}?",
         "Which model id do I use for {e}?"],
        {"OLMo 7B": "OLMo 7B is on Hugging Face as allenai/OLMo-7B-hf.",
         "OLMo": "OLMo 7B is on Hugging Face as allenai/OLMo-7B-hf."}),
}

TASKS = {  # names, scores of the 7B table, scores of the 1B table (in the order of the columns)
    "arc_challenge": (["arc_challenge", "ARC challenge", "ARC-Challenge", "arc challenge"],
                      "44.5 39.8 47.5 46.5 48.5", "25 43.81 33.11 34.78 34.45"),
    "arc_easy": (["arc_easy", "ARC easy", "ARC-Easy", "arc easy"], "57.0 57.7 70.4 70.5 65.4", "25 63.68 50.18 53.16 58.07"),
    "boolq": (["boolq", "BoolQ", "bool q"], "73.1 73.5 74.6 74.2 73.4", "50 76.6 61.8 64.6 60.7"),
    "copa": (["copa", "COPA", "Copa"], "85.0 87.0 86.0 85.0 90", "50 84 72 78 79"),
    "hellaswag": (["hellaswag", "HellaSwag", "Hellaswag"], "74.5 74.5 75.9 77.6 76.4", "25 68.2 44.7 58.7 62.5"),
    "openbookqa": (["openbookqa", "OpenBookQA", "open book QA"], "49.8 48.4 53.0 48.6 50.2", "25 45.8 37.8 43.6 46.4"),
    "piqa": (["piqa", "PIQA", "PiQA"], "76.3 76.4 78.5 77.3 78.4", "50 74 69.1 71.1 73.7"),
    "sciq": (["sciq", "SciQ", "SCIQ"], "89.5 90.8 93.9 93.7 93.8", "25 94.7 86 90.5 88.1"),
    "winogrande": (["winogrande", "WinoGrande", "Winogrande"], "68.2 67.3 68.9 69.9 67.9", "50 64.9 53.3 58.9 58.9"),
    "the core tasks average": (["the core tasks average", "the core tasks on average", "the average of the core tasks",
                                "the core average"], "68.7 68.4 72.1 71.5 71.6", None),
    "truthfulQA (MC2)": (["truthfulQA", "TruthfulQA", "truthfulqa", "truthfulQA (MC2)"], "33.9 38.5 34.0 33 36.0", None),
    "MMLU (5 shot MC)": (["MMLU", "mmlu", "MMLU (5 shot)"], "31.5 45.0 24.0 30.8 28.3", None),
    "GSM8k": (["GSM8k", "GSM8K", "gsm8k"],
              "10.0 (8shot CoT)|12.0 (8shot CoT)|4.0 (5 shot)|4.5 (5 shot)|8.5 (8shot CoT)", None),
    "the full average": (["the full average", "the overall average", "all tasks on average", "the average over all tasks"],
                         "57.8 59.3 59.2 59.3 59.8", None),
    "the average of the 1B table": (["the average", "the average of the 1B table", "average"], None,
                                    "36.11 68.41 56.44 61.48 62.42"),
}


def scores():
    """task -> model -> answer sentence, and task -> the sentence for OLMo at large."""
    table = {}
    for task, (_, seven, one) in TASKS.items():
        row = {}
        for models, values in ((EVALUATION_7B, seven), (EVALUATION_1B, one)):
            if values:
                values = values.split("|") if "|" in values else values.split()
                row |= of(models, values, "{e} scores {v} on " + task + ".")
        if "random guessing" in row:
            row["random guessing"] = row["random guessing"].replace("random guessing", "Random guessing")
        if "OLMo 7B" in row and "OLMo 1B" in row:
            number = {model: row[model].split(" scores ")[1].split(" on ")[0] for model in ("OLMo 7B", "OLMo 1B")}
            row["OLMo"] = f"On {task}, OLMo 7B scores {number['OLMo 7B']} and OLMo 1B scores {number['OLMo 1B']}."
        elif "OLMo 7B" in row:
            row["OLMo"] = row["OLMo 7B"]
        else:
            row["OLMo"] = row["OLMo 1B"]
        table[task] = row
    # The 1B table has one average only, and "the average" of a 7B model is the full one.
    one, full = table["the average of the 1B table"], table["the full average"]
    averages = {"OLMo": f"{full['OLMo 7B'][:-1]}; OLMo 1B scores 62.42 on the average of the 1B table."}
    table["the full average"] = one | full | averages
    table["the core tasks average"] = one | table["the core tasks average"]
    table["the average of the 1B table"] = full | one | averages
    return table


SCORES = scores()
