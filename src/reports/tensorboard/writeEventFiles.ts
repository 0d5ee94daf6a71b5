import { join } from 'node:path';
import { writeFileAtomic } from '../../store/atomicFile.js';
import type { RunReport } from '../content.js';
import { eventFile } from './eventFile.js';
import { runScalars } from './scalars.js';

/**
 * Writes each run's event file into a folder of its own, as TensorBoard tells runs apart. A run that is written again replaces its file,
 * so that none of its steps stand there twice. Throws `store.noSpace` or `store.readOnly`.
 */
export async function writeEventFiles(folder: string, runs: readonly RunReport[]): Promise<void> {
  for (const run of runs) {
    const began = Math.floor(Date.parse(run.started) / 1000);
    const file = join(folder, run.id, `events.out.tfevents.${String(began).padStart(10, '0')}.softprompt`);
    await writeFileAtomic(file, eventFile(began, runScalars(run)));
  }
}
