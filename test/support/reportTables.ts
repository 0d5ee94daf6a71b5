import type { SweepReport, TransferReport } from '../../src/reports/content.js';
import type { SweepResult } from '../../src/protocol/sweepTable.js';

const length = 'method.num_virtual_tokens';
const init = 'method.prompt_tuning_init';
/** Lengths of 1 and 100 by two beginnings, two seeds each: 10 points apart at 1, none at 100. */
const results = ['vocab', 'random'].flatMap((beginning, b) =>
  [1, 100].flatMap((tokens) =>
    [1, 2].map((seed): SweepResult => ({
      name: `${beginning}-${tokens}-${seed}`,
      values: { [init]: beginning, [length]: tokens, 'training.seed': seed },
      state: 'finished',
      test: { metric: 'accuracy', value: tokens === 1 ? 0.3 + b / 10 + seed / 10 : 0.8 },
      ...(b + seed + tokens === 2 && { baseline: { test: { metric: 'accuracy', value: 0.25 } } }),
    })),
  ),
);
export const sweep: SweepReport = {
  kind: 'sweep',
  table: {
    version: 1,
    name: 'lengths',
    recipeFile: '/l.softprompt.json',
    fields: [init, length, 'training.seed'],
    results,
  },
};

/** A prompt for QQP that loses 25 points on MRPC. */
export const transfer: TransferReport = {
  kind: 'transfer',
  table: {
    version: 1,
    name: 'paraphrases',
    metric: 'accuracy',
    sources: [{ name: 'qqp', prompts: ['q'], inDomain: 'quora' }],
    sets: ['quora', 'mrpc'].map((name) => ({ name, file: `/${name}` })),
    scores: ['quora', 'mrpc'].map((set, i) => ({
      source: 'qqp',
      prompt: 'q',
      set,
      metrics: { n: 1000, accuracy: 0.75 - i / 4 },
      baseline: { n: 1000, accuracy: 0.5 },
    })),
  },
};
