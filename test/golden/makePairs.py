"""Writes pairs/: small random encoder-decoders, and what transformers and PEFT compute on them.

Run: python makePairs.py SHARED (the folder beside the project; its referee/requirements.txt says what is needed). PEFT's side is the referee's
own scripts, run here. The versions used stand in every file that holds results.

pairs/models/NAME       config and weights as transformers saves them
pairs/NAME.json         token ids of texts and of what the decoder reads, batches, and case by case: config and losses
pairs/NAME.safetensors  logits.I (of row I, every position of the decoder), CASE.initial.PARAMETER and CASE.gradient.PARAMETER (of the first step)
                        by PEFT's names within the prompt encoder, CASE.prompt_embeddings and CASE.logits.I (of the adapter that training ends with)
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
from safetensors.torch import load_file, save_file
from transformers import T5Config, T5ForConditionalGeneration

import referee as scripts

SHARED = Path(sys.argv[1]).resolve()
OUT = Path(__file__).with_name("pairs")
VERSIONS = {package: version(package) for package in ("torch", "transformers", "peft", "safetensors")}
VOCABULARY, STEPS, BATCHES, LEARNING_RATE = 61, 20, 4, 0.01
referee = functools.partial(scripts.run, SHARED)

COMMON = {"vocab_size": VOCABULARY, "num_heads": 4, "decoder_start_token_id": 0}
GATED = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
MODELS = {
    # Version 1.0: one matrix in and out. An odd number of blocks: PEFT's prefixes all differ.
    "t5": lambda: T5ForConditionalGeneration(T5Config(**COMMON, d_model=32, d_kv=8, d_ff=64, num_layers=3)),
    # Version 1.1: gated, unscaled outputs, here with an output matrix of its own; an even number of blocks: PEFT's share prefixes.
    "t5Gated": lambda: T5ForConditionalGeneration(T5Config(**COMMON, **GATED, d_model=24, d_kv=6, d_ff=40, num_layers=2)),
    # Heads that are not hidden size / heads wide, as flan-t5-small's: PEFT 0.21.2 cannot give them prefixes.
    "t5Narrow": lambda: T5ForConditionalGeneration(
        T5Config(**COMMON, **GATED, d_model=24, d_kv=5, d_ff=40, num_layers=2, relative_attention_num_buckets=16, relative_attention_max_distance=40)
    ),
}  # fmt: skip
CASES = {
    "prompt": {"peft_type": "PROMPT_TUNING", "num_virtual_tokens": 4},
    "prefix": {"peft_type": "PREFIX_TUNING", "num_virtual_tokens": 5, "prefix_projection": False},
    "prefixProjection": {"peft_type": "PREFIX_TUNING", "num_virtual_tokens": 3, "prefix_projection": True, "encoder_hidden_size": 12},
    "pTuningMlp": {"peft_type": "P_TUNING", "num_virtual_tokens": 4, "encoder_reparameterization_type": "MLP", "encoder_hidden_size": 12},
    "pTuningLstm": {"peft_type": "P_TUNING", "num_virtual_tokens": 3, "encoder_reparameterization_type": "LSTM", "encoder_hidden_size": 10},
}


def save_model(name, make, seed):
    """Weights so wide that attention looks at few rows and the logits differ by several units: faults show."""
    torch.manual_seed(seed)
    model = make()
    if name == "t5Gated":
        model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.shared.weight))
    hidden, head = model.config.d_model, model.config.d_kv
    with torch.no_grad():
        for parameter_name, p in model.named_parameters():
            if p.dim() == 1:
                p.add_(0.3 * torch.randn_like(p))
            elif "relative_attention_bias" in parameter_name:
                p.normal_(0, 1)
            elif "shared" in parameter_name or "lm_head" in parameter_name:
                p.normal_(0, 1)
            elif parameter_name.endswith((".q.weight", ".k.weight")):
                # The scores are not scaled.
                p.normal_(0, (2 / hidden) ** 0.5 / head**0.25)
            else:
                p.normal_(0, (2 / p.shape[1]) ** 0.5)
    folder = OUT / "models" / name
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    return folder


def options_of(config):
    """The referee's options for a config in PEFT's words."""
    options = {"virtual_tokens": config["num_virtual_tokens"]}
    if config["peft_type"] == "PREFIX_TUNING":
        options |= {"method": "prefix"} | ({"prefix_projection": []} if config["prefix_projection"] else {})
    elif config["peft_type"] == "P_TUNING":
        options |= {"method": "ptuning", "encoder": config["encoder_reparameterization_type"]}
    return options | ({"encoder_hidden": config["encoder_hidden_size"]} if "encoder_hidden_size" in config else {})


def draw(rng, shortest, longest):
    return [rng.randrange(2, VOCABULARY) for _ in range(rng.randint(shortest, longest))]


def tame(state):
    """First values near enough to zero that the curve does not amplify rounding."""
    return {key: t * (0.1 if key == "embedding.weight" and t.shape[1] > 64 else 1) for key, t in state.items()}


def record(name, folder, temporary, seed):
    rng = random.Random(seed)
    # Longer than the distances that all share a bucket.
    rows = [draw(rng, n, n) for n in (1, 2, 7, 20, 45, 150)]
    decoder_rows = [[0, *draw(rng, n - 1, n - 1)] for n in (1, 2, 5, 3, 30, 4)]
    batches = []
    for _ in range(BATCHES):
        count = rng.randint(3, 5)
        batches.append({"input_ids": [draw(rng, 1, 24) for _ in range(count)], "labels": [draw(rng, 1, 5) for _ in range(count)]})
    inputs_file, batches_file, logits_file = (temporary / f for f in ("inputs.json", "batches.json", "logits.safetensors"))
    inputs_file.write_text(json.dumps({"input_ids": rows, "decoder_input_ids": decoder_rows}))
    batches_file.write_text(json.dumps({"batches": batches}))
    referee("peft_logits.py", model=folder, inputs=inputs_file, out=logits_file)
    tensors = load_file(logits_file)
    cases = {}
    for case, config in CASES.items():
        if name == "t5Narrow" and config["peft_type"] == "PREFIX_TUNING":
            continue
        options = {"model": folder, "batches": batches_file, "threads": 1, "lr": LEARNING_RATE, "seed": seed, **options_of(config)}
        drawn, adapter, gradient = temporary / "drawn", temporary / "adapter", temporary / "gradient.safetensors"
        referee("peft_train.py", out=drawn, steps=1, **options)
        initial, init_file = tame(load_file(drawn / "init.safetensors")), temporary / "init.safetensors"
        save_file(initial, init_file)
        lines = referee("peft_train.py", out=adapter, steps=STEPS, init=init_file, dump_gradient=gradient, **options)
        cases[case] = {"config": config, "losses": [line["loss"] for line in lines if "step" in line]}
        tensors |= {f"{case}.initial.{key}": t for key, t in initial.items()}
        tensors |= {f"{case}.gradient.{key}": t for key, t in load_file(gradient).items()}
        tensors[f"{case}.prompt_embeddings"] = load_file(adapter / "adapter_model.safetensors")["prompt_embeddings"]
        referee("peft_logits.py", model=folder, adapter=adapter, inputs=inputs_file, out=logits_file)
        tensors |= {f"{case}.{key}": t for key, t in load_file(logits_file).items()}
    save_file(tensors, OUT / f"{name}.safetensors", metadata={"versions": json.dumps(VERSIONS)})
    golden = {
        "versions": VERSIONS, "input_ids": rows, "decoder_input_ids": decoder_rows, "batches": batches,
        "learning_rate": LEARNING_RATE, "cases": cases,
    }  # fmt: skip
    (OUT / f"{name}.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


torch.set_num_threads(1)
shutil.rmtree(OUT, ignore_errors=True)
with tempfile.TemporaryDirectory() as temporary:
    for seed, (name, make) in enumerate(MODELS.items()):
        record(name, save_model(name, make, seed), Path(temporary), seed)
