import { expect, it } from 'vitest';
import { foundLabels } from '../../../src/evaluation/interpretation/foundLabels.js';

const words = [' good', 'good', ' Good', ' bad', ' b', 'other', 's'];
const near = (position: number, ...ids: number[]) => ({
  position,
  nearest: ids.map((id, i) => ({ id, token: words[id] ?? '', similarity: 1 - i / 10 })),
});

it('finds each label’s tokens among the nearest, also with another case or without the space, and tells rank and place', () => {
  const encode = (text: string): number[] => ({ ' good': [0], good: [1], ' bads': [3, 6], bads: [4, 6] })[text] ?? [];
  const found = foundLabels([near(0, 5, 2), near(1, 0, 1), near(2, 6), near(3, 5)], {
    labels: { positive: 'good', negative: 'bads' },
    targetPrefix: ' ',
    encode,
    tokenText: (id) => words[id] ?? '',
  });
  expect(found).toEqual([
    {
      label: 'positive',
      word: 'good',
      ids: [0, 1],
      found: [
        { position: 1, rank: 1, token: ' good' },
        { position: 0, rank: 2, token: ' Good' },
      ],
    },
    { label: 'negative', word: 'bads', ids: [3, 6, 4], found: [{ position: 2, rank: 1, token: 's' }] },
  ]);
});
