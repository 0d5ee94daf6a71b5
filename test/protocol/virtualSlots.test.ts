import { expect, it } from 'vitest';
import { virtualSlots } from '../../src/protocol/virtualSlots.js';

it('finds the places of virtual tokens in a template, in order', () => {
  expect(virtualSlots('[P×3] {premise} [Px12] {hypothesis}')).toEqual([3, 12]);
  // A second reading begins at the front again.
  expect(virtualSlots('[P×3]')).toEqual([3]);
  expect(virtualSlots('[P] [P×] [p×3] P×3 {P×3} ')).toEqual([]);
});
