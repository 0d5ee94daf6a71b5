"""Writes parity/NAME.tuning.json and parity/NAME.tuning.safetensors: what torch and transformers compute where every weight is trained.

Run: python makeModelTuning.py (../shared/referee/requirements.txt says what is needed). The models are those of parity/models and the batches those
of parity/NAME.json, so makeParity.py comes first. One thread, float32, AdamW without weight decay; a step's loss is the mean over its scored tokens.

parity/NAME.tuning.json         versions, learning rate, the losses of the steps
parity/NAME.tuning.safetensors  gradient.NAME, of the first step, of every weight by its name in the model; a tied output matrix is not told again
"""
import json
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

OUT = Path(__file__).with_name("parity")
VERSIONS = {package: version(package) for package in ("torch", "transformers", "safetensors")}
STEPS, LEARNING_RATE = 20, 0.001


def padded(rows, value):
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])


def record(name):
    golden = json.loads((OUT / f"{name}.json").read_text())
    model = AutoModelForCausalLM.from_pretrained(OUT / "models" / name, dtype=torch.float32).eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0)
    losses, tensors = [], {}
    for step in range(STEPS):
        batch = golden["batches"][step % len(golden["batches"])]
        mask = padded([[1] * len(row) for row in batch["input_ids"]], 0)
        loss = model(input_ids=padded(batch["input_ids"], 0), attention_mask=mask, labels=padded(batch["labels"], -100)).loss
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            tensors = {f"gradient.{key}": p.grad.clone() for key, p in model.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
    save_file(tensors, OUT / f"{name}.tuning.safetensors", metadata={"versions": json.dumps(VERSIONS)})
    said = {"versions": VERSIONS, "learning_rate": LEARNING_RATE, "losses": losses}
    (OUT / f"{name}.tuning.json").write_text(json.dumps(said, separators=(",", ":")) + "\n")


torch.set_num_threads(1)
for name in ("gpt2", "llama", "llamaUntied", "qwen2"):
    record(name)
