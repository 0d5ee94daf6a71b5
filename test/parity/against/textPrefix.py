"""Saves as an adapter what PEFT's initialize_kv_prefix_from_text makes of a text, given as token ids.

    python textPrefix.py --model DIR --ids 1,2,3 --out DIR
"""
import argparse

import torch
from peft import PrefixTuningConfig, TaskType, get_peft_model, initialize_kv_prefix_from_text
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser()
for name in ("--model", "--ids", "--out"):
    parser.add_argument(name, required=True)
arguments = parser.parse_args()
ids = [int(i) for i in arguments.ids.split(",")]
config = PrefixTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=len(ids))
model = get_peft_model(AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32), config).eval()
# Its tokenizer is asked for the ids and nothing else.
initialize_kv_prefix_from_text(
    model, lambda *_, **__: {"input_ids": torch.tensor([ids])}, text="", use_chat_template=False
)
model.save_pretrained(arguments.out)
