import { describe, expect, it } from 'vitest';
import { holdOut, sharedRows } from '../../src/data/splits.js';
import type { Example } from '../../src/protocol/dataset.js';

describe('holdOut', () => {
  it('divides the rows, in their order, and repeats itself for a seed', () => {
    const { train, dev } = holdOut(100, 7, 1);
    expect(dev).toHaveLength(7);
    expect([...train, ...dev].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(dev).toEqual([...dev].sort((a, b) => a - b));
    expect(holdOut(100, 7, 1)).toEqual({ train, dev });
    expect(holdOut(100, 7, 2)).not.toEqual({ train, dev });
  });

  it('takes at most a fifth, and nothing of four rows', () => {
    expect(holdOut(50, 200, 0).dev).toHaveLength(10);
    expect(holdOut(4, 200, 0)).toEqual({ train: [0, 1, 2, 3], dev: [] });
    expect(holdOut(50, 0, 0).dev).toEqual([]);
  });

  it('keeps the share of every label', () => {
    const labels = Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 1 : i % 10 < 4 ? 2 : 0));
    for (let seed = 0; seed < 20; seed++) {
      const held = holdOut(100, 20, seed, labels).dev.map((row) => labels[row]);
      expect([0, 1, 2].map((label) => held.filter((other) => other === label).length)).toEqual([12, 2, 6]);
    }
  });
});

describe('sharedRows', () => {
  const example = (input: string, line: number, file: string): Example => ({ input, target: 't', file, line });

  it('pairs each row of the second with the first like it', () => {
    const a = [example('x', 1, 'a'), example('y', 2, 'a'), example('x', 3, 'a')];
    const b = [example('z', 1, 'b'), example('x', 2, 'b'), example('x', 4, 'b')];
    expect(sharedRows(a, b)).toEqual([
      { a: a[0], b: b[1] },
      { a: a[0], b: b[2] },
    ]);
    expect(sharedRows(a, [])).toEqual([]);
  });
});
