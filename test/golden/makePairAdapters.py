"""Writes pairAdapters/: adapters for the encoder-decoders of pairs/models, and what PEFT's forward makes of them once it has loaded them.

pairAdapters/peft/NAME      saved by PEFT itself
pairAdapters/ours/NAME      as Softprompt writes them: vectors with zeros below for the decoder; prefixes of which every block of the decoder has
                            its own, in the place where PEFT reads it (an even number of blocks: of twice as many pairs), also for heads that are not
                            hidden size / heads wide, for which PEFT can make no prefix but reads one
pairAdapters/expected.safetensors  KIND.NAME.own, what enters: [virtual tokens, hidden], or each block's keys and values, [virtual tokens, 2 · blocks ·
                            heads · head size]; KIND.NAME.logits.I of text I, KIND.NAME.BEAMS.I, what is written behind it; the texts and versions stand in its metadata

Run: python makePairAdapters.py (after makePairs.py)
Or, to let PEFT load what Softprompt made of them (npx vitest run test/parity/pairAdapters.test.ts says where to keep it):
python makePairAdapters.py check FOLDER
"""
import json
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

import torch
from peft import PeftModel, PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import T5ForConditionalGeneration

HERE = Path(__file__).parent
OUT = HERE / "pairAdapters"
VERSIONS = {package: version(package) for package in ("torch", "transformers", "peft", "safetensors")}
TEXTS = [([5, 6, 7, 9, 1], [0, 8, 9]), ([3, 1], [0]), (list(range(10, 40)) + [1], [0, 4, 5, 6, 7])]
BEAMS, NEW_TOKENS = (1, 3), 6
PAIR = {"task_type": "SEQ_2_SEQ_LM"}
PEFT_MADE = {
    "prompt": ("t5Gated", PromptTuningConfig(**PAIR, num_virtual_tokens=4)),
    "pTuning": ("t5", PromptEncoderConfig(**PAIR, num_virtual_tokens=3, encoder_hidden_size=7)),
    "prefix": ("t5", PrefixTuningConfig(**PAIR, num_virtual_tokens=3)),
    "prefixShared": ("t5Gated", PrefixTuningConfig(**PAIR, num_virtual_tokens=3)),
}
OUR_PREFIXES = {"prefix": "t5", "prefixUnshared": "t5Gated", "prefixNarrow": "t5Narrow"}


def model_of(name):
    model = T5ForConditionalGeneration.from_pretrained(HERE / "pairs" / "models" / name).eval()
    # No path of the machine that made the file.
    model.name_or_path = f"softprompt/{name}"
    return model


@torch.no_grad()
def logits_of(model_name, folder):
    model = PeftModel.from_pretrained(model_of(model_name), folder).eval()
    found = {}
    for i, (ids, read) in enumerate(TEXTS):
        ids, read = torch.tensor([ids]), torch.tensor([read])
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        found[f"logits.{i}"] = model(**inputs, decoder_input_ids=read).logits[0].clone()
        for beams in BEAMS:
            written = model.generate(**inputs, max_new_tokens=NEW_TOKENS, do_sample=False, num_beams=beams)[0, 1:]
            found[f"{beams}.{i}"] = written.float()
    return found


def own_pairs(flat, layers, blocks):
    """Each block's pair of a prefix as PEFT 0.21.2 reads it: number 2l modulo the count of pairs."""
    pairs = flat.reshape(len(flat), layers, -1)
    return torch.stack([pairs[:, 2 * block % layers] for block in range(blocks)], dim=1).flatten(1).contiguous()


def save_peft(name, model_name, config, expected):
    torch.manual_seed(7)
    model = get_peft_model(model_of(model_name), config).eval()
    folder = OUT / "peft" / name
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)
    stored = load_file(folder / "adapter_model.safetensors")["prompt_embeddings"]
    layers = model.config.num_decoder_layers
    prefix = config.peft_type == "PREFIX_TUNING"
    own = own_pairs(stored, layers, layers) if prefix else stored[: config.num_virtual_tokens].clone()
    expected |= {f"peft.{name}.own": own} | {f"peft.{name}.{key}": t for key, t in logits_of(model_name, folder).items()}


def save_ours(name, model_name, config, own, stored, expected):
    folder = OUT / "ours" / name
    folder.mkdir(parents=True)
    common = {
        "auto_mapping": None, "base_model_name_or_path": f"softprompt/{model_name}", "inference_mode": True, "modules_to_save": None,
        "num_transformer_submodules": 2, "num_virtual_tokens": len(own), "peft_version": None, "revision": None, "task_type": "SEQ_2_SEQ_LM",
    }  # fmt: skip
    (folder / "adapter_config.json").write_text(json.dumps(common | config, indent=2, sort_keys=True))
    save_file({"prompt_embeddings": stored}, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    expected |= {f"ours.{name}.own": own} | {f"ours.{name}.{key}": t for key, t in logits_of(model_name, folder).items()}


def make():
    shutil.rmtree(OUT, ignore_errors=True)
    expected = {}
    for name, (model_name, config) in PEFT_MADE.items():
        save_peft(name, model_name, config, expected)
    torch.manual_seed(8)
    own = torch.randn(4, 24)
    config = {
        "peft_type": "PROMPT_TUNING", "num_attention_heads": 4, "num_layers": 2, "token_dim": 24, "prompt_tuning_init": "RANDOM",
        "prompt_tuning_init_text": None, "tokenizer_kwargs": None, "tokenizer_name_or_path": None,
    }  # fmt: skip
    save_ours("prompt", "t5Gated", config, own, torch.cat([own, torch.zeros_like(own)]), expected)
    for name, model_name in OUR_PREFIXES.items():
        sizes = model_of(model_name).config
        blocks, width = sizes.num_decoder_layers, sizes.num_heads * sizes.d_kv
        layers = blocks if blocks % 2 else 2 * blocks
        own = torch.randn(3, blocks, 2 * width)
        stored = torch.zeros(3, layers, 2 * width)
        for block in range(blocks):
            stored[:, 2 * block % layers] = own[:, block]
        config = {
            "peft_type": "PREFIX_TUNING", "num_attention_heads": sizes.num_heads, "num_layers": layers, "token_dim": width,
            "encoder_hidden_size": width, "init_weights": None, "prefix_projection": False,
        }  # fmt: skip
        save_ours(name, model_name, config, own.flatten(1).contiguous(), stored.flatten(1).contiguous(), expected)
    made = {"versions": VERSIONS, "texts": [{"ids": ids, "decoder": read} for ids, read in TEXTS]}
    save_file(expected, OUT / "expected.safetensors", metadata={"made": json.dumps(made)})


def check(folder):
    """What PEFT makes of what Softprompt wrote: a folder KIND.NAME for each adapter."""
    expected = load_file(OUT / "expected.safetensors")
    models = {f"peft.{name}": model for name, (model, _) in PEFT_MADE.items()} | {f"ours.{name}": m for name, m in OUR_PREFIXES.items()}
    for key, model_name in (models | {"ours.prompt": "t5Gated"}).items():
        error = max((t - expected[f"{key}.{end}"]).abs().max().item() for end, t in logits_of(model_name, folder / key).items())
        print(f"{key}: logits {error:.2g}")
        if error > 1e-4:
            sys.exit(f"{key}: more than 1e-4")


torch.set_num_threads(1)
if sys.argv[1:2] == ["check"]:
    check(Path(sys.argv[2]))
else:
    make()
