import type { Work } from '../../src/cli/work.js';

const refusing = (): Promise<never> => Promise.reject(new Error('not asked for'));

/** Nothing of a command's work; a test puts its own for what it asks for. */
export const noWork: Work = {
  train: refusing,
  resume: refusing,
  evaluate: refusing,
  ensemble: refusing,
  interpret: refusing,
  compare: refusing,
  test: refusing,
  doctor: refusing,
  startProgram: refusing,
};
