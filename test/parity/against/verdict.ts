/** One case, judged. */
export interface Verdict {
  readonly ok: boolean;
  /** The case, its numbers and its bar. */
  readonly line: string;
}

export const short = (x: number): string => x.toExponential(1);
