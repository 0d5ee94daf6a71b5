import { execFile } from 'node:child_process';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { isErrno } from '../../store/fileErrors.js';

/** A task as squeue tells it. */
export interface SlurmTask {
  readonly number: number;
  readonly state: string;
}

/** Gives back the job's number. Throws `slurm.missing` or `slurm.refused`. */
export async function submitJob(
  script: string,
  array: string,
  options: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const written = await call('sbatch', ['--parsable', `--array=${array}`, ...options, script], environment);
  const [job = ''] = written.trim().split(';');
  if (/^\d+$/.test(job)) return job;
  throw new SoftpromptError('slurm.refused', { program: 'sbatch', reason: written.trim() });
}

/** Every task of a job that Slurm still knows, ended ones for some minutes too. Throws `slurm.missing` or `slurm.refused`. */
export async function tasksOf(job: string, environment: NodeJS.ProcessEnv): Promise<SlurmTask[]> {
  const argv = ['--noheader', '--array', '--states=all', '--format=%K %T', `--jobs=${job}`];
  const written = await call('squeue', argv, environment).catch((error: unknown) => {
    // One that it has forgotten.
    if (error instanceof SoftpromptError && /invalid job id/i.test(JSON.stringify(error.args))) return '';
    throw error;
  });
  return written.split('\n').flatMap((line) => {
    const [, number, state] = /^\s*(\d+)\s+(\S+)/.exec(line) ?? [];
    return number === undefined || state === undefined ? [] : [{ number: Number(number), state }];
  });
}

/** What Slurm will do nothing more about. */
const ended: ReadonlySet<string> = new Set([
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'REVOKED',
  'TIMEOUT',
]);
export const isEnded = ({ state }: SlurmTask): boolean => ended.has(state);

function call(program: string, argv: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, argv, { env: environment, encoding: 'utf8' }, (error, out, err) => {
      if (error === null) resolve(out);
      else if (isErrno(error, 'ENOENT')) reject(new SoftpromptError('slurm.missing', { program }, { cause: error }));
      else {
        const reason = (err.trim() || error.message).replace(/^\S+: (error: )?/, '');
        reject(new SoftpromptError('slurm.refused', { program, reason }, { cause: error }));
      }
    });
  });
}
