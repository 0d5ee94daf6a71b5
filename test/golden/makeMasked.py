"""Writes masked/: small random masked models, and what transformers, PEFT and torch compute on them.

Run: python makeMasked.py (what the referee's requirements.txt lists is needed). The versions used stand in every file that holds results.
Or, to let PEFT load what Softprompt made of the adapters (test/parity/masked.test.ts says where to keep it): python makeMasked.py check FOLDER

masked/models/NAME       config and weights as transformers saves them
masked/NAME.json         token ids of texts; batches of texts with what stands at their masks (-100 elsewhere); for WARP where virtual tokens stand
                         (negative ids) and the classes; case by case losses and the adapter's config as PEFT saves it
masked/NAME.safetensors  logits.I (of row I, every position), CASE.initial.PARAMETER and CASE.gradient.PARAMETER (of the first step) by PEFT's names
                         within the prompt encoder, CASE.prompt_embeddings and CASE.logits.I (of the adapter that training ends with)
"""
import copy
import json
import random
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import torch
from peft import PeftModel, PromptEncoderConfig, PromptTuningConfig, TaskType, get_peft_model
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy
from transformers import AutoModelForMaskedLM, BertConfig, BertForMaskedLM, RobertaConfig, RobertaForMaskedLM

OUT = Path(__file__).with_name("masked")
VERSIONS = {package: version(package) for package in ("torch", "transformers", "peft", "safetensors")}
VOCABULARY, MASK, STEPS, BATCHES, LEARNING_RATE = 61, 4, 20, 4, 0.01

COMMON = {"vocab_size": VOCABULARY, "num_attention_heads": 4, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
MODELS = {
    "bert": lambda: BertForMaskedLM(
        BertConfig(**COMMON, hidden_size=32, num_hidden_layers=3, intermediate_size=48, max_position_embeddings=64)
    ),
    # Positions begin behind the padding token's id; the head has its gelu whatever the blocks have.
    "roberta": lambda: RobertaForMaskedLM(
        RobertaConfig(
            **COMMON, hidden_size=24, num_hidden_layers=2, intermediate_size=40, max_position_embeddings=66, type_vocab_size=1,
            hidden_act="relu", layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        )
    ),
}  # fmt: skip
TASK = TaskType.FEATURE_EXTRACTION
CASES = {
    "prompt": PromptTuningConfig(task_type=TASK, num_virtual_tokens=4, prompt_tuning_init="RANDOM"),
    "pTuningMlp": PromptEncoderConfig(task_type=TASK, num_virtual_tokens=4, encoder_reparameterization_type="MLP", encoder_hidden_size=12),
    "pTuningLstm": PromptEncoderConfig(task_type=TASK, num_virtual_tokens=3, encoder_reparameterization_type="LSTM", encoder_hidden_size=10),
}  # fmt: skip
CLASSES = 3


def save_model(name, make, seed):
    """Weights so wide that attention looks at few rows and the logits differ by several units: faults show."""
    torch.manual_seed(seed)
    model = make()
    with torch.no_grad():
        for parameter_name, p in model.named_parameters():
            if p.dim() == 1:
                p.add_(0.3 * torch.randn_like(p))
            elif "embeddings" in parameter_name:
                p.normal_(0, 1)
            else:
                p.normal_(0, (2 / p.shape[1]) ** 0.5)
    folder = OUT / "models" / name
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    return folder


def draw(rng, length):
    return [rng.randrange(5, VOCABULARY) for _ in range(length)]


def masked_row(rng):
    """A text of which one or two tokens in a row are masks, and what stands there."""
    row = draw(rng, rng.randint(3, 20))
    at, count = rng.randrange(len(row)), rng.randint(1, 2)
    row[at : at + 1] = [MASK] * count
    labels = [-100] * len(row)
    labels[at : at + count] = draw(rng, count)
    return row, labels


def placed_row(rng, virtual):
    """As `masked_row` with one mask, and virtual tokens -1, -2, … around it."""
    row = draw(rng, rng.randint(3, 16))
    row[rng.randrange(len(row))] = MASK
    for token in range(virtual):
        row.insert(rng.randrange(len(row) + 1), -1 - token)
    order = iter(range(virtual))
    return [-1 - next(order) if token < 0 else token for token in row]


def pad(rows, value):
    most = max(map(len, rows))
    return torch.tensor([row + [value] * (most - len(row)) for row in rows])


def feeds(rows):
    return {"input_ids": pad(rows, 1), "attention_mask": pad([[1] * len(row) for row in rows], 0)}


def train(parameters, loss_of, batches):
    """The losses, and the first step's gradients by name."""
    optimizer = torch.optim.AdamW(parameters.values(), lr=LEARNING_RATE, weight_decay=0)
    losses, first = [], {}
    for step in range(STEPS):
        loss = loss_of(batches[step % len(batches)])
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            first = {name: p.grad.clone() for name, p in parameters.items()}
        optimizer.step()
        losses.append(loss.item())
    return losses, first


def peft_case(folder, config, batches, rows, temporary):
    count = config.num_virtual_tokens
    model = get_peft_model(AutoModelForMaskedLM.from_pretrained(folder), copy.deepcopy(config))
    encoder = model.prompt_encoder["default"]
    tensors = {f"initial.{key}": t.detach().clone() for key, t in encoder.state_dict().items()}

    def loss_of(batch):
        # This task's forward leaves the labels of virtual tokens to the caller.
        labels = pad([[-100] * count + row for row in batch["labels"]], -100)
        return model(**feeds(batch["input_ids"]), labels=labels).loss

    losses, first = train(dict(encoder.named_parameters()), loss_of, batches)
    tensors |= {f"gradient.{key}": t for key, t in first.items()}
    model.save_pretrained(temporary)
    tensors["prompt_embeddings"] = load_file(temporary / "adapter_model.safetensors")["prompt_embeddings"]
    again = PeftModel.from_pretrained(AutoModelForMaskedLM.from_pretrained(folder), temporary).eval()
    with torch.no_grad():
        for i, row in enumerate(rows):
            tensors[f"logits.{i}"] = again(**feeds([row])).logits[0, count:]
    return losses, tensors


def warp_case(folder, batches, virtual):
    """WARP (Hambardzumyan et al. 2021 §3): softmax over class vectors on what the head makes of the mask's state, without its matrix."""
    model = AutoModelForMaskedLM.from_pretrained(folder).eval().requires_grad_(False)
    words = model.get_input_embeddings().weight
    values = {
        "prompt_embeddings": torch.nn.Parameter(torch.rand(virtual, words.shape[1]) - 0.5),
        "class_embeddings": torch.nn.Parameter(torch.rand(CLASSES, words.shape[1]) - 0.5),
    }
    tensors = {f"initial.{key}": t.detach().clone() for key, t in values.items()}

    def state_of(row):
        vectors = torch.stack([values["prompt_embeddings"][-1 - token] if token < 0 else words[token] for token in row])
        states = model.base_model(inputs_embeds=vectors[None]).last_hidden_state[0]
        if hasattr(model, "cls"):
            return model.cls.predictions.transform(states)[row.index(MASK)]
        head = model.lm_head
        return head.layer_norm(torch.nn.functional.gelu(head.dense(states)))[row.index(MASK)]

    def loss_of(batch):
        states = torch.stack([state_of(row) for row in batch["input_ids"]])
        return cross_entropy(states @ values["class_embeddings"].T, torch.tensor(batch["classes"]))

    losses, first = train(values, loss_of, batches)
    return losses, tensors | {f"gradient.{key}": t for key, t in first.items()}


def record(name, folder, temporary, seed):
    rng = random.Random(seed)
    rows = [draw(rng, length) for length in (1, 2, 7, 20, 45)]
    batches, warp_batches = [], []
    for _ in range(BATCHES):
        drawn = [masked_row(rng) for _ in range(rng.randint(3, 5))]
        batches.append({"input_ids": [row for row, _ in drawn], "labels": [labels for _, labels in drawn]})
        count = rng.randint(3, 5)
        warp_batches.append({"input_ids": [placed_row(rng, 3) for _ in range(count)], "classes": [rng.randrange(CLASSES) for _ in range(count)]})
    model = AutoModelForMaskedLM.from_pretrained(folder).eval()
    with torch.no_grad():
        tensors = {f"logits.{i}": model(**feeds([row])).logits[0] for i, row in enumerate(rows)}
    cases = {}
    for case, config in CASES.items():
        torch.manual_seed(seed)
        losses, found = peft_case(folder, config, batches, rows, temporary / case)
        written = json.loads((temporary / case / "adapter_config.json").read_text())
        # No path of the machine that made the file.
        written["base_model_name_or_path"] = f"softprompt/{name}"
        cases[case] = {"config": written, "losses": losses}
        tensors |= {f"{case}.{key}": t for key, t in found.items()}
    torch.manual_seed(seed)
    losses, found = warp_case(folder, warp_batches, 3)
    tensors |= {f"warp.{key}": t for key, t in found.items()}
    save_file({key: t.contiguous() for key, t in tensors.items()}, OUT / f"{name}.safetensors", metadata={"versions": json.dumps(VERSIONS)})
    golden = {
        "versions": VERSIONS, "mask": MASK, "input_ids": rows, "batches": batches, "learning_rate": LEARNING_RATE, "cases": cases,
        "warp": {"batches": warp_batches, "losses": losses},
    }  # fmt: skip
    (OUT / f"{name}.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


@torch.no_grad()
def check(folder):
    for name in MODELS:
        expected = load_file(OUT / f"{name}.safetensors")
        rows = json.loads((OUT / f"{name}.json").read_text())["input_ids"]
        for case, config in CASES.items():
            model = PeftModel.from_pretrained(AutoModelForMaskedLM.from_pretrained(OUT / "models" / name), folder / f"{name}.{case}").eval()
            found = [model(**feeds([row])).logits[0, config.num_virtual_tokens :] for row in rows]
            error = max((logits - expected[f"{case}.logits.{i}"]).abs().max().item() for i, logits in enumerate(found))
            print(f"{name}.{case}: logits {error:.2g}")
            if error > 1e-4:
                sys.exit(f"{name}.{case}: more than 1e-4")


torch.set_num_threads(1)
if sys.argv[1:2] == ["check"]:
    check(Path(sys.argv[2]))
else:
    shutil.rmtree(OUT, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        for seed, (name, make) in enumerate(MODELS.items()):
            record(name, save_model(name, make, seed), Path(temporary), seed)
