import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTable } from '../../src/data/readTable.js';
import { bleuOf } from '../../src/evaluation/metrics/bleu.js';
import { chrfOf } from '../../src/evaluation/metrics/chrf.js';
import {
  countedText,
  textMetricNames,
  textMetrics,
  textScores,
  type TextMetricName,
} from '../../src/evaluation/metrics/textMetrics.js';

/** What the reference implementations say: test/golden/makeMetrics.py. */
interface Judged {
  readonly corpus: readonly number[];
  readonly rows: readonly (readonly number[])[];
}
interface Golden {
  readonly metrics: readonly TextMetricName[];
  readonly cases: Judged;
  readonly e2e: Judged;
  readonly squad: Judged;
}
interface Case {
  readonly prediction: string;
  readonly references: readonly string[];
}
const readGolden = (name: string): unknown =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, '../golden', name), 'utf8'));
const golden = readGolden('metrics.json') as Golden;
const datasets = resolve(import.meta.dirname, '../../../shared/data/datasets');
const present = existsSync(datasets);
if (!present) console.warn('Skipped: metrics of real rows, for ../shared/data/datasets is not there.');

function agree(cases: readonly Case[], judged: Judged): void {
  const rows = cases.map(({ prediction, references }) => textScores(prediction, references));
  rows.forEach((row, i) => {
    const scores = { ...row, bleu: bleuOf(row.bleuStatistics), chrf: chrfOf(row.chrfStatistics) };
    golden.metrics.forEach((metric, m) => {
      expect(scores[metric], `${metric} of row ${i}: ${JSON.stringify(cases[i])}`).toBeCloseTo(
        judged.rows[i]?.[m] ?? NaN,
        7,
      );
    });
  });
  const corpus = textMetrics(rows);
  golden.metrics.forEach((metric, m) => {
    expect(corpus[metric], metric).toBeCloseTo(judged.corpus[m] ?? NaN, 7);
    const counted = countedText(metric, rows);
    const times = new Float64Array(counted.groups);
    for (const group of counted.groupOf) times[group] = (times[group] ?? 0) + 1;
    expect(counted.score(times), `${metric}, counted`).toBeCloseTo(judged.corpus[m] ?? NaN, 7);
  });
}

/** As `corrupted` of makeMetrics.py. */
function corrupted(texts: readonly string[]): string[] {
  let state = 1;
  const draw = (): number => (state = (state * 48271) % 2147483647);
  let before = ['nothing'];
  return texts.map((text, row) => {
    const words = text.split(' ');
    const out: string[] = [];
    for (const word of words) {
      const kind = draw() % 10;
      if (kind === 0) continue;
      const written = kind === 1 ? (before[draw() % before.length] ?? '') : kind === 2 ? word.toUpperCase() : word;
      if (kind === 3) out.unshift(written);
      else out.push(written);
    }
    before = words;
    return row % 40 === 39 ? '' : out.join(' ');
  });
}

function withPredictions(references: readonly (readonly string[])[]): Case[] {
  const predictions = corrupted(references.map(([first = '']) => first));
  return references.map((answers, i) => ({ prediction: predictions[i] ?? '', references: answers }));
}

describe('metrics of generated texts', () => {
  it('are those of sacrebleu, rouge_score and SQuAD for what is hard to tokenise', () => {
    agree(readGolden('metricsCases.json') as Case[], golden.cases);
  });

  it.runIf(present)('are theirs for 200 real rows with several references', async () => {
    const e2e = resolve(datasets, 'e2e_nlg/official_testset_w_refs.csv');
    const table = await readTable(e2e, { path: e2e });
    const grouped = new Map<string, string[]>();
    for (const { values } of table.rows) {
      const references = grouped.get(String(values.mr)) ?? [];
      grouped.set(String(values.mr), [...references, String(values.ref)]);
    }
    agree(withPredictions([...grouped.values()].slice(0, 200)), golden.e2e);
  });

  it.runIf(present)('are theirs for 200 real answers to questions', () => {
    const file = resolve(datasets, 'squad/squadshifts_new_wiki_v1.0.json');
    const { data } = JSON.parse(readFileSync(file, 'utf8')) as {
      data: { paragraphs: { qas: { answers: { text: string }[] }[] }[] }[];
    };
    const questions = data.flatMap(({ paragraphs }) => paragraphs.flatMap(({ qas }) => qas)).slice(0, 200);
    agree(withPredictions(questions.map(({ answers }) => answers.map(({ text }) => text))), golden.squad);
  });

  it('are none where there are no rows', () => {
    expect(textMetrics([])).toEqual({});
  });

  it('are all between 0 and 1', () => {
    const perfect = textMetrics([textScores('a fine day for a walk', ['a fine day for a walk'])]);
    for (const metric of textMetricNames) expect(perfect[metric]).toBeCloseTo(1, 12);
  });
});
