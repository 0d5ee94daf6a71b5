import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/common/random.js';
import { candidateBatches, scoreCandidates, type Candidates } from '../../src/evaluation/candidates.js';
import { cacheOf } from '../../src/methods/keyValueCache.js';
import type { Executor, Feeds } from '../../src/runtime/executor.js';
import { tinyLlama, tinyModel } from '../support/tinyModels.js';

const rowsPerBatch = 1024;
const example = (length: number, ...continuations: number[]): Candidates => ({
  inputIds: Array.from({ length }, (_, i) => i),
  continuations: continuations.map((count) => Array.from({ length: count }, (_, i) => i)),
});
/** The text, and every continuation without its last token. */
const rowsOf = ({ inputIds, continuations }: Candidates): number =>
  continuations.reduce((rows, c) => rows + c.length - 1, inputIds.length);

describe('candidateBatches', () => {
  it('holds every example exactly once, in full batches of like length', () => {
    const random = seededRandom('candidates');
    const examples = Array.from({ length: 500 }, () => example(1 + random.integer(90), 1, 1 + random.integer(4)));
    const batches = candidateBatches(examples);
    expect(batches.flat().sort((a, b) => a - b)).toEqual([...examples.keys()]);
    const rows = batches.map((batch) => batch.map((i) => rowsOf(examples[i]!)));
    expect(rows.flat()).toEqual(rows.flat().sort((a, b) => a - b));
    rows.forEach((batch, b) => {
      const sum = batch.reduce((a, c) => a + c, 0);
      expect(batch.length).toBeLessThanOrEqual(64);
      expect(sum).toBeLessThanOrEqual(rowsPerBatch);
      const next = rows[b + 1]?.[0];
      expect(next === undefined || batch.length === 64 || sum + next > rowsPerBatch).toBe(true);
    });
  });

  it('keeps the order of examples of one length', () => {
    expect(candidateBatches([example(3, 1), example(2, 1), example(3, 1), example(2, 1)])).toEqual([[1, 3, 0, 2]]);
  });

  it('gives an example that is longer than a batch one of its own', () => {
    expect(candidateBatches([example(2000, 1), example(5, 1), example(1500, 1, 1)])).toEqual([[1], [2], [0]]);
  });

  it('counts the rows of continuations', () => {
    expect(candidateBatches([example(500, 1), example(500, 1)])).toEqual([[0, 1]]);
    expect(candidateBatches([example(500, 14), example(500, 14)])).toEqual([[0], [1]]);
  });

  it('counts neither tokens that are cached, nor less than all members', () => {
    const examples = [example(500, 1), example(510, 1), example(500, 1)];
    expect(candidateBatches(examples, { cached: 400 })).toEqual([[0, 2, 1]]);
    expect(candidateBatches(examples, { members: 2 })).toEqual([[0], [2], [1]]);
    const short = Array.from({ length: 64 }, () => example(1, 1));
    expect(candidateBatches(short, { members: 4 }).map((batch) => batch.length)).toEqual([16, 16, 16, 16]);
  });

  it('has none for no examples', () => {
    expect(candidateBatches([])).toEqual([]);
  });
});

describe('scoreCandidates', () => {
  it('asks for every token at the row before it, the text once for each member, and sums by continuation', async () => {
    const feedsSeen: Feeds[] = [];
    const session: Executor = {
      run: (feeds) => {
        feedsSeen.push(feeds);
        const count = feeds.pairRows?.data.length ?? 0;
        const data = Float32Array.from({ length: count }, (_, i) => -(2 ** i));
        return Promise.resolve({ logProbabilities: { data, shape: [count, 1] } });
      },
      dispose: () => Promise.resolve(),
    };
    const examples = [
      { inputIds: [1, 2], continuations: [[3, 4], [6]] },
      { inputIds: [9], continuations: [[10], [11]] },
    ];
    const model = tinyModel(tinyLlama());
    const before = { cache: cacheOf(model, [undefined, undefined]), placed: undefined };
    const scores = await scoreCandidates(session, model, before, examples);
    const [feeds] = feedsSeen;
    expect([...(feeds?.ids?.data ?? [])]).toEqual([1, 2, 3, 9, 1, 2, 3, 9]);
    expect([...(feeds?.labelRows?.data ?? [])]).toEqual([1, 2, 3, 5, 6, 7]);
    expect([...(feeds?.pairTargets?.data ?? [])]).toEqual([3, 4, 6, 10, 11, 3, 4, 6, 10, 11]);
    expect([...(feeds?.pairRows?.data ?? [])]).toEqual([0, 1, 0, 2, 2, 3, 4, 3, 5, 5]);
    expect(scores).toEqual([
      [
        [-3, -4],
        [-8, -16],
      ],
      [
        [-96, -128],
        [-256, -512],
      ],
    ]);
    expect(feedsSeen).toHaveLength(1);
  });
});
