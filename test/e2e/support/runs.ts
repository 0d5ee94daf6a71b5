import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEvents } from '../../../src/store/eventLog.js';
import { listRuns } from '../../../src/store/catalogue.js';
import { runFile } from '../../../src/store/runFiles.js';
import type { Run } from '../../../src/store/runFolder.js';
import type { Editor } from './editor.js';

export async function onlyRun(editor: Editor): Promise<Run> {
  const [run, ...others] = await listRuns(editor.store);
  if (!run || 'damage' in run || others.length > 0) throw new Error('There should be one run, and a whole one.');
  return run.value;
}

/** The steps that a run's log tells, in its order. */
export async function stepsOf({ folder }: Run): Promise<number[]> {
  const events = await readEvents(runFile(folder, 'events'));
  return events.flatMap((event) => (event.type === 'step' ? [event.step] : []));
}

/** The bytes of the vectors of a store's one prompt, which `smallWorkspace` names. */
export const trained = (store: string): Promise<Buffer> =>
  readFile(join(store, 'prompts', 'tickets', 'adapter_model.safetensors'));

export const upTo = (steps: number): number[] => Array.from({ length: steps }, (_, i) => i + 1);
