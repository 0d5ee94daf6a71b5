import { join } from 'node:path';
import * as z from 'zod';
import { programPath } from '../../common/productFolder.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { makeFolder, writeFileAtomic } from '../../store/atomicFile.js';
import { formatJson, readJsonIfPresent } from '../../store/readJson.js';
import type { StoredSweep } from '../../store/sweepFolder.js';
import type { World } from '../world.js';
import { arrayText, jobScript } from './jobScript.js';
import { isEnded, submitJob, tasksOf } from './slurm.js';

/** What Slurm says of a sweep's runs, by their names. */
export interface SlurmView {
  /** Those that wait or run. */
  readonly live: ReadonlySet<string>;
  /** Those whose newest task was cancelled, with the task's name. */
  readonly cancelled: ReadonlyMap<string, string>;
}

export interface SlurmQueue {
  /** The numbers of the jobs that have tasks of this sweep. */
  readonly jobs: readonly string[];
  /** Gives back the job's number. Throws `slurm.missing` or `slurm.refused`. */
  submit(runs: ReadonlySet<string>, options: readonly string[]): Promise<string>;
  /** Throws `slurm.missing` or `slurm.refused`. */
  look(): Promise<SlurmView>;
  logOf(run: string): string;
}

/** Jobs with the names of their tasks' runs: in another job a number may mean another run. */
const jobsSchema = z.object({ jobs: z.array(z.object({ job: z.string(), runs: z.array(z.string()) })) });

/** The jobs of a sweep in Slurm's queue, those of earlier processes among them: `slurm/` of the sweep's folder. */
export async function openSlurmQueue(
  folder: string,
  sweep: StoredSweep,
  { environment, folder: workingFolder }: Pick<World, 'environment' | 'folder'>,
): Promise<SlurmQueue> {
  const [own, logs] = [join(folder, 'slurm'), join(folder, 'slurm', 'logs')];
  const [script, jobsFile] = [join(own, 'job.sh'), join(own, 'jobs.json')];
  const runs = sweep.runs.map(({ name }) => name);
  const program = [process.execPath, programPath('softprompt.mjs')];
  await makeFolder(logs);
  await writeFileAtomic(script, jobScript({ name: sweep.name, runs, folder, logs, workingFolder, program }), 0o755);
  const { jobs } = (await readJsonIfPresent(jobsFile, jobsSchema, damaged)) ?? { jobs: [] };

  return {
    get jobs() {
      return jobs.map(({ job }) => job);
    },
    submit: async (wanted, options) => {
      const numbers = runs.flatMap((run, number) => (wanted.has(run) ? [number] : []));
      const job = await submitJob(script, arrayText(numbers), options, environment);
      jobs.push({ job, runs });
      await writeFileAtomic(jobsFile, formatJson({ jobs }));
      return job;
    },
    look: async () => {
      const live = new Set<string>();
      const cancelled = new Map<string, string>();
      for (const { job, runs: of } of jobs) {
        for (const task of await tasksOf(job, environment)) {
          const run = of[task.number] ?? '';
          if (!isEnded(task)) live.add(run);
          if (task.state === 'CANCELLED') cancelled.set(run, `${job}_${task.number}`);
          else cancelled.delete(run);
        }
      }
      return { live, cancelled };
    },
    logOf: (run) => join(logs, `${runs.indexOf(run)}.log`),
  };
}

const damaged = (file: string, found: string, expected: string, cause?: unknown): Error =>
  new SoftpromptError('store.badSweep', { file, found, expected }, { cause });
