"""Writes metrics.json: what sacrebleu, rouge_score and SQuAD's evaluation (as transformers has it) make of metricsCases.json and of real rows.

Run: python makeMetrics.py DATASETS (the folder `shared/data/datasets`; needs sacrebleu, rouge_score and transformers before 5; the versions
used stand in the file). Real rows stay where they are: the file holds numbers alone. Their predictions are a reference with words dropped,
swapped, taken from the row before or written in capitals, by a rule that metrics.test.ts follows as well.
"""
import csv
import json
import logging
import sys
from importlib.metadata import version
from pathlib import Path

from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF
from transformers.data.metrics.squad_metrics import compute_exact, compute_f1

ROWS = 200
logging.getLogger("sacrebleu").setLevel(logging.ERROR)
here = Path(__file__).parent


def draws():
    """Lehmer's generator (Park, Miller 1988), whose numbers float64 holds exactly."""
    state = 1
    while True:
        state = state * 48271 % 2147483647
        yield state


def corrupted(texts):
    draw = draws()
    before = ["nothing"]
    predictions = []
    for row, text in enumerate(texts):
        words = text.split(" ")
        out = []
        for word in words:
            kind = next(draw) % 10
            if kind == 0:
                continue
            if kind == 1:
                word = before[next(draw) % len(before)]
            if kind == 2:
                word = word.upper()
            if kind == 3:
                out.insert(0, word)
            else:
                out.append(word)
        predictions.append("" if row % 40 == 39 else " ".join(out))
        before = words
    return predictions


def e2e(folder):
    """Meanings with all their references."""
    grouped = {}
    with open(folder / "e2e_nlg/official_testset_w_refs.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            grouped.setdefault(row["mr"], []).append(row["ref"])
    return list(grouped.values())[:ROWS]


def squad(folder):
    data = json.loads((folder / "squad/squadshifts_new_wiki_v1.0.json").read_text(encoding="utf-8"))
    questions = [q for article in data["data"] for paragraph in article["paragraphs"] for q in paragraph["qas"]]
    return [[answer["text"] for answer in q["answers"]] for q in questions[:ROWS]]


def judged(predictions, references):
    bleu, chrf = BLEU(effective_order=False), CHRF()
    rouge = RougeScorer(["rouge1", "rouge2", "rougeL"])
    names = ["exactMatch", "tokenF1", "rouge1", "rouge2", "rougeL", "bleu", "chrf"]
    rows = []
    for prediction, answers in zip(predictions, references):
        scores = rouge.score_multi(answers, prediction)
        rows.append(
            [
                max(compute_exact(answer, prediction) for answer in answers),
                max(compute_f1(answer, prediction) for answer in answers),
                *(scores[name].fmeasure for name in names[2:5]),
                bleu.sentence_score(prediction, answers).score / 100,
                chrf.sentence_score(prediction, answers).score / 100,
            ]
        )
    most = max(map(len, references))
    streams = [[answers[i] if i < len(answers) else None for answers in references] for i in range(most)]
    corpus = [sum(row[i] for row in rows) / len(rows) for i in range(5)]
    corpus += [metric.corpus_score(predictions, streams).score / 100 for metric in (bleu, chrf)]
    digits = lambda numbers: [round(float(x), 9) for x in numbers]
    return {
        "signatures": [str(bleu.get_signature()), str(chrf.get_signature())],
        "corpus": digits(corpus),
        "rows": [digits(row) for row in rows],
    }


folder = Path(sys.argv[1])
cases = json.loads((here / "metricsCases.json").read_text(encoding="utf-8"))
result = {
    "versions": {package: version(package) for package in ("sacrebleu", "rouge_score", "transformers")},
    "metrics": ["exactMatch", "tokenF1", "rouge1", "rouge2", "rougeL", "bleu", "chrf"],
    "cases": judged([case["prediction"] for case in cases], [case["references"] for case in cases]),
}
for name, references in [("e2e", e2e(folder)), ("squad", squad(folder))]:
    result[name] = judged(corrupted([answers[0] for answers in references]), references)

parts = []
for key, value in result.items():
    if isinstance(value, dict) and "rows" in value:
        rows = ",\n".join("      " + json.dumps(row) for row in value["rows"])
        parts.append(
            f'  "{key}": {{\n    "signatures": {json.dumps(value["signatures"])},\n    "corpus": {json.dumps(value["corpus"])},\n'
            f'    "rows": [\n{rows}\n    ]\n  }}'
        )
    else:
        parts.append(f'  "{key}": {json.dumps(value)}')
(here / "metrics.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")
