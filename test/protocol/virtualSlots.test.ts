import { expect, it } from 'vitest';
import { placesVirtualTokens, virtualSlotPattern } from '../../src/protocol/virtualSlots.js';

it('finds where a template places virtual tokens, with either sign', () => {
  const text = '[P×3] {premise} [Px12] {hypothesis}';
  expect([...text.matchAll(virtualSlotPattern)].map(([, count]) => count)).toEqual(['3', '12']);
  // Asking twice finds the same: the pattern keeps no place.
  expect([placesVirtualTokens(text), placesVirtualTokens(text)]).toEqual([true, true]);
});

it.each(['{text}\nQueue:', '[P] {text}', '[P×] {text}', '[p×3] {text}', ''])('finds none in %j', (template) => {
  expect(placesVirtualTokens(template)).toBe(false);
});
