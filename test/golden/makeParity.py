"""Writes parity/: small random models, and what transformers, PEFT and torch compute on them and on two models of ../shared.

Run: python makeParity.py SHARED [methods] (the folder beside the project; its referee/requirements.txt says what is needed). PEFT's side is
the referee's own scripts, run here. The versions used stand in every file that holds results. With `methods` the small models and all other
files stay as they are, and NAME.methods.* alone are written.

parity/models/NAME     config and weights as transformers saves them
parity/NAME.json       token ids that went in, losses, scores of labels
parity/NAME.safetensors  logits.I (the last positions of row I), adapter.logits.I, prompt_embeddings (the adapter's), and for P virtual tokens
                       P.init (first vectors) and P.gradient (of the first step)
parity/NAME.methods.json  for prefix tuning and P-tuning on the batches of NAME.json, case by case: config and losses; the text of `activations`
parity/NAME.methods.safetensors  CASE.initial.PARAMETER and CASE.gradient.PARAMETER (of the first step) by PEFT's names within the prompt
                       encoder, CASE.prompt_embeddings and CASE.logits.I (of the adapter that training ends with, every position of row I);
                       activations.prefix, the prefix of a text's own keys and values
parity/optimizers.safetensors, parity/schedules.json  updates of given gradients step by step; the rate's factor at every step
"""
import functools
import json
import random
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import torch
from peft import PrefixTuningConfig, TaskType, get_peft_model, initialize_kv_prefix_from_text
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)
from transformers.optimization import Adafactor

import referee as scripts

SHARED = Path(sys.argv[1]).resolve()
referee = functools.partial(scripts.run, SHARED)
OUT = Path(__file__).with_name("parity")
VERSIONS = {package: version(package) for package in ("torch", "transformers", "peft", "safetensors")}
# One entry: the order of several is not the same in every run.
METADATA = {"versions": json.dumps(VERSIONS)}
VOCABULARY, STEPS, BATCHES = 97, 20, 6
LABELS = [[3], [5], [7, 9], [7, 11, 2]]
# With Adafactor's usual 0.3 these models are chaotic: after 15 steps PEFT in float32 differs from itself in float64 by a tenth.
LEARNING_RATE, OPTIMIZERS = 0.01, ("adamw", "adafactor")

METHODS = {
    "prefix": {"peft_type": "PREFIX_TUNING", "num_virtual_tokens": 5, "prefix_projection": False},
    "prefixProjection": {"peft_type": "PREFIX_TUNING", "num_virtual_tokens": 4, "prefix_projection": True, "encoder_hidden_size": 12},
    "pTuningMlp": {"peft_type": "P_TUNING", "num_virtual_tokens": 5, "encoder_reparameterization_type": "MLP", "encoder_hidden_size": 12},
    "pTuningLstm": {"peft_type": "P_TUNING", "num_virtual_tokens": 4, "encoder_reparameterization_type": "LSTM", "encoder_hidden_size": 10},
}

DECODER = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 80,
    "vocab_size": VOCABULARY,
    "max_position_embeddings": 64,
}
MODELS = {
    "gpt2": lambda: GPT2LMHeadModel(GPT2Config(n_embd=32, n_layer=3, n_head=4, n_inner=64, vocab_size=VOCABULARY, n_positions=64)),
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**DECODER, tie_word_embeddings=True)),
    # An output matrix of its own, every bias, heads wider than hidden size / heads, another base of the rotations.
    "llamaUntied": lambda: LlamaForCausalLM(
        LlamaConfig(
            **{**DECODER, "num_hidden_layers": 2, "hidden_act": "gelu"},
            head_dim=12,
            attention_bias=True,
            mlp_bias=True,
            rms_norm_eps=1e-5,
            rope_parameters={"rope_type": "default", "rope_theta": 500.0},
        )
    ),
    "qwen2": lambda: Qwen2ForCausalLM(Qwen2Config(**{**DECODER, "num_key_value_heads": 1}, tie_word_embeddings=True)),
    # Saved as bfloat16 in several files.
    "mistralSharded": lambda: MistralForCausalLM(MistralConfig(**DECODER, sliding_window=None)),
}


def save_model(name, make, seed):
    """Weights so wide that attention looks at few rows and the logits differ by several units, and no bias is zero: faults show."""
    torch.manual_seed(seed)
    model = make()
    with torch.no_grad():
        for parameter_name, p in model.named_parameters():
            if p.dim() == 2:
                is_table = any(part in parameter_name for part in ("embed_tokens", "wte", "wpe", "lm_head"))
                p.normal_(0, 0.5 if is_table else (2 / DECODER["hidden_size"]) ** 0.5)
            else:
                p.copy_(("norm" in parameter_name or "ln_" in parameter_name) * p + 0.3 * torch.randn_like(p))
    folder = OUT / "models" / name
    if name.endswith("Sharded"):
        model.to(torch.bfloat16).save_pretrained(folder, max_shard_size="32KB")
    else:
        model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    return folder


def draw_batch(rng, vocabulary, longest):
    """Ragged rows; any tokens but the first may be scored, and one is."""
    rows, labels = [], []
    for _ in range(rng.randint(3, 5)):
        ids = [rng.randrange(vocabulary) for _ in range(rng.randint(2, longest))]
        scored = {rng.randrange(1, len(ids))} | {i for i in range(1, len(ids)) if rng.random() < 0.3}
        rows.append(ids)
        labels.append([t if i in scored else -100 for i, t in enumerate(ids)])
    return {"input_ids": rows, "labels": labels}


def last_positions(file, count):
    return {name: t[-count:].contiguous() for name, t in load_file(file).items()}


def score_labels(model, adapter, rows, temporary):
    """Log-probabilities [row][label]. One row at a time: PEFT counts the positions of padding on the left."""
    folder = temporary / "scored"
    shutil.copytree(model, folder)
    words = {f"w{i}": i for i in range(VOCABULARY)}
    tokenizer = Tokenizer(WordLevel(words, unk_token="w0"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    text = lambda ids: " ".join(f"w{i}" for i in ids)
    data, out = temporary / "data.jsonl", temporary / "scores.jsonl"
    data.write_text("".join(json.dumps({"input": text(ids), "target": ""}) + "\n" for ids in rows))
    labels = [text(label) for label in LABELS]
    options = {"adapter": adapter} if adapter else {}
    referee("peft_eval.py", model=folder, data=data, out=out, labels=labels, batch=1, threads=1, passes=1, **options)
    shutil.rmtree(folder)
    return [[json.loads(line)["scores"][label] for label in labels] for line in out.read_text().splitlines()]


def record(name, model, temporary, seed, virtual_tokens=(3, 20), longest=14):
    rng = random.Random(seed)
    torch.manual_seed(seed)
    config = json.loads((model / "config.json").read_text())
    vocabulary, hidden = config["vocab_size"], config.get("hidden_size", config.get("n_embd"))
    kept = 4 if vocabulary > VOCABULARY else longest
    lengths = [1, 2, 5, longest // 2 + 1, longest - 1, longest]
    rows = [[rng.randrange(vocabulary) for _ in range(n)] for n in lengths]
    batches = [draw_batch(rng, vocabulary, longest) for _ in range(BATCHES)]
    inputs_file, batches_file, logits_file = (temporary / f for f in ("inputs.json", "batches.json", "logits.safetensors"))
    inputs_file.write_text(json.dumps({"input_ids": rows}))
    batches_file.write_text(json.dumps({"batches": batches}))

    referee("peft_logits.py", model=model, inputs=inputs_file, out=logits_file)
    tensors = last_positions(logits_file, kept)
    losses = {}
    for count in virtual_tokens:
        init, gradient = temporary / "init.safetensors", temporary / "gradient.safetensors"
        tensors[f"{count}.init"] = 0.5 * torch.randn(count, hidden)
        save_file({"prompt_embeddings": tensors[f"{count}.init"]}, init)
        losses[count] = {}
        for optimizer in OPTIMIZERS:
            lines = referee(
                "peft_train.py", model=model, batches=batches_file, out=temporary / f"{optimizer}{count}", virtual_tokens=count, init=init,
                optimizer=optimizer, lr=LEARNING_RATE, steps=STEPS, threads=1, dump_gradient=gradient,
            )  # fmt: skip
            losses[count][optimizer] = [line["loss"] for line in lines if "step" in line]
        tensors[f"{count}.gradient"] = load_file(gradient)["embedding.weight"]

    adapter = temporary / f"adamw{virtual_tokens[-1]}"
    tensors["prompt_embeddings"] = load_file(adapter / "adapter_model.safetensors")["prompt_embeddings"]
    referee("peft_logits.py", model=model, adapter=adapter, inputs=inputs_file, out=logits_file)
    tensors |= {f"adapter.{key}": t for key, t in last_positions(logits_file, kept).items()}
    save_file(tensors, OUT / f"{name}.safetensors", metadata=METADATA)
    golden = {"versions": VERSIONS, "input_ids": rows, "batches": batches, "learning_rate": LEARNING_RATE, "losses": losses}
    if vocabulary == VOCABULARY:
        bare, adapted = (score_labels(model, a, rows, temporary) for a in (None, adapter))
        golden["ranking"] = {"labels": LABELS, "bare": bare, "adapter": adapted}
    (OUT / f"{name}.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


def method_options(config):
    """The referee's options for a config in PEFT's words."""
    options = {"virtual_tokens": config["num_virtual_tokens"]}
    if config["peft_type"] == "PREFIX_TUNING":
        flag = {"prefix_projection": []} if config["prefix_projection"] else {}
        options |= {"method": "prefix", **flag}
    else:
        options |= {"method": "ptuning", "encoder": config["encoder_reparameterization_type"]}
    return options | ({"encoder_hidden": config["encoder_hidden_size"]} if "encoder_hidden_size" in config else {})


def text_prefix(model, ids):
    """What PEFT makes of a text, here given as ids: its tokenizer is asked for nothing else."""
    config = PrefixTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=len(ids))
    peft = get_peft_model(AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32), config).eval()
    tokenizer = lambda *_, **__: {"input_ids": torch.tensor([ids])}
    return initialize_kv_prefix_from_text(peft, tokenizer, text="", use_chat_template=False).contiguous()


def record_methods(name, model, temporary, seed):
    golden = json.loads((OUT / f"{name}.json").read_text())
    inputs_file, batches_file, logits_file = (temporary / f for f in ("inputs.json", "batches.json", "logits.safetensors"))
    inputs_file.write_text(json.dumps({"input_ids": golden["input_ids"]}))
    batches_file.write_text(json.dumps({"batches": golden["batches"]}))
    ids = random.Random(seed).sample(range(VOCABULARY), 6)
    text = text_prefix(model, ids)
    cases, tensors = {}, {"activations.prefix": text}
    for case, config in METHODS.items():
        adapter, gradient, start = temporary / case, temporary / "gradient.safetensors", {}
        if case == "prefix":
            # PEFT's own N(0, 1) drowns the text and makes the run chaotic.
            torch.manual_seed(seed)
            start = {"init": temporary / "init.safetensors"}
            save_file({"embedding.weight": 0.1 * torch.randn(config["num_virtual_tokens"], text.shape[1])}, start["init"])
        lines = referee(
            "peft_train.py", model=model, batches=batches_file, out=adapter, optimizer="adamw", lr=LEARNING_RATE, weight_decay=0, steps=STEPS,
            seed=seed, threads=1, dump_gradient=gradient, **method_options(config), **start,
        )  # fmt: skip
        cases[case] = {"config": config, "losses": [line["loss"] for line in lines if "step" in line]}
        tensors |= {f"{case}.initial.{key}": t for key, t in load_file(adapter / "init.safetensors").items()}
        tensors |= {f"{case}.gradient.{key}": t for key, t in load_file(gradient).items()}
        tensors[f"{case}.prompt_embeddings"] = load_file(adapter / "adapter_model.safetensors")["prompt_embeddings"]
        referee("peft_logits.py", model=model, adapter=adapter, inputs=inputs_file, out=logits_file)
        tensors |= {f"{case}.{key}": t for key, t in load_file(logits_file).items()}
    save_file(tensors, OUT / f"{name}.methods.safetensors", metadata=METADATA)
    said = {"versions": VERSIONS, "learning_rate": LEARNING_RATE, "cases": cases, "activations": {"ids": ids}}
    (OUT / f"{name}.methods.json").write_text(json.dumps(said, separators=(",", ":")) + "\n")


def record_optimizers():
    generator = torch.Generator().manual_seed(1)
    draw = lambda *shape: torch.randn(*shape, generator=generator)
    makers = {
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.01),
        "adafactor": lambda p: Adafactor(
            p, lr=0.3, decay_rate=-0.8, weight_decay=1e-5, scale_parameter=False, relative_step=False, warmup_init=False
        ),
    }
    tensors = {}
    for kind, shape in {"matrix": (5, 4), "vector": (6,)}.items():
        tensors[f"{kind}.initial"] = draw(*shape)
        # Sizes differ by orders, so that some updates are clipped and others are not.
        tensors[f"{kind}.gradients"] = draw(10, *shape) * draw(10, *shape).exp() * draw(10, *[1] * len(shape)).exp()
        for name, make in makers.items():
            parameter = torch.nn.Parameter(tensors[f"{kind}.initial"].clone())
            optimizer, after = make([parameter]), []
            for gradient in tensors[f"{kind}.gradients"]:
                parameter.grad = gradient.clone()
                optimizer.step()
                after.append(parameter.detach().clone())
            tensors[f"{kind}.{name}"] = torch.stack(after)
    save_file(tensors, OUT / "optimizers.safetensors", metadata=METADATA)


def record_schedules(steps=30):
    def factors(make, **options):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        schedule, rates = make(optimizer, **options), []
        for _ in range(steps):
            rates.append(schedule.get_last_lr()[0])
            optimizer.step()
            schedule.step()
        return rates

    golden = {"versions": VERSIONS, "steps": steps, "schedules": []}
    for warmup in (0, 7):
        falling = {"num_warmup_steps": warmup, "num_training_steps": steps}
        golden["schedules"].append(
            {
                "warmup": warmup,
                "constant": factors(get_constant_schedule_with_warmup, num_warmup_steps=warmup),
                "linear": factors(get_linear_schedule_with_warmup, **falling),
                "cosine": factors(get_cosine_schedule_with_warmup, **falling),
            }
        )
    (OUT / "schedules.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


def record_everything_else(temporary):
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    record_optimizers()
    record_schedules()
    for seed, (name, make) in enumerate(MODELS.items()):
        save_model(name, make, seed)
    for seed, name in enumerate(MODELS):
        record(name, OUT / "models" / name, temporary, seed)
    record("stories260K", SHARED / "data/models/stories260K/hf", temporary, 5)
    # It has 11 positions in all.
    record("gptNanoSort", SHARED / "data/models/gpt-nano-sort/hf", temporary, 6, virtual_tokens=(3,), longest=8)


torch.set_num_threads(1)
with tempfile.TemporaryDirectory() as temporary:
    if sys.argv[2:] != ["methods"]:
        record_everything_else(Path(temporary))
    for seed, name in enumerate(MODELS):
        record_methods(name, OUT / "models" / name, Path(temporary), seed)
