import { mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Work } from '../../src/cli/work.js';
import { SoftpromptError } from '../../src/errors/softpromptError.js';
import { planSweep } from '../../src/protocol/sweepRuns.js';
import { writeFileAtomic } from '../../src/store/atomicFile.js';
import { runFile } from '../../src/store/runFiles.js';
import { createRun } from '../../src/store/runFolder.js';
import { readTable } from '../../src/store/sweepFolder.js';
import { commandLine } from '../support/commandLine.js';
import { quickWork } from '../support/sweepRuns.js';

let folder: string;
let asked: string[];
let abort: AbortController;
const recipe = `{
  "data": { "train": "rows.jsonl" },
  "method": { "peft_type": "PROMPT_TUNING" },
  "sweep": { "method.num_virtual_tokens": [1, 5], "training.seed": { "from": 1, "to": 2 } } // four runs
}`;
const names = [1, 5].flatMap((tokens) => [1, 2].map((seed) => `tickets-num_virtual_tokens-${tokens}-seed-${seed}`));

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-sweep-')));
  await writeFile(join(folder, 'tickets.softprompt.json'), recipe);
  asked = [];
  abort = new AbortController();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const softprompt = (argv: readonly string[], work: Partial<Work> = quickWork(asked)) =>
  commandLine(folder, argv, { work, signal: abort.signal });
const sweep = (options = '', work?: Partial<Work>) =>
  softprompt(['sweep', 'tickets.softprompt.json', ...options.split(' ').filter(Boolean)], work);
const sweepFolder = (): string => join(folder, '.softprompt', 'sweeps', 'tickets');

describe('softprompt sweep', () => {
  it('trains every combination and shows mean and deviation over the seeds', async () => {
    const { exitCode, out } = await sweep();
    expect(exitCode).toBe(0);
    expect(asked).toEqual(names.map((name) => `train ${name}`));
    const lines = out.split('\n');
    expect(lines.slice(0, 8)).toEqual([
      '1/4  num_virtual_tokens 1, seed 1: test accuracy 53.0 %, 2 s',
      '2/4  num_virtual_tokens 1, seed 2: test accuracy 54.0 %, 2 s',
      '3/4  num_virtual_tokens 5, seed 1: test accuracy 61.0 %, 2 s',
      '4/4  num_virtual_tokens 5, seed 2: test accuracy 62.0 %, 2 s',
      '',
      'num_virtual_tokens  runs  test accuracy  no prompt',
      '1                   2     53.5 % ± 0.7   25.0 %',
      '5                   2     61.5 % ± 0.7   25.0 %',
    ]);
    expect(out).toContain('Accuracy on test by num_virtual_tokens');
    expect(out).toContain('Saved in .softprompt/sweeps/tickets/table.csv\n');
  });

  it('keeps the table as JSON and as CSV, a line a run', async () => {
    await sweep();
    const table = await readTable(sweepFolder());
    expect(table?.results.map(({ name, test }) => [name, test?.value])).toEqual(
      names.map((name, i) => [name, [0.53, 0.54, 0.61, 0.62][i]]),
    );
    const [head, first] = (await readFile(join(sweepFolder(), 'table.csv'), 'utf8')).split('\n');
    expect(head).toBe(
      'name,method.num_virtual_tokens,training.seed,state,metric,dev,test,bare dev,bare test,steps,seconds,run',
    );
    expect(first).toMatch(
      /^tickets-num_virtual_tokens-1-seed-1,1,1,finished,accuracy,0\.43\d*,0\.53,,0\.25,3,1\.5,tickets-/,
    );
  });

  it('writes JSON lines alone with --json: each run as it ends, then the table with its summary', async () => {
    const { out } = await sweep('--json');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines.map(({ type }) => type)).toEqual(['sweepRun', 'sweepRun', 'sweepRun', 'sweepRun', 'sweep']);
    expect(lines[0]).toMatchObject({ state: 'finished', values: { 'training.seed': 1 }, test: { value: 0.53 } });
    expect(lines.at(-1)).toMatchObject({ folder: sweepFolder(), summary: { score: { split: 'test' }, best: 1 } });
  });

  it('does not train again what is finished in the store, also where values were added in between', async () => {
    await sweep();
    asked = [];
    expect((await sweep('', quickWork(asked))).exitCode).toBe(0);
    expect(asked).toEqual([]);
    await writeFile(join(folder, 'tickets.softprompt.json'), recipe.replace('[1, 5]', '[1, 3, 5]'));
    const { out } = await sweep('', quickWork(asked));
    expect(asked).toEqual([1, 2].map((seed) => `train tickets-num_virtual_tokens-3-seed-${seed}`));
    expect(out).toContain('4 of 6 runs are finished already.');
    asked = [];
    await writeFile(join(folder, 'tickets.softprompt.json'), recipe.replace('"rows.jsonl"', '"others.jsonl"'));
    await sweep('', quickWork(asked));
    expect(asked).toHaveLength(4);
  });

  it('goes on with an interrupted run from its checkpoint', async () => {
    const { runs } = planSweep(recipe, 'tickets');
    const [, second] = runs;
    const recipeFile = join(folder, 'tickets.softprompt.json');
    const run = await createRun(
      join(folder, '.softprompt'),
      { name: second!.name, recipe: second!.recipe, recipeFile },
      2 ** 30,
    );
    await writeFileAtomic(runFile(run, 'checkpoint'), 'its checkpoint');
    expect((await sweep()).exitCode).toBe(0);
    expect(asked).toEqual([
      `train ${names[0]}`,
      expect.stringContaining(`resume ${names[1]}-`),
      `train ${names[2]}`,
      `train ${names[3]}`,
    ]);
  });

  it('keeps going past a run that fails, says why, and tries it again the next time', async () => {
    const failing = quickWork(asked, (name) => {
      if (name === names[1]) throw new SoftpromptError('run.crashed', { reason: 'the reason' });
    });
    const { exitCode, out } = await sweep('', failing);
    expect(exitCode).toBe(1);
    expect(asked).toHaveLength(4);
    expect(out).toMatch(/2\/4 {2}num_virtual_tokens 1, seed 2: failed: .*the reason/);
    expect(out).toContain('1                   1/2   53.0 %         25.0 %');
    asked = [];
    expect((await sweep('', quickWork(asked))).exitCode).toBe(0);
    expect(asked).toEqual([`train ${names[1]}`]);
  });

  it('stops at Ctrl-C with what is done in its table', async () => {
    const stopping = quickWork(asked, (name) => {
      if (name !== names[1]) return;
      abort.abort();
      throw abort.signal.reason;
    });
    const { exitCode, out } = await sweep('', stopping);
    expect(exitCode).toBe(130);
    expect(asked).toHaveLength(2);
    expect(out).toContain(`${names[2]}: not run yet`);
  });

  it('runs several at a time in processes of their own, which share the cores', async () => {
    let [running, most] = [0, 0];
    const started: string[][] = [];
    const startProgram: Work['startProgram'] = async (argv) => {
      started.push([...argv]);
      most = Math.max(most, ++running);
      const { exitCode } = await softprompt(argv);
      running--;
      return exitCode;
    };
    const { exitCode, out } = await sweep('--jobs 2', { startProgram });
    expect(exitCode).toBe(0);
    expect(most).toBe(2);
    expect(started.map((argv) => argv.slice(2)).sort()).toEqual(names.map((name) => [name, '--place', 'jobs']));
    expect(out).toContain('5                   2     61.5 % ± 0.7   25.0 %');
  });

  it('tells of a process that died before it could', async () => {
    const { exitCode, out } = await sweep('--jobs 2', { startProgram: () => Promise.resolve(137) });
    expect(exitCode).toBe(1);
    expect(out).toContain('exit code 137');
  });

  it('is passed over by train, also where a method is chosen that lacks its fields', async () => {
    const fields = recipe.replace('"method.num_virtual_tokens": [1, 5]', '"method.prefix_projection": [true, false]');
    const prefix = fields.replace('PROMPT_TUNING', 'PREFIX_TUNING');
    await writeFile(join(folder, 'tickets.softprompt.json'), prefix);
    const options = ['--method', 'prompt-tuning', '--name', 'plain'];
    expect((await softprompt(['train', 'tickets.softprompt.json', ...options])).exitCode).toBe(0);
    expect(asked).toEqual(['train plain']);
  });

  it('refuses a recipe without a sweep, and a sweep that another process runs', async () => {
    await writeFile(join(folder, 'plain.softprompt.json'), '{ "data": { "train": "a" } }');
    expect(await softprompt(['sweep', 'plain.softprompt.json'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('this recipe has no "sweep"'),
    });
    await writeFileAtomic(join(sweepFolder(), 'owner.json'), `{ "pid": ${process.ppid} }`);
    expect(await sweep()).toMatchObject({ exitCode: 1, err: expect.stringContaining('is run by another process') });
    expect(asked).toEqual([]);
  });

  it('leaves nothing behind that says it is at work', async () => {
    await sweep();
    expect((await readdir(sweepFolder())).sort()).toEqual(['results', 'sweep.json', 'table.csv', 'table.json']);
  });
});
