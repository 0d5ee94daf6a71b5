"""Writes peftAdapters/: adapters that PEFT itself saves for the small models of parity/models, one folder for each kind, and
peftAdapters/expected.safetensors with what PEFT's forward makes of them once they are loaded again:

NAME         the matrix that enters the model: PEFT's get_prompt, of a prefix its keys and values flat, [virtual tokens, width]
NAME.logits  [text, vocabulary], for the text of the metadata's `ids`
prompt.npy   what numpy.save makes of the matrix `prompt`
(NAME.TASK and NAME.TASK.logits where an adapter has several tasks; refused adapters have neither.)

Run: python makePeftAdapters.py
Or, to let PEFT load what Softprompt made of them: import each into a store (softprompt import peftAdapters/NAME --store STORE), then
python makePeftAdapters.py check STORE/prompts
The versions used stand in the metadata of expected.safetensors.
"""
import copy
import json
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy
import torch
from peft import (
    CartridgeConfig,
    CPTConfig,
    MultitaskPromptTuningConfig,
    PeftModel,
    PrefixTuningConfig,
    PromptEncoderConfig,
    PromptTuningConfig,
    get_peft_model,
)
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPT2ForSequenceClassification,
)

HERE = Path(__file__).parent
OUT = HERE / "peftAdapters"
VERSIONS = {package: version(package) for package in ("torch", "transformers", "peft", "safetensors")}
IDS = [3, 5, 7, 9, 11, 13]
TASKS, SEED = 3, 20
# Of the matrix, and of logits.
TOLERANCES = (1e-6, 1e-4)

CAUSAL = {"task_type": "CAUSAL_LM"}
# Grouped-query attention (llama), none (gpt2), heads wider than hidden size / heads (llamaUntied).
ADAPTERS = {
    "prompt": ("llama", PromptTuningConfig(**CAUSAL, num_virtual_tokens=5)),
    "prefix": ("llama", PrefixTuningConfig(**CAUSAL, num_virtual_tokens=5)),
    "prefixGpt2": ("gpt2", PrefixTuningConfig(**CAUSAL, num_virtual_tokens=3)),
    "prefixWideHeads": ("llamaUntied", PrefixTuningConfig(**CAUSAL, num_virtual_tokens=3)),
    "prefixProjection": (
        "llama",
        PrefixTuningConfig(**CAUSAL, num_virtual_tokens=5, prefix_projection=True, encoder_hidden_size=7),
    ),
    "pTuningMlp": ("llama", PromptEncoderConfig(**CAUSAL, num_virtual_tokens=5, encoder_hidden_size=7)),
    "pTuningLstm": (
        "gpt2",
        PromptEncoderConfig(
            **CAUSAL, num_virtual_tokens=5, encoder_hidden_size=7, encoder_reparameterization_type="LSTM"
        ),
    ),
    "multitask": ("llama", MultitaskPromptTuningConfig(**CAUSAL, num_virtual_tokens=5, num_tasks=TASKS, num_ranks=2)),
    # Every kind of token: none, input template, input, output template, output, of two examples.
    "cpt": (
        "gpt2",
        CPTConfig(
            **CAUSAL,
            cpt_token_ids=[4, 8, 15, 16, 23, 42, 1],
            cpt_mask=[1] * 7,
            cpt_tokens_type_mask=[0, 1, 2, 3, 4, 6, 7],
        ),
    ),
    "cartridge": ("llama", CartridgeConfig(**CAUSAL, num_virtual_tokens=5, num_frozen_tokens=2)),
}


def causal_model(name: str):
    model = AutoModelForCausalLM.from_pretrained(HERE / "parity" / "models" / name).eval()
    # No path of the machine that made the file.
    model.name_or_path = f"softprompt/{name}"
    return model


def flat(prompt) -> torch.Tensor:
    """[virtual tokens, width] of what get_prompt(1) gives."""
    if isinstance(prompt, torch.Tensor):
        return prompt[0]
    # Of each layer keys and values [1, heads, virtual tokens, head size].
    parts = [x[0].transpose(0, 1).flatten(1) for layer in prompt.layers for x in (layer.keys, layer.values)]
    return torch.cat(parts, dim=1)


@torch.no_grad()
def results(model_name: str, folder: Path, task: int | None = None) -> dict[str, torch.Tensor]:
    model = PeftModel.from_pretrained(causal_model(model_name), folder).eval()
    of_task = {} if task is None else {"task_ids": torch.tensor([task])}
    ids = torch.tensor([IDS])
    prompt = flat(model.get_prompt(1, **of_task))
    logits = model(input_ids=ids, attention_mask=torch.ones_like(ids), **of_task).logits[0, -len(IDS) :]
    return {"": prompt.clone().contiguous(), ".logits": logits.clone().contiguous()}


def make_adapters() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    expected = {}
    for name, (model_name, config) in ADAPTERS.items():
        torch.manual_seed(SEED)
        model = get_peft_model(causal_model(model_name), copy.deepcopy(config)).eval()
        encoder = model.prompt_encoder["default"]
        with torch.no_grad():
            # Trained values, such that each differs from where it began: PEFT's own would be zero, or too near to it.
            if name == "cpt":
                scales = torch.tensor([1.0, 1.0, 0.001, 0.001, 1.0, 1.0, 0.0]).view(-1, 1)
                encoder.delta_embedding.weight.normal_().mul_(scales)
            if name == "multitask":
                encoder.prefix_task_cols.normal_()
                encoder.prefix_task_rows.normal_()
        ids = torch.tensor([IDS])
        save(model, OUT / name)
        for task in range(TASKS) if name == "multitask" else [None]:
            for key, value in results(model_name, OUT / name, task).items():
                expected[f"{name}{'' if task is None else f'.{task}'}{key}"] = value
        if name != "multitask":
            # As it was before it was saved: what PEFT saves is what it used.
            with torch.no_grad():
                before = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, -len(IDS) :]
            assert torch.allclose(before, expected[f"{name}.logits"], atol=TOLERANCES[1]), name
    metadata = {"made": json.dumps({"versions": VERSIONS, "ids": IDS})}
    save_file(expected, OUT / "expected.safetensors", metadata)
    numpy.save(OUT / "prompt.npy", expected["prompt"].numpy())
    make_refused()


def make_refused() -> None:
    """What no decoder can take."""
    torch.manual_seed(SEED)
    classifier = GPT2ForSequenceClassification(GPT2Config(n_embd=16, n_layer=1, n_head=2, vocab_size=17, n_positions=16))
    classifier.name_or_path = "softprompt/classifier"
    save(get_peft_model(classifier, PromptTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=2)), OUT / "classifier")


def save(model, folder: Path) -> None:
    # Without a look for the base model on the Hub.
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)


def check(prompts: Path) -> None:
    """What PEFT makes of the prompts that Softprompt wrote: a folder NAME (multitask-task-0, …) for each adapter."""
    expected = load_file(OUT / "expected.safetensors")
    for name, (model_name, _) in ADAPTERS.items():
        for task in range(TASKS) if name == "multitask" else [None]:
            folder = prompts / (name if task is None else f"{name}-task-{task}")
            key = name if task is None else f"{name}.{task}"
            found = results(model_name, folder)
            errors = [(found[end] - expected[key + end]).abs().max().item() for end in ("", ".logits")]
            # Saved once more, it is the same.
            model = PeftModel.from_pretrained(causal_model(model_name), folder)
            with tempfile.TemporaryDirectory() as again:
                model.save_pretrained(again)
                same = load_file(f"{again}/adapter_model.safetensors")
            kept = load_file(folder / "adapter_model.safetensors")
            equal = all(torch.equal(same[tensor], kept[tensor]) for tensor in kept)
            print(f"{folder.name}: prompt {errors[0]:.2g}, logits {errors[1]:.2g}, saved again {'equal' if equal else 'OTHER'}")
            if any(error > most for error, most in zip(errors, TOLERANCES)) or not equal:
                sys.exit(f"{folder.name}: more than {TOLERANCES}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:2] == ["check"]:
        check(Path(sys.argv[2]))
    else:
        make_adapters()
