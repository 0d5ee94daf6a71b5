import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/commands.js';
import { arrayText, jobScript } from '../../src/cli/slurm/jobScript.js';
import { createRun } from '../../src/store/runFolder.js';
import { listRuns } from '../../src/store/catalogue.js';
import { writeFileAtomic } from '../../src/store/atomicFile.js';
import { runFile } from '../../src/store/runFiles.js';
import { planSweep } from '../../src/protocol/sweepRuns.js';
import { noWork } from '../support/noWork.js';
import { quickWork } from '../support/sweepRuns.js';

/** Slurm's programs as far as they are asked: submissions are noted, and the queue is what a file says. */
let folder: string;
let asked: string[];
let abort: AbortController;
const recipe = '{ "data": { "train": "a" }, "sweep": { "training.seed": [0, 1, 2, 3] } }';

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-slurm-')));
  asked = [];
  abort = new AbortController();
  await mkdir(join(folder, 'bin'));
  const program = async (name: string, text: string): Promise<void> => {
    await writeFile(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
    await chmod(join(folder, 'bin', name), 0o755);
  };
  await program('sbatch', `echo "$@" >> '${folder}/submitted'\nwc -l < '${folder}/submitted'`);
  await program('squeue', `cat '${folder}/queue'`);
  await writeFile(join(folder, 'tickets.softprompt.json'), recipe);
  await queue([0, 1, 2, 3], 'RUNNING');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});
const queue = (tasks: readonly number[], state: string): Promise<void> =>
  writeFile(join(folder, 'queue'), tasks.map((task) => `${task} ${state}\n`).join(''));

async function softprompt(argv: readonly string[], path = `${join(folder, 'bin')}:${process.env.PATH ?? ''}`) {
  let [out, err] = ['', ''];
  const exitCode = await runCommandLine(
    argv,
    { ...noWork, ...quickWork(asked) },
    {
      version: '1.2.3',
      folder,
      environment: { SOFTPROMPT_HOME: join(folder, 'home'), PATH: path },
      out: { write: (text) => (out += text) },
      err: { write: (text) => (err += text) },
      signal: abort.signal,
    },
  );
  return { exitCode, out, err };
}
const sweepFolder = (): string => join(folder, '.softprompt', 'sweeps', 'tickets');
const task = (index: number) => softprompt(['sweep-run', sweepFolder(), `tickets-seed-${index}`, '--place', 'slurm']);
const sweep = (...sbatch: string[]) =>
  softprompt(['sweep', 'tickets.softprompt.json', '--slurm', ...(sbatch.length > 0 ? ['--', ...sbatch] : [])]);

/** The arguments of each submission, once there are so many. */
async function submissions(count: number): Promise<string[]> {
  for (;;) {
    const lines = (await readFile(join(folder, 'submitted'), 'utf8').catch(() => '')).split('\n').slice(0, -1);
    if (lines.length >= count) return lines;
    await sleep(50);
  }
}

describe('softprompt sweep --slurm', () => {
  it('submits an array of the runs with the options behind --, and makes the table of what comes back', async () => {
    const swept = sweep('--partition=short', '--time=5');
    const script = join(sweepFolder(), 'slurm', 'job.sh');
    expect(await submissions(1)).toEqual([`--parsable --array=0-3 --partition=short --time=5 ${script}`]);
    for (const index of [0, 1, 2, 3]) expect((await task(index)).exitCode).toBe(0);
    const { exitCode, out } = await swept;
    expect(exitCode).toBe(0);
    expect(out).toContain('Submitted 4 runs to Slurm as job 1.');
    expect(out).toContain('4     91.5 % ± 1.3   25.0 %');
    expect(await readFile(script, 'utf8')).toContain(`sweep-run '${sweepFolder()}' "$1" --place slurm`);
  });

  it('submits again what Slurm has lost, and nothing else', async () => {
    const swept = sweep();
    await submissions(1);
    for (const index of [0, 1, 3]) await task(index);
    await queue([2], 'NODE_FAIL');
    expect((await submissions(2))[1]).toContain('--array=2 ');
    await queue([2], 'PENDING');
    await task(2);
    expect((await swept).exitCode).toBe(0);
    expect(asked.sort()).toEqual([0, 1, 2, 3].map((seed) => `train tickets-seed-${seed}`));
  });

  it('goes on from a lost node’s checkpoint in a run of its own, whatever becomes of that node', async () => {
    const swept = sweep();
    await submissions(1);
    const [first] = planSweep(recipe, 'tickets').runs;
    const recipeFile = join(folder, 'tickets.softprompt.json');
    const store = join(folder, '.softprompt');
    // Its process number is taken here: by this test.
    const lost = await createRun(store, { name: first!.name, recipe: first!.recipe, recipeFile }, process.ppid);
    await writeFileAtomic(runFile(lost, 'checkpoint'), 'its checkpoint');
    for (const index of [0, 1, 2, 3]) await task(index);
    expect((await swept).exitCode).toBe(0);
    expect(asked[0]).toMatch(/^resume tickets-seed-0-/);
    const runs = (await listRuns(store)).flatMap((run) => ('value' in run ? [run.value] : []));
    expect(runs).toHaveLength(5);
    expect(runs.find((run) => run.folder === lost)?.status.state).toBe('queued');
  });

  it('does not submit again what was cancelled', async () => {
    const swept = sweep();
    await submissions(1);
    for (const index of [0, 1, 2]) await task(index);
    await queue([3], 'CANCELLED');
    const { exitCode, out } = await swept;
    expect(exitCode).toBe(1);
    expect(out).toContain('Its Slurm job 1_3 was cancelled.');
    expect(await submissions(1)).toHaveLength(1);
  });

  it('leaves its jobs at work when it is stopped, and the same command collects what they make', async () => {
    const stopped = sweep();
    await submissions(1);
    abort.abort();
    expect(await stopped).toMatchObject({ exitCode: 130, out: expect.stringContaining('The Slurm jobs go on: 1.') });
    abort = new AbortController();
    await task(1);
    const swept = sweep();
    for (const index of [0, 2, 3]) await task(index);
    const { exitCode, out } = await swept;
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Runs that Slurm has already: [123]\./);
    expect(await submissions(1)).toHaveLength(1);
  });

  it('says where Slurm is missing, and what it refuses', async () => {
    expect(await softprompt(['sweep', 'tickets.softprompt.json', '--slurm'], join(folder, 'nowhere'))).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('sbatch was not found'),
    });
    await writeFile(join(folder, 'bin', 'sbatch'), '#!/bin/sh\necho "sbatch: error: invalid partition" >&2\nexit 1\n');
    expect(await sweep()).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('sbatch refused: invalid partition'),
    });
    expect((await softprompt(['sweep', 'tickets.softprompt.json', '--', '--time=1'])).exitCode).toBe(2);
  });
});

describe('the job script', () => {
  it('keeps any path whole, and asks for what survives lost nodes and ended times', () => {
    const text = jobScript({
      name: 'a',
      runs: ['x', 'y'],
      folder: "/it's/a sweep",
      logs: '/a b/100%',
      workingFolder: '/a b',
      program: ['/node', '/softprompt.mjs'],
    });
    expect(text.split('\n')).toEqual([
      '#!/bin/sh',
      '#SBATCH --job-name=softprompt-a',
      '#SBATCH --requeue',
      '#SBATCH --open-mode=append',
      '#SBATCH --signal=B:TERM@60',
      '#SBATCH --chdir=/a\\ b',
      '#SBATCH --output=/a\\ b/100%%/%a.log',
      "set -- 'x' 'y'",
      'shift "$SLURM_ARRAY_TASK_ID"',
      `exec '/node' '/softprompt.mjs' sweep-run '/it'\\''s/a sweep' "$1" --place slurm`,
      '',
    ]);
  });

  it('writes task numbers as ranges', () => {
    expect(arrayText([7, 0, 1, 2, 5])).toBe('0-2,5,7');
  });
});
