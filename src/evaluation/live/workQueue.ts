/** Stages of an evaluation: the judge's prompts, then what is scored beside them. */
export const stages = ['prompts', 'none', 'examples'] as const;
export type Stage = (typeof stages)[number];

/** Rows that the next questions are about. */
export interface Turn {
  readonly stage: Stage;
  readonly rows: readonly number[];
  /** Whether someone waits for just these. */
  readonly urgent: boolean;
}

/** Which rows are to be judged, in which order. */
export interface WorkQueue {
  /** Undefined where nothing is left, or nothing that `onlyUrgent` lets through. */
  next(onlyUrgent: boolean): Turn | undefined;
  /** Rows of all stages that no turn had yet. */
  readonly left: number;
}

/** How many rows are looked at together: enough for batches of like length, few enough that a file is judged from its top to its end. */
const rowsAtOnce = 256;
const urgentAtOnce = 16;

/** `urgent` rows of the prompts' stage come before all others; `rest` has the other rows of each stage, in the order of the stages. */
export function workQueue(
  urgent: readonly number[],
  rest: Readonly<Partial<Record<Stage, readonly number[]>>>,
): WorkQueue {
  let urgentAt = 0;
  const at: Record<Stage, number> = { prompts: 0, none: 0, examples: 0 };
  const leftOf = (stage: Stage): number => (rest[stage]?.length ?? 0) - at[stage];
  return {
    next(onlyUrgent) {
      if (urgentAt < urgent.length) {
        const rows = urgent.slice(urgentAt, (urgentAt += urgentAtOnce));
        return { stage: 'prompts', rows, urgent: true };
      }
      const stage = onlyUrgent ? undefined : stages.find((name) => leftOf(name) > 0);
      if (stage === undefined) return undefined;
      const rows = rest[stage]?.slice(at[stage], at[stage] + rowsAtOnce) ?? [];
      at[stage] += rows.length;
      return { stage, rows, urgent: false };
    },
    get left() {
      return Math.max(0, urgent.length - urgentAt) + stages.reduce((sum, stage) => sum + leftOf(stage), 0);
    },
  };
}
