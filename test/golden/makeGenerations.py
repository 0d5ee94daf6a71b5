"""What PEFT's `generate` writes, greedily and with beams, a batch of one each: token ids and, where it is greedy, how far apart the two highest
logits were at every token (where they are nearer than rounding, either token is right).

    python makeGenerations.py                       writes generations.json, of the adapters of peftAdapters
    python makeGenerations.py MODEL ADAPTER REQUEST OUT    the same for one; ADAPTER may be - for the bare model

REQUEST is JSON: {"inputs": [[id]], "max_new_tokens": n, "eos": [id], "beams": [n]}. The versions used stand in generations.json.
"""
import json
import sys
from importlib.metadata import version
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

HERE = Path(__file__).parent
ADAPTERS = {
    "bare": "llama",
    "prompt": "llama",
    "prefix": "llama",
    "prefixGpt2": "gpt2",
    "prefixProjection": "llama",
    "pTuningMlp": "llama",
    "pTuningLstm": "gpt2",
}


def open_model(folder, adapter):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    return model if adapter is None else PeftModel.from_pretrained(model, adapter).eval()


@torch.no_grad()
def generations(model, request):
    found = []
    for row in request["inputs"]:
        ids = torch.tensor([row])
        by_beams = {}
        for beams in request["beams"]:
            out = model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                do_sample=False,
                num_beams=beams,
                max_new_tokens=request["max_new_tokens"],
                eos_token_id=request["eos"],
                pad_token_id=request["eos"][0],
                return_dict_in_generate=True,
                output_logits=beams == 1,
            )
            tokens = out.sequences[0, len(row) :].tolist()
            gaps = []
            if beams == 1:
                for step in out.logits:
                    first, second = step[0].topk(2).values.tolist()
                    gaps.append(round(first - second, 6))
            by_beams[str(beams)] = {"tokens": tokens, "gaps": gaps}
        found.append(by_beams)
    return found


if len(sys.argv) > 1:
    folder, adapter, request, out = sys.argv[1:]
    model = open_model(folder, None if adapter == "-" else adapter)
    Path(out).write_text(json.dumps(generations(model, json.loads(Path(request).read_text()))))
else:
    torch.manual_seed(6)
    versions = {package: version(package) for package in ("torch", "transformers", "peft")}
    golden = {"versions": versions, "request": None, "generations": {}}
    for name, base in ADAPTERS.items():
        folder = HERE / "parity" / "models" / base
        model = open_model(folder, None if name == "bare" else HERE / "peftAdapters" / name)
        if golden["request"] is None:
            inputs = [torch.randint(0, 29, (2 + i % 5,)).tolist() for i in range(20)]
            golden["request"] = {"inputs": inputs, "max_new_tokens": 12, "eos": [7, 11], "beams": [1, 3]}
        golden["generations"][name] = {"model": base, "rows": generations(model, golden["request"])}
    (HERE / "generations.json").write_text(json.dumps(golden) + "\n")
