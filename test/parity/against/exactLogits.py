"""Logits in float64, as peft_logits.py writes them in float32: what PEFT's own rounding is told from.

    python exactLogits.py --model DIR [--adapter DIR] --inputs inputs.json --out logits.safetensors
"""
import argparse
import json

import torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser()
for name in ("--model", "--inputs", "--out"):
    parser.add_argument(name, required=True)
parser.add_argument("--adapter")
arguments = parser.parse_args()

model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float64)
if arguments.adapter:
    model = PeftModel.from_pretrained(model, arguments.adapter)
model = model.double().eval()

float32 = torch.float32
# transformers itself names float32 in norms and rotary embeddings.
torch.float32 = torch.float = torch.float64
torch.Tensor.float = torch.Tensor.double
for module in model.modules():
    if hasattr(module, "inv_freq"):
        module.__init__(module.config)

rows = {}
with open(arguments.inputs) as file:
    inputs = json.load(file)["input_ids"]
with torch.no_grad():
    for i, row in enumerate(inputs):
        ids = torch.tensor([row])
        logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0]
        assert logits.dtype == torch.float64
        rows[f"logits.{i}"] = logits[-len(row) :].to(float32).contiguous()
save_file(rows, arguments.out)
