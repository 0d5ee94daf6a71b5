import type { EventOf } from './events.js';

/** What a run came to on the rows of a split: its best step's score, and the bare model's where that was scored. */
export interface SplitScore {
  readonly prompt: EventOf<'evaluation'>;
  readonly baseline?: EventOf<'evaluation'>;
}

/** Undefined where the split was not scored with the prompt. */
export function splitScore(
  evaluations: readonly EventOf<'evaluation'>[],
  split: 'dev' | 'test',
): SplitScore | undefined {
  const of = evaluations.filter((event) => event.split === split);
  const baseline = of.findLast((event) => event.baseline);
  const prompt = of.findLast((event) => event.best) ?? of.findLast((event) => !event.baseline);
  return prompt && { prompt, ...(baseline && { baseline }) };
}
