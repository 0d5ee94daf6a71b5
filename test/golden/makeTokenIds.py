"""Writes tokenIds.json: hashes of the ids that Python's tokenizers gives for lines of real text.

The text lies in ../shared/data beside the project and stays out of it (licences); lines are counted from 0, the end is exclusive, and
a hash is the SHA-256 of the JSON of the lines' lists of ids. Run: python makeTokenIds.py (needs tokenizers).
"""
import gzip
import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from tokenizers import Tokenizer

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
TOKENIZERS = [
    "models/smollm2-135m-instruct/tokenizer.json",
    "models/softprompt-9m/tokenizer.json",
    "models/stories260K/hf/tokenizer.json",
    "tokenizers/gpt2/tokenizer.json",
    "tokenizers/t5/tokenizer.json",
]
# File, encoding, how many lines. A .jsonl.gz file stands for the lines of its "text" fields.
TEXTS = [
    ("datasets/sst2/dev.tsv", "utf-8", 800),
    ("datasets/ag_news/train_10k.tsv", "utf-8", 800),
    ("datasets/trec/TREC.train.all", "latin-1", 800),
    ("datasets/qqp/dev.json", "utf-8", 1000),
    ("datasets/e2e_nlg/trainset.csv", "utf-8", 400),
    ("datasets/mrpc/msr_paraphrase_test.txt", "utf-8", 400),
    ("corpora/wikipedia_en_2018.jsonl.gz", "utf-8", 2000),
]
STEP = 200


def lines_of(name, encoding, count):
    if name.endswith(".gz"):
        text = ""
        with gzip.open(DATA / name, "rt", encoding=encoding, newline="\n") as file:
            while text.count("\n") <= count:
                text += json.loads(next(file))["text"] + "\n"
    else:
        text = (DATA / name).read_bytes().decode(encoding)
    return text.split("\n")[:count]


golden = {"versions": {"tokenizers": version("tokenizers")}, "texts": [], "hashes": {}}
for name, encoding, count in TEXTS:
    golden["texts"].append({"file": name, "encoding": encoding, "lines": count})
for path in TOKENIZERS:
    tokenizer = Tokenizer.from_file(str(DATA / path))
    hashes = []
    for name, encoding, count in TEXTS:
        lines = lines_of(name, encoding, count)
        for start in range(0, count, STEP):
            end = min(start + STEP, count)
            ids = [tokenizer.encode(line, add_special_tokens=False).ids for line in lines[start:end]]
            text = json.dumps(ids, separators=(",", ":"))
            hashes.append({"file": name, "start": start, "end": end, "sha256": hashlib.sha256(text.encode()).hexdigest()})
    golden["hashes"][path] = hashes
Path(__file__).with_name("tokenIds.json").write_text(json.dumps(golden, indent=1) + "\n")
