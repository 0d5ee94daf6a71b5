import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/commands.js';
import type { Work } from '../../src/cli/work.js';
import type { RunEvent } from '../../src/protocol/events.js';
import { listRuns } from '../../src/store/catalogue.js';
import { readTable } from '../../src/store/sweepFolder.js';
import { resume, train } from '../../src/training/run.js';
import { noWork } from '../support/noWork.js';
import { ownHome } from '../support/trainedRuns.js';

/** Real training of the bundled model, so that what is resumed can be compared to the bit. */
let folder: string;
const recipe = {
  name: 'short',
  data: { train: resolve('media/sample/tickets/test.jsonl'), devRows: 20, template: '{text}\nTopic:' },
  method: { peft_type: 'PROMPT_TUNING' },
  training: { maxSteps: 40, evalEvery: 20, batchSize: 8, learningRate: 0.1 },
  provider: 'cpu',
  threads: 2,
  sweep: { 'method.num_virtual_tokens': [1, 4] },
};
const second = 'short-num_virtual_tokens-4';

beforeAll(async () => {
  folder = await ownHome('sweep');
  await writeFile(join(folder, 'short.softprompt.json'), JSON.stringify(recipe));
  expect(await softprompt(['sweep', 'short.softprompt.json', '--store', 'whole'])).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `stopAt`: a step of the second run, at which Ctrl-C is pressed. */
async function softprompt(argv: readonly string[], stopAt?: number): Promise<number> {
  const abort = new AbortController();
  let prompt = '';
  const watched =
    (onEvent: (event: RunEvent) => void) =>
    (event: RunEvent): void => {
      if (event.type === 'start') prompt = event.prompt;
      if (event.type === 'step' && event.step === stopAt && prompt === second) abort.abort();
      onEvent(event);
    };
  const work: Work = {
    ...noWork,
    train: (request, onEvent, signal) => train(request, watched(onEvent), signal),
    resume: (request, onEvent, signal) => resume(request, watched(onEvent), signal),
  };
  return runCommandLine(argv, work, {
    version: '1.2.3',
    folder,
    environment: process.env,
    out: { write: () => undefined },
    err: { write: () => undefined },
    signal: abort.signal,
  });
}
const bytes = (store: string): Promise<Buffer> =>
  readFile(join(folder, store, 'prompts', second, 'adapter_model.safetensors'));
const states = async (store: string): Promise<[name: string, state: string][]> =>
  (await listRuns(join(folder, store)))
    .flatMap((run): [string, string][] => ('value' in run ? [[run.value.status.name, run.value.state]] : []))
    .sort();

describe('a sweep that trains', () => {
  it('scores every run, and the bare model once', async () => {
    const table = await readTable(join(folder, 'whole', 'sweeps', 'short'));
    expect(table?.results).toMatchObject([
      { state: 'finished', steps: 40, dev: { metric: 'accuracy' }, baseline: { dev: { metric: 'accuracy' } } },
      { state: 'finished', steps: 40, dev: { metric: 'accuracy' } },
    ]);
    expect(table?.results[1]).not.toHaveProperty('baseline');
  });

  it('stopped in the midst of a run, goes on there to the same bytes', async () => {
    const sweep = ['sweep', 'short.softprompt.json', '--store', 'stopped'];
    expect(await softprompt(sweep, 25)).toBe(130);
    expect(await states('stopped')).toEqual([
      ['short-num_virtual_tokens-1', 'finished'],
      [second, 'stopped'],
    ]);
    expect(await softprompt(sweep)).toBe(0);
    expect((await states('stopped')).map(([, state]) => state)).toEqual(['finished', 'finished']);
    expect(await bytes('stopped')).toEqual(await bytes('whole'));
  });

  it('goes on in a run of its own on another machine, to the same bytes too', async () => {
    const sweep = ['sweep', 'short.softprompt.json', '--store', 'lost'];
    expect(await softprompt(sweep, 25)).toBe(130);
    const place = ['sweep-run', join(folder, 'lost', 'sweeps', 'short'), second, '--place', 'slurm'];
    expect(await softprompt(place)).toBe(0);
    expect(await states('lost')).toEqual([
      ['short-num_virtual_tokens-1', 'finished'],
      [second, 'finished'],
      [second, 'stopped'],
    ]);
    expect(await bytes('lost')).toEqual(await bytes('whole'));
  });
});
