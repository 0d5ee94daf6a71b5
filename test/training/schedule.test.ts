import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { learningRateAt } from '../../src/training/schedule.js';
import { goldenFolder } from '../parity/parityModels.js';

const factors = z.array(z.number());
const goldenSchema = z.object({
  steps: z.int(),
  schedules: z.array(z.object({ warmup: z.int(), constant: factors, linear: factors, cosine: factors })).length(2),
});
const { steps: maxSteps, schedules } = goldenSchema.parse(
  JSON.parse(await readFile(join(goldenFolder, 'schedules.json'), 'utf8')),
);

describe.each(schedules)('after $warmup steps of warm-up', ({ warmup: warmupSteps, ...golden }) => {
  it.each(['constant', 'linear', 'cosine'] as const)(
    "the %s schedule is transformers' own at every step",
    (schedule) => {
      for (let step = warmupSteps + 1; step <= maxSteps; step++) {
        const expected = 0.3 * (golden[schedule][step - 1] ?? NaN);
        expect(learningRateAt(step, { schedule, warmupSteps, maxSteps }, 0.3), `step ${step}`).toBeCloseTo(
          expected,
          12,
        );
      }
    },
  );
});

describe('warm-up', () => {
  it('rises in equal parts from the first step, which is not lost to a rate of 0 as in transformers', () => {
    for (const schedule of ['constant', 'linear', 'cosine'] as const) {
      const rates = [1, 2, 3, 4].map((step) => learningRateAt(step, { schedule, warmupSteps: 3, maxSteps: 10 }, 8));
      expect(rates).toEqual([2, 4, 6, 8]);
    }
  });

  it('may be longer than the run', () => {
    const options = { schedule: 'linear', warmupSteps: 9, maxSteps: 4 } as const;
    expect([1, 4].map((step) => learningRateAt(step, options, 10))).toEqual([1, 4]);
  });
});
