import { describe, expect, it } from 'vitest';
import {
  addDims,
  broadcastShapes,
  elementCount,
  evaluateDim,
  monomials,
  multiplyDims,
  sameShape,
} from '../../src/graph/shape.js';

describe('dimensions', () => {
  it('have one spelling, whatever the order in which they were made', () => {
    expect(addDims('tokens', 20)).toBe('20+tokens');
    expect(addDims(20, 'tokens')).toBe('20+tokens');
    expect(multiplyDims('length', 3)).toBe('3*length');
    expect(multiplyDims('length', 'batch', 2)).toBe(multiplyDims(2, 'batch', 'length'));
    expect(multiplyDims('length', 'batch', 2)).toBe('2*batch*length');
  });

  it('multiply out', () => {
    expect(multiplyDims(3, addDims(2, 'tokens'))).toBe('6+3*tokens');
    expect(multiplyDims(addDims(1, 'a'), addDims(1, 'a'))).toBe('1+2*a+a*a');
    expect(multiplyDims(addDims(1, 'a'), addDims(-1, 'a'))).toBe('-1+a*a');
  });

  it('become numbers where the symbols cancel', () => {
    expect(addDims('a', multiplyDims(-1, 'a'))).toBe(0);
    expect(addDims(multiplyDims(-1, 'a'), 5, 'a')).toBe(5);
    expect(multiplyDims(0, 'a')).toBe(0);
    expect(elementCount([])).toBe(1);
  });

  it('are sums of coefficients times symbols', () => {
    expect(monomials(multiplyDims(3, addDims(2, 'tokens')))).toEqual([
      { coefficient: 6, symbols: [] },
      { coefficient: 3, symbols: ['tokens'] },
    ]);
    expect(monomials(multiplyDims('a', 'b'))).toEqual([{ coefficient: 1, symbols: ['a', 'b'] }]);
    expect(monomials(7)).toEqual([{ coefficient: 7, symbols: [] }]);
  });

  it('have a size once their symbols have', () => {
    const dim = multiplyDims(addDims(2, 'tokens'), 'batch');
    expect(
      evaluateDim(
        dim,
        new Map([
          ['tokens', 5],
          ['batch', 3],
        ]),
      ),
    ).toBe(21);
    expect(() => evaluateDim(dim, new Map([['tokens', 5]]))).toThrow('the size of dimension "batch" is unknown');
  });
});

describe('shapes', () => {
  it('broadcast as in NumPy', () => {
    expect(broadcastShapes(['rows', 3], [3])).toEqual(['rows', 3]);
    expect(broadcastShapes([], ['rows', 3])).toEqual(['rows', 3]);
    expect(broadcastShapes(['batch', 1, 3], ['length', 1])).toEqual(['batch', 'length', 3]);
  });

  it('do not broadcast where two sizes might differ', () => {
    expect(() => broadcastShapes(['rows', 3], ['tokens', 3])).toThrow('[rows, 3] and [tokens, 3] do not broadcast');
  });

  it('are the same only with the same rank and sizes', () => {
    expect(sameShape(['rows', 3], ['rows', 3])).toBe(true);
    expect(sameShape(['rows', 3], ['rows'])).toBe(false);
    expect(sameShape([1], [])).toBe(false);
  });
});
