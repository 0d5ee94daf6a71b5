/** Speeds over the last steps, for a person who wants to know how long it takes: medians would hide a slow-down, single steps jump. */
const window = 20;

export interface StepWork {
  readonly ms: number;
  readonly examples: number;
  readonly tokens: number;
}

export interface Pace {
  add(step: StepWork): void;
  perSecond(what: 'examples' | 'tokens'): number;
  secondsPerStep(): number;
}

export function measurePace(): Pace {
  const steps: StepWork[] = [];
  const sum = (of: (step: StepWork) => number): number => steps.reduce((total, step) => total + of(step), 0);
  return {
    add(step) {
      steps.push(step);
      if (steps.length > window) steps.shift();
    },
    perSecond: (what) => (sum((s) => s[what]) / sum((s) => s.ms)) * 1000,
    secondsPerStep: () => sum((s) => s.ms) / steps.length / 1000,
  };
}
