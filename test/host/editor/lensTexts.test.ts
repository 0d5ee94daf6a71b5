import { describe, expect, it } from 'vitest';
import type { FileEvaluation } from '../../../src/host/editor/fileEvaluation.js';
import { evaluationLenses, offerLenses } from '../../../src/host/editor/lensTexts.js';
import { rowMarks } from '../../../src/host/editor/rowMarks.js';
import type { EvaluationSummary } from '../../../src/protocol/evaluation.js';

const summary: EvaluationSummary = {
  metrics: {
    n: 4,
    accuracy: 0.75,
    labels: ['a', 'b'],
    confusion: [
      [2, 1],
      [0, 1],
    ],
  },
  baselines: {},
  rows: 4,
  judged: 4,
  problems: 0,
  seconds: 1,
  complete: true,
};

/** Four rows, one of them wrong. */
function evaluation(change: Partial<FileEvaluation> = {}): FileEvaluation {
  const marks = rowMarks([1, 1, 2, 2, 3, 3, 4, 4], () => '');
  marks.judge(
    0,
    [0, 1, 2, 3].map((row) => ({ row, expected: 'a', predicted: 'a', right: row !== 2, probability: 1 })),
  );
  return {
    id: 'e',
    file: '/f.jsonl',
    judge: { prompts: ['/p'] },
    name: 'p',
    state: 'finished',
    version: 1,
    done: 4,
    total: 4,
    marks,
    trainedOn: 0,
    changedSince: false,
    summary,
    ...change,
  };
}
const titles = (of: FileEvaluation, training: string[] = []): string[] =>
  evaluationLenses(of, training).map(({ title }) => title);

describe('the lenses of a data file', () => {
  it('offer the prompt that fits, and others', () => {
    expect(offerLenses('tickets').map(({ title }) => title)).toEqual([
      '$(checklist) Evaluate with tickets',
      '$(chevron-down)',
    ]);
    expect(offerLenses(undefined)).toEqual([{ title: '$(checklist) Evaluate with a prompt…', does: 'choose' }]);
  });

  it('say how good it was and where the wrong rows are', () => {
    expect(titles(evaluation())).toEqual(['75.0 % (3 of 4)', '1 wrong: next ↓', 'previous ↑', 'confusion']);
  });

  it('say how far it is, and never pass over a training beside it', () => {
    const marks = rowMarks(
      Array.from({ length: 1744 }, (_, i) => (i >> 1) + 1),
      () => '',
    );
    const running = evaluation({ state: 'running', done: 0, total: 1744, marks });
    expect(titles(running, ['rte']).slice(0, 2)).toEqual([
      '$(sync~spin) 0 of 872 · shares the cores with the training of rte',
      'Stop',
    ]);
    expect(titles(running).slice(0, 2)).toEqual(['$(sync~spin) 0 of 872', 'Stop']);
    const comparing = evaluation({ state: 'running', done: 5, total: 8 });
    expect(titles(comparing).slice(0, 2)).toEqual(['$(sync~spin) for comparison 1 of 4', 'Stop']);
  });

  it('warn of rows that were trained on and of a file that changed', () => {
    expect(titles(evaluation({ trainedOn: 12, changedSince: true })).slice(-2)).toEqual([
      '$(warning) 12 rows stood in the training data',
      '$(warning) the file changed since: evaluate again',
    ]);
    expect(titles(evaluation({ trainedOn: 1 })).at(-1)).toBe('$(warning) 1 row stood in the training data');
  });

  it('say why an evaluation ended, and of its rows nothing more', () => {
    const ended = evaluation({
      state: 'ended',
      problem: { code: 'run.evaluatorEnded', args: { reason: 'SIGKILL' } },
    });
    expect(titles(ended)).toEqual(['$(error) The evaluation process ended unexpectedly: SIGKILL Evaluate again']);
    expect(titles(evaluation({ state: 'stopped', total: 9 }))[0]).toBe('$(circle-slash) stopped at 4 of 4');
  });

  it('give the perplexity of free text, which has no wrong rows', () => {
    const metrics = { n: 4, perplexity: 12.345 };
    expect(titles(evaluation({ summary: { ...summary, metrics } }))).toEqual(['perplexity 12.35 (4 rows)']);
  });
});
