import type { diagnose } from '../evaluation/doctor.js';
import type { evaluateEnsemble } from '../evaluation/evaluateEnsemble.js';
import type { evaluatePrompt } from '../evaluation/evaluatePrompt.js';
import type { interpretPrompt } from '../evaluation/interpretPrompt.js';
import type { resume, train } from '../training/run.js';

/** The rooms' work, as the command line asks for it: the seam at which tests put a fake. */
export interface Work {
  readonly train: typeof train;
  readonly resume: typeof resume;
  readonly evaluate: typeof evaluatePrompt;
  readonly ensemble: typeof evaluateEnsemble;
  readonly interpret: typeof interpretPrompt;
  readonly doctor: typeof diagnose;
}
