import { describe, expect, it } from 'vitest';
import { nearestName } from '../../src/common/nearestName.js';

describe('nearestName', () => {
  it('finds the name with the fewest edits, case apart', () => {
    expect(nearestName('Lable', ['text', 'label', 'queue'])).toBe('label');
    expect(nearestName('maxStep', ['maxSteps', 'warmupSteps'])).toBe('maxSteps');
  });

  it('finds none where more than half of the letters differ', () => {
    expect(nearestName('abcd', ['wxyz', 'abyz'])).toBe('abyz');
    expect(nearestName('abcd', ['axyz'])).toBeUndefined();
    expect(nearestName('a', [])).toBeUndefined();
  });
});
