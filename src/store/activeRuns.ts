import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from './atomicFile.js';
import { listRuns } from './catalogue.js';
import { formatJson } from './readJson.js';
import { isLive } from '../protocol/runState.js';

/** Stands in the store while a run lives, so that a window that opens knows without looking: the extension wakes for this file. */
const activeFile = (store: string): string => join(store, 'active.json');

/** Writes which runs live, or removes the file where none does. Called by each run at its beginning, at checkpoints and at its end. */
export async function noteActiveRuns(store: string): Promise<void> {
  const live = (await listRuns(store)).flatMap((run) =>
    'value' in run && isLive(run.value.state) ? [run.value.id] : [],
  );
  if (live.length > 0) await writeFileAtomic(activeFile(store), formatJson({ runs: live }));
  else await rm(activeFile(store), { force: true });
}
