import { describe, expect, it } from 'vitest';
import type { InterpretationReport, TokenMap } from '../../src/protocol/interpretation.js';
import { linkedWords, mapContent, matchingWords } from '../../webview/map/mapView.js';
import { panned, placeAt, toPixels, toPlace, viewportOf, zoomed } from '../../webview/map/viewport.js';

const size = { width: 256, height: 156 };

describe('what is seen of the map', () => {
  it('is everything at first, as large as it fits, with y upwards', () => {
    const view = viewportOf(
      [
        [0, 0],
        [10, 5],
      ],
      size,
    );
    // 256 and 156 less 28 on each side: 200 pixels for 10 units, 100 for 5.
    expect(view).toEqual({ centre: [5, 2.5], scale: 20 });
    expect(toPixels(view, size, [0, 0])).toEqual([28, 128]);
    expect(toPixels(view, size, [10, 5])).toEqual([228, 28]);
    expect(viewportOf([[3, 3]], size).scale).toBeGreaterThan(0);
    expect(viewportOf([], size).centre).toEqual([0, 0]);
  });

  it('keeps the place under the mouse where it is when it is zoomed', () => {
    const view = viewportOf(
      [
        [0, 0],
        [10, 5],
      ],
      size,
    );
    const pixel = [60, 40] as const;
    const nearer = zoomed(view, size, 3, pixel);
    expect(nearer.scale).toBe(60);
    toPlace(nearer, size, pixel).forEach((x, axis) =>
      expect(x).toBeCloseTo(toPlace(view, size, pixel)[axis] ?? NaN, 10),
    );
  });

  it('moves with the mouse', () => {
    const view = { centre: [5, 2.5], scale: 20 } as const;
    expect(toPixels(panned(view, [30, -10]), size, [0, 0])).toEqual([58, 118]);
  });

  it('finds the nearest place within reach', () => {
    const view = { centre: [0, 0], scale: 10 } as const;
    const places = [
      [0, 0],
      [1, 0],
      [1, 0.1],
    ] as const;
    expect(placeAt(places, view, size, [137, 78], 8)).toBe(1);
    expect(placeAt(places, view, size, [128, 70], 8)).toBe(0);
    expect(placeAt(places, view, size, [10, 10], 8)).toBeUndefined();
  });
});

const map: TokenMap = {
  projection: 'pca',
  words: [' account', 'accountant', ' discount', ' Account', 'x'].map((token, i) => ({
    id: 10 + i,
    token,
    at: [i, 0],
  })),
  virtual: [{ at: [0, 1] }],
  sampled: 3,
  vocabulary: 50,
};

describe('words of the map', () => {
  it('are found by a part of them, equal ones first', () => {
    expect(matchingWords(map, 'ACCOUNT')).toEqual([0, 3, 1]);
    expect(matchingWords(map, 'count')).toEqual([0, 1, 2, 3]);
    expect(matchingWords(map, '  ')).toEqual([]);
    expect(matchingWords(map, 'nothing')).toEqual([]);
  });

  it('are linked to a virtual token where the map has them', () => {
    const nearest = [14, 99, 11].map((id) => ({ id, token: '', similarity: 1 }));
    const report = { tokens: [{ position: 0, nearest }] } as unknown as InterpretationReport;
    const content = mapContent(map, report);
    expect(linkedWords(content, 0, 3)).toEqual([4, 1]);
    expect(linkedWords(content, 0, 1)).toEqual([4]);
    expect(linkedWords(content, 5, 1)).toEqual([]);
  });
});
