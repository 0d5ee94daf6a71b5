"""Writes presets.json: how many examples each preset makes of a file, and their SHA-256.

Run: python makePresets.py DATASETS (the folder `shared/data/datasets`; Python alone is enough). Real files are named `datasets/…`, and only
numbers and hashes of them are kept; sets that are not there have files of our own sentences under `presets/…`, in the shape of the
published ones. Rendered as in T5 (Raffel et al. 2020, appendix D, and its program's preprocessors), independently of what is tested.

An example is a line of UTF-8: input, NUL, target; for sets with several right answers NUL and each of them. Lines end in \\n.
"""
import csv
import hashlib
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

here = Path(__file__).parent
datasets = Path(sys.argv[1])


def place(name):
    kind, rest = name.split("/", 1)
    return datasets / rest if kind == "datasets" else here / "presets" / rest


def tsv(name, names=None, encoding="utf-8-sig"):
    """Quotes mean nothing; any line break ends a row."""
    with open(place(name), encoding=encoding) as file:
        lines = [line.rstrip("\n").split("\t") for line in file if line != "\n"]
    names = names or lines.pop(0)
    return [dict(zip(names, line, strict=True)) for line in lines]


def table(name, names=None):
    with open(place(name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, names))


def jsonl(name):
    with open(place(name), encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def t5(task, row, fields, target):
    return (" ".join([task, *(f"{field}: {row[field]}" for field in fields)]), target)


def truth(value):
    return "True" if value else "False"


def cola(name):
    rows = tsv(name, ["source", "label", "mark", "sentence"])
    return [t5("cola", r, ["sentence"], ["unacceptable", "acceptable"][int(r["label"])]) for r in rows]


def sst2(name):
    rows = [{"sentence": r.get("sentence", r.get("content")), **r} for r in tsv(name)]
    return [t5("sst2", r, ["sentence"], ["negative", "positive"][int(r["label"])]) for r in rows]


def mrpc(name):
    rows = [{"sentence1": r["#1 String"], "sentence2": r["#2 String"], **r} for r in tsv(name)]
    words = ["not_equivalent", "equivalent"]
    return [t5("mrpc", r, ["sentence1", "sentence2"], words[int(r["Quality"])]) for r in rows]


def qqp(name):
    if name.endswith(".json"):
        objects = json.loads(place(name).read_text(encoding="utf-8")).values()
        rows = [{"question1": r["text_a"], "question2": r["text_b"], "is_duplicate": r["label"]} for r in objects]
    else:
        rows = tsv(name)
    words = ["not_duplicate", "duplicate"]
    return [t5("qqp", r, ["question1", "question2"], words[int(r["is_duplicate"])]) for r in rows]


def stsb(name):
    return [t5("stsb", r, ["sentence1", "sentence2"], f"{round(float(r['score']) * 5) / 5:.1f}") for r in tsv(name)]


def mnli(name):
    rows = [{"premise": r["sentence1"], "hypothesis": r["sentence2"], **r} for r in tsv(name)]
    return [t5("mnli", r, ["hypothesis", "premise"], r["gold_label"]) for r in rows]


def qnli(name):
    return [t5("qnli", r, ["question", "sentence"], r["label"]) for r in tsv(name)]


def rte(name):
    return [t5("rte", r, ["sentence1", "sentence2"], r["label"]) for r in tsv(name)]


def wnli(name):
    words = ["not_entailment", "entailment"]
    return [t5("wnli", r, ["sentence1", "sentence2"], words[int(r["label"])]) for r in tsv(name)]


def boolq(name):
    return [t5("boolq", r, ["passage", "question"], truth(r["label"])) for r in jsonl(name)]


def inference(task):
    return lambda name: [t5(task, r, ["hypothesis", "premise"], r["label"]) for r in jsonl(name)]


def copa(name):
    fields = ["choice1", "choice2", "premise", "question"]
    return [t5("copa", r, fields, ["choice1", "choice2"][r["label"]]) for r in jsonl(name)]


def multirc(name):
    examples = []
    for line in jsonl(name):
        for question in line["passage"]["questions"]:
            for answer in question["answers"]:
                row = {"question": question["question"], "answer": answer["text"], "paragraph": line["passage"]["text"]}
                text, target = t5("multirc", row, ["question", "answer", "paragraph"], truth(answer["label"]))
                examples.append((re.sub("<(/)?b>", "", re.sub("<br>", " ", text)), target))
    return examples


def record(name):
    examples = []
    for line in jsonl(name):
        text = line["passage"]["text"]
        entities = sorted({text[e["start"]:e["end"] + 1] for e in line["passage"]["entities"]})
        passage = re.sub(r"(\.|\?|\!|\"|\')\n@highlight\n", r"\1 ", text)
        passage = re.sub(r"\n@highlight\n", ". ", passage)
        for qa in line["qas"]:
            answers = list(dict.fromkeys(a["text"] for a in qa["answers"]))
            row = {"query": qa["query"], "entities": ", ".join(entities), "passage": passage}
            examples.append((*t5("record", row, ["query", "entities", "passage"], answers[0]), *answers))
    return examples


def wic(name):
    return [t5("wic", r, ["sentence1", "sentence2", "word"], truth(r["label"])) for r in jsonl(name)]


def mark_span(text, span, index, mark):
    return re.sub(r"^((?:\S+\s){%d})(%s)" % (index, re.escape(span)), r"\1{0} \2 {0}".format(mark), text)


def wsc(name):
    examples = []
    for row in jsonl(name):
        spans = row["target"]
        text = mark_span(row["text"], spans["span1_text"], spans["span1_index"], "*")
        index = spans["span2_index"] + 2 * int(spans["span1_index"] < spans["span2_index"])
        text = mark_span(text, spans["span2_text"], index, "#")
        examples.append((f"wsc text: {text}", truth(row["label"])))
    return examples


def answered(question, context, answers):
    answers = list(dict.fromkeys(answers))
    return (f"question: {question} context: {context}", answers[0], *answers)


def squad(name):
    return [
        answered(qa["question"], paragraph["context"], [a["text"] for a in qa["answers"]])
        for article in json.loads(place(name).read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for qa in paragraph["qas"]
    ]


def mrqa(name):
    return [
        answered(qa["question"], line["context"], qa["answers"])
        for line in jsonl(name)
        if "header" not in line
        for qa in line["qas"]
    ]


def e2e(name):
    return [(f"e2e mr: {r['mr']}", r["ref"]) for r in table(name)]


def webnlg(name):
    examples = []
    for entry in ElementTree.parse(place(name)).getroot().iter("entry"):
        triples = " && ".join(t.text.strip() for t in entry.iter("mtriple"))
        texts = [lex.text.strip() for lex in entry.iter("lex")]
        examples += [(f"webnlg triples: {triples}", text, *dict.fromkeys(texts)) for text in texts]
    return examples


def trec(name):
    numbered = ["description", "entity", "abbreviation", "person", "location", "number"]
    classes = dict(zip(["DESC", "ENTY", "ABBR", "HUM", "LOC", "NUM"], numbered))
    examples = []
    with open(place(name), encoding="latin-1", newline="\n") as file:
        for line in file:
            label, question = line.rstrip("\n").split(" ", 1)
            word = numbered[int(label)] if label.isdigit() else classes[label.split(":")[0]]
            examples.append((f"trec question: {question}", word))
    return examples


def ag_news(name):
    if name.endswith(".tsv"):
        return [(f"ag_news text: {r['text']}", r["label"]) for r in tsv(name, ["text", "label"])]
    rows = table(name, None if name.startswith("presets/") else ["Class Index", "Title", "Description"])
    words = ["World", "Sports", "Business", "Sci/Tech"]
    return [(f"ag_news text: {r['Title']} {r['Description']}", words[int(r["Class Index"]) - 1]) for r in rows]


files = {
    "cola": (cola, ["presets/CoLA/train.tsv"]),
    "sst2": (sst2, ["datasets/sst2/train.tsv", "datasets/sst2/dev.tsv"]),
    "mrpc": (mrpc, ["datasets/mrpc/msr_paraphrase_train.txt", "datasets/mrpc/msr_paraphrase_test.txt"]),
    "qqp": (qqp, ["datasets/qqp/train.json", "datasets/qqp/dev.json", "presets/QQP/dev.tsv"]),
    "stsb": (stsb, ["presets/STS-B/dev.tsv"]),
    "mnli": (mnli, ["presets/MNLI/dev_matched.tsv"]),
    "qnli": (qnli, ["presets/QNLI/dev.tsv"]),
    "rte": (rte, ["presets/RTE/dev.tsv"]),
    "wnli": (wnli, ["presets/WNLI/dev.tsv"]),
    "boolq": (boolq, [f"datasets/boolq/{split}.jsonl" for split in ("train", "dev32", "val")]),
    "cb": (inference("cb"), ["datasets/cb/train.jsonl", "datasets/cb/val.jsonl"]),
    "copa": (copa, ["presets/COPA/train.jsonl"]),
    "multirc": (multirc, ["presets/MultiRC/train.jsonl"]),
    "record": (record, ["presets/ReCoRD/train.jsonl"]),
    "superglue-rte": (inference("rte"), ["datasets/rte/train.jsonl", "datasets/rte/val.jsonl"]),
    "wic": (wic, ["presets/WiC/train.jsonl"]),
    "wsc": (wsc, ["presets/WSC/train.jsonl"]),
    "squad": (squad, ["datasets/squad/xquad.en.json", "datasets/squad/squadshifts_new_wiki_v1.0.json"]),
    "mrqa": (mrqa, ["presets/MRQA/dev.jsonl"]),
    "e2e": (e2e, [f"datasets/e2e_nlg/{part}.csv" for part in ("trainset", "official_devset", "official_testset_w_refs")]),
    "webnlg": (webnlg, ["presets/WebNLG/train.xml"]),
    "trec": (trec, ["datasets/trec/TREC.train.all", "datasets/trec/TREC.test.all", "presets/TREC/train_5500.label"]),
    "ag-news": (ag_news, ["datasets/ag_news/train_10k.tsv", "datasets/ag_news/test.csv", "presets/AGNews/train.csv"]),
}


def summary(examples):
    lines = "".join("\0".join(example) + "\n" for example in examples)
    return {"rows": len(examples), "sha256": hashlib.sha256(lines.encode()).hexdigest()}


golden = {preset: {name: summary(render(name)) for name in names} for preset, (render, names) in files.items()}
(here / "presets.json").write_text(json.dumps(golden, indent=2) + "\n")
