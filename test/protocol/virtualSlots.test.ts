import { expect, it } from 'vitest';
import { placesVirtualTokens, virtualSlotPattern, virtualSlots } from '../../src/protocol/virtualSlots.js';

it('finds the places of virtual tokens in a template, in order, with either sign', () => {
  const text = '[P×3] {premise} [Px12] {hypothesis}';
  expect(virtualSlots(text)).toEqual([3, 12]);
  expect([...text.matchAll(virtualSlotPattern)].map(([, count]) => count)).toEqual(['3', '12']);
  // Asking twice finds the same: the pattern keeps no place.
  expect([placesVirtualTokens(text), placesVirtualTokens(text)]).toEqual([true, true]);
});

it.each(['{text}\nQueue:', '[P] {text}', '[P×] {text}', '[p×3] {text}', 'P×3 {P×3}', ''])(
  'finds none in %j',
  (template) => {
    expect(virtualSlots(template)).toEqual([]);
    expect(placesVirtualTokens(template)).toBe(false);
  },
);
