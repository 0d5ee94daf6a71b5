"""Writes peftPrompt/: a prompt of 5 virtual tokens that PEFT itself saved, for a random Llama of width 16.

Made with peft 0.21.2, transformers 5.23.0, torch 2.15.0. Run: python makePeftPrompt.py (needs these packages).
"""
from pathlib import Path

import torch
from peft import PromptTuningConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

OUT = Path(__file__).parent / "peftPrompt"

torch.manual_seed(0)
model = LlamaForCausalLM(
    LlamaConfig(
        hidden_size=16, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, intermediate_size=32, vocab_size=97
    )
)
model.name_or_path = "softprompt/tiny-random-llama"
config = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=5, prompt_tuning_init="RANDOM")
get_peft_model(model, config).save_pretrained(OUT)
(OUT / "README.md").unlink(missing_ok=True)
