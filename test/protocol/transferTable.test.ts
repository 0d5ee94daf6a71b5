import { describe, expect, it } from 'vitest';
import { summariseTransfer, type TransferScore } from '../../src/protocol/transferTable.js';

const score = (source: string, prompt: string, set: string, accuracy: number, bare?: number): TransferScore => ({
  source,
  prompt,
  set,
  metrics: { n: 10, accuracy },
  ...(bare !== undefined && { baseline: { n: 10, accuracy: bare } }),
});

describe('the rows of a transfer', () => {
  it('are each source at home first, its seeds together, then elsewhere with the mean at home beside it', () => {
    const rows = summariseTransfer({
      name: 't',
      metric: 'accuracy',
      sources: [
        { name: 'qqp', prompts: ['q-1', 'q-2'], inDomain: 'qqp' },
        { name: 'plain', prompts: ['plain'] },
      ],
      sets: [
        { name: 'mrpc', file: '/m' },
        { name: 'qqp', file: '/q' },
      ],
      scores: [
        score('qqp', 'q-1', 'mrpc', 0.5, 0.25),
        score('qqp', 'q-2', 'mrpc', 0.75),
        score('qqp', 'q-2', 'qqp', 1),
        score('plain', 'plain', 'mrpc', 0.5),
      ],
    });
    expect(rows).toEqual([
      { source: 'qqp', set: 'qqp', isInDomain: true, rows: 10, prompts: 2, scores: [1], mean: 1 },
      {
        source: 'qqp',
        set: 'mrpc',
        isInDomain: false,
        rows: 10,
        prompts: 2,
        scores: [0.5, 0.75],
        mean: 0.625,
        deviation: Math.sqrt(1 / 32),
        baseline: 0.25,
        inDomainMean: 1,
      },
      { source: 'plain', set: 'mrpc', isInDomain: false, rows: 10, prompts: 1, scores: [0.5], mean: 0.5 },
      { source: 'plain', set: 'qqp', isInDomain: false, prompts: 1, scores: [] },
    ]);
  });
});
