import type { Stores } from '../services.js';
import { liveRuns } from '../views/runEntries.js';

/** The runs that use the cores now. */
export const trainingNames = ({ runs }: Pick<Stores, 'runs'>): string[] =>
  liveRuns(runs).flatMap(({ state, status }) => (state === 'running' ? [status.name] : []));
