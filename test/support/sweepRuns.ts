import { basename, join } from 'node:path';
import type { Work } from '../../src/cli/work.js';
import type { RunEvent } from '../../src/protocol/events.js';
import { promptConfig, type Recipe } from '../../src/protocol/recipe.js';
import { openEventLog } from '../../src/store/eventLog.js';
import { runFile } from '../../src/store/runFiles.js';
import { createRun, readRun, writeRunStatus, type RunStatus } from '../../src/store/runFolder.js';

const evaluation = (split: 'dev' | 'test', baseline: boolean, value: number): RunEvent => ({
  type: 'evaluation',
  step: 3,
  split,
  baseline,
  loss: 1,
  metric: 'accuracy',
  value,
  metrics: { n: 4, accuracy: value },
  best: !baseline,
  samples: [],
});

/** What a run of this recipe scores: more with more virtual tokens, and a little with the seed. */
export const scoreOf = ({ method, training }: Recipe): number =>
  (50 + 2 * promptConfig(method).num_virtual_tokens + training.seed) / 100;

/** Ends a run as training would, without any. */
export async function finishRun(folder: string, changes: Partial<RunStatus> = {}): Promise<void> {
  const { recipe, status } = await readRun(folder);
  const log = await openEventLog(runFile(folder, 'events'));
  if (recipe.baseline) log.append(evaluation('test', true, 0.25));
  log.append(evaluation('dev', false, scoreOf(recipe) - 0.1));
  log.append(evaluation('test', false, scoreOf(recipe)));
  log.append({ type: 'end', reason: 'finished', step: 3, bestStep: 3, seconds: 1.5, folder: join(folder, 'p') });
  log.close();
  await writeRunStatus(folder, { ...status, state: 'finished', pid: process.pid, ...changes });
}

/** Training that takes no time; it leaves what training leaves. `asked` gets each run's name. */
export function quickWork(
  asked: string[],
  before: (name: string) => void = () => undefined,
): Pick<Work, 'train' | 'resume'> {
  return {
    train: async ({ recipe, recipeFile, store }) => {
      const name = recipe.name ?? '';
      asked.push(`train ${name}`);
      before(name);
      const folder = await createRun(store, { name, recipe, recipeFile }, process.pid);
      await finishRun(folder);
      return { folder, reason: 'finished' };
    },
    resume: async ({ runFolder }) => {
      asked.push(`resume ${basename(runFolder)}`);
      await finishRun(runFolder);
      return { folder: runFolder, reason: 'finished' };
    },
  };
}
