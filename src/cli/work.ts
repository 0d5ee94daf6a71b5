import type { diagnose } from '../evaluation/doctor.js';
import type { evaluateEnsemble } from '../evaluation/evaluateEnsemble.js';
import type { evaluatePrompt } from '../evaluation/evaluatePrompt.js';
import type { comparePrompts } from '../evaluation/interpretation/comparePrompts.js';
import type { describePrompt } from '../evaluation/interpretation/describePrompt.js';
import type { runPromptTests } from '../evaluation/promptTests.js';
import type { resume, train } from '../training/run.js';

/** The rooms' work, as the command line asks for it: the seam at which tests put a fake. */
export interface Work {
  readonly train: typeof train;
  readonly resume: typeof resume;
  readonly evaluate: typeof evaluatePrompt;
  readonly interpret: typeof describePrompt;
  readonly compare: typeof comparePrompts;
  readonly test: typeof runPromptTests;
  readonly ensemble: typeof evaluateEnsemble;
  readonly doctor: typeof diagnose;
  /** Runs `softprompt` with other arguments in a process of its own, which an abort stops; gives back its exit code. */
  readonly startProgram: (argv: readonly string[], signal: AbortSignal) => Promise<number>;
}
