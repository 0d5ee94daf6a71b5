import { describe, expect, it } from 'vitest';
import { countBelow } from '../../webview/common/ascending.js';
import { withoutSharedZeros } from '../../webview/common/chart/axisLabels.js';
import { thin } from '../../webview/common/chart/thin.js';
import { column } from '../../webview/training/column.js';
import { smoothed } from '../../webview/training/smoothing.js';

describe('thinning', () => {
  const x = Array.from({ length: 1000 }, (_, i) => i);

  it('keeps all points where there is room', () => {
    expect(thin({ x: [1, 2, 3], y: [4, 5, 6] }, 0, 9, 100)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });
  it('keeps at most two points for a pixel column, the peaks among them, and the newest', () => {
    const y = x.map((i) => (i === 503 ? 100 : i === 777 ? -100 : i % 7));
    const [xs, ys] = thin({ x, y }, 0, 999, 50);
    expect(xs.length).toBeLessThanOrEqual(101);
    expect([Math.max(...ys), Math.min(...ys)]).toEqual([100, -100]);
    expect(xs.at(-1)).toBe(999);
    expect(xs).toEqual([...new Set(xs)].sort((a, b) => a - b));
  });
  it('keeps of a part that is zoomed into the neighbours, to which the lines lead', () => {
    const [xs] = thin({ x, y: x }, 10, 12, 100);
    expect(xs).toEqual([9, 10, 11, 12]);
  });
  it('gives nothing for nothing', () => {
    expect(thin({ x: [], y: [] }, 0, 1, 10)).toEqual([[], []]);
  });
});

describe('labels of an axis', () => {
  it.each([
    [
      ['2.000', '', '4.000', '10.000'],
      ['2', '', '4', '10'],
    ],
    [
      ['25.0 %', '30.0 %'],
      ['25 %', '30 %'],
    ],
    [
      ['0.100', '0.150'],
      ['0.10', '0.15'],
    ],
    [
      ['27.5 %', '30.0 %'],
      ['27.5 %', '30.0 %'],
    ],
    [
      ['100', '200'],
      ['100', '200'],
    ],
    [[''], ['']],
  ])('%j are written %j', (labels, shown) => {
    expect(withoutSharedZeros(labels)).toEqual(shown);
  });
});

describe('smoothing', () => {
  it('is the moving average without its bias: 0.5 of 2, 4 is 10/3', () => {
    const shown = smoothed(0.5).extend([2, 4]);
    expect(shown[0]).toBeCloseTo(2, 6);
    expect(shown[1]).toBeCloseTo(10 / 3, 6);
  });
  it('says the same whether the values come at once or one by one', () => {
    const values = [3, 1, 4, 1, 5];
    const one = smoothed(0.9);
    values.forEach((_, i) => one.extend(values.slice(0, i + 1)));
    expect(one.extend(values)).toEqual(smoothed(0.9).extend(values));
  });
  it('begins anew where values were told again', () => {
    const again = smoothed(0.9);
    again.extend([3, 1, 4]);
    expect(again.extend([3, 2])).toEqual(smoothed(0.9).extend([3, 2]));
    expect(again.extend([5, 6, 7])).toEqual(smoothed(0.9).extend([5, 6, 7]));
  });
  it('leaves values alone without a beta', () => {
    expect([...smoothed(0).extend([3, 1])]).toEqual([3, 1]);
  });
});

describe('a column', () => {
  it('grows and is cut', () => {
    const numbers = column(Float32Array);
    for (let i = 0; i < 3000; i++) numbers.append([i]);
    expect([numbers.length, numbers.values()[2999]]).toEqual([3000, 2999]);
    numbers.cut(2);
    numbers.append([7]);
    expect([...numbers.values()]).toEqual([0, 1, 7]);
  });
  it('is searched by halves', () => {
    expect([0, 1, 2, 9].map((value) => countBelow([1, 2, 3], value))).toEqual([0, 0, 1, 3]);
  });
});
