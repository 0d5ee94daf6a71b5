import { describe, expect, it } from 'vitest';
import { measurePace } from '../../src/training/pace.js';

describe('measurePace', () => {
  it('gives all work over all time, so that short steps do not count more than long ones', () => {
    const pace = measurePace();
    pace.add({ ms: 100, examples: 16, tokens: 400 });
    pace.add({ ms: 300, examples: 16, tokens: 800 });
    expect(pace.perSecond('examples')).toBeCloseTo(80, 10);
    expect(pace.perSecond('tokens')).toBeCloseTo(3000, 10);
    expect(pace.secondsPerStep()).toBeCloseTo(0.2, 10);
  });

  it('forgets steps before the last twenty', () => {
    const pace = measurePace();
    pace.add({ ms: 60_000, examples: 1, tokens: 1 });
    for (let i = 0; i < 20; i++) pace.add({ ms: 50, examples: 2, tokens: 10 });
    expect(pace.perSecond('examples')).toBeCloseTo(40, 10);
    expect(pace.secondsPerStep()).toBeCloseTo(0.05, 10);
  });
});
