/** Where a step stands among those that are asked. */
export interface Place {
  /** From 1 on. */
  readonly step: number;
  readonly totalSteps: number;
}

/** What a person answers: a value, one step back, or nothing, which ends it all. */
export type Answer<T> = { readonly value: T } | 'back' | undefined;

export interface Step<D> {
  /** Absent: always asked. */
  readonly isNeeded?: (draft: D) => boolean;
  readonly ask: (draft: D, place: Place) => Promise<Answer<D>>;
}

/** Asks one step after the other, and back again; what was answered stays in the draft as the default of the next time. */
export async function walk<D>(steps: readonly Step<D>[], draft: D): Promise<D | undefined> {
  let current = draft;
  let index = 0;
  for (;;) {
    const needed = steps.filter(({ isNeeded }) => isNeeded?.(current) ?? true);
    const step = steps.slice(index).find((candidate) => needed.includes(candidate));
    if (step === undefined) return current;
    const place = needed.indexOf(step);
    const answer = await step.ask(current, { step: place + 1, totalSteps: needed.length });
    if (answer === undefined) return undefined;
    const before = needed[place - 1];
    if (answer !== 'back') [current, index] = [answer.value, steps.indexOf(step) + 1];
    else if (before !== undefined) index = steps.indexOf(before);
  }
}
