import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Work } from '../../src/cli/work.js';
import type { EvaluateRequest } from '../../src/evaluation/evaluatePrompt.js';
import { presets } from '../../src/data/presets/presets.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { readTransferTable } from '../../src/store/transferFolder.js';
import { commandLine } from '../support/commandLine.js';
import { plainPrompt, promptDetails } from '../support/prompts.js';
import { quickWork } from '../support/sweepRuns.js';

let folder: string;
let trained: string[];
let asked: EvaluateRequest[];
let abort: AbortController;

const pairs = (first: string, second: string): string =>
  JSON.stringify([1, 0].map((label) => ({ [first]: 'a', [second]: 'b', label: String(label) })));
const recipe = (preset: string, seeds: string): string =>
  `{ "data": { "preset": "${preset}", "train": "${preset}.json", "test": "${preset}-test.json" }${seeds} }`;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-transfer-')));
  [trained, asked, abort] = [[], [], new AbortController()];
  for (const [preset, columns] of [
    ['qqp', ['question1', 'question2']],
    ['mrpc', ['sentence1', 'sentence2']],
  ] as const) {
    for (const file of [`${preset}.json`, `${preset}-test.json`])
      await writeFile(join(folder, file), pairs(columns[0], columns[1]));
  }
  await writeFile(join(folder, 'qqp.softprompt.json'), recipe('qqp', ', "sweep": { "training.seed": [1, 2] }'));
  await writeFile(join(folder, 'mrpc.softprompt.json'), recipe('mrpc', ''));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A prompt of a preset's task, as training would leave it. */
async function saveTrained(name: string, preset: 'qqp' | 'mrpc'): Promise<void> {
  const { template = '', target = '', labels = {} } = presets[preset];
  const task = { ...promptDetails.task, template, target, labels, preset };
  const data = Float32Array.from({ length: 6 }, (_, i) => i + name.length + name.charCodeAt(name.length - 1));
  const details = { ...promptDetails, name, task };
  await savePrompt(join(folder, '.softprompt', 'prompts', name), {
    ...plainPrompt,
    embeddings: { shape: [2, 3], data },
    details,
  });
}

/** In its own domain a prompt scores 0.9, a point more with seed 2; elsewhere 0.6; the bare model 0.5. */
const work = (): Pick<Work, 'train' | 'evaluate'> => {
  const quick = quickWork(trained);
  return {
    train: async (request, onEvent, signal) => {
      const done = await quick.train(request, onEvent, signal);
      await saveTrained(request.recipe.name ?? '', request.recipe.data.preset === 'qqp' ? 'qqp' : 'mrpc');
      return done;
    },
    evaluate: (request, onProgress) => {
      asked.push(request);
      onProgress(2, 2);
      const accuracy = (request.ownWords ? 0.6 : 0.9) + (request.promptFolder.endsWith('2') ? 0.01 : 0);
      return Promise.resolve({
        metrics: { n: 2, accuracy, macroF1: accuracy / 2 },
        baselines: { ...(request.baseline && { none: { n: 2, accuracy: 0.5, macroF1: 0.25 } }) },
        rows: [],
      });
    },
  };
};
const transfer = (...argv: string[]) =>
  commandLine(folder, ['transfer', ...argv], { work: work(), signal: abort.signal });
const told = (): string[] =>
  asked.map(({ promptFolder, file, ownWords, baseline }) =>
    [basename(promptFolder), basename(file.path), ownWords?.preset ?? 'as trained', ...(baseline ? ['bare'] : [])].join(
      ' ',
    ),
  );

describe('softprompt transfer', () => {
  it('trains recipes and scores each at home and on the other’s test rows, in these rows’ own words', async () => {
    const { exitCode, out } = await transfer('qqp.softprompt.json', 'mrpc.softprompt.json');
    expect(exitCode).toBe(0);
    expect(trained).toEqual(['train qqp-seed-1', 'train qqp-seed-2', 'train mrpc']);
    expect(told()).toEqual([
      'qqp-seed-1 qqp-test.json as trained bare',
      'qqp-seed-2 qqp-test.json as trained',
      'qqp-seed-1 mrpc-test.json mrpc bare',
      'qqp-seed-2 mrpc-test.json mrpc',
      'mrpc qqp-test.json qqp bare',
      'mrpc mrpc-test.json as trained bare',
    ]);
    expect(out.split('\n').slice(-8)).toEqual([
      'trained on  evaluated on      rows  prompts  no prompt  accuracy      difference from in-domain',
      'qqp         qqp (in-domain)   2     2        50.0 %     90.5 % ± 0.7',
      'qqp         mrpc              2     2        50.0 %     60.5 % ± 0.7  −30.0 points',
      'mrpc        mrpc (in-domain)  2     1        50.0 %     90.0 %',
      'mrpc        qqp               2     1        50.0 %     60.0 %        −30.0 points',
      '',
      'Saved in .softprompt/transfers/qqp-mrpc/table.csv',
      '',
    ]);
  });

  it('scores nothing twice, and what a new metric asks for is there already', async () => {
    await transfer('qqp.softprompt.json', 'mrpc.softprompt.json');
    asked = [];
    const { out } = await transfer('qqp.softprompt.json', 'mrpc.softprompt.json', '--metric', 'macroF1', '--json');
    expect([trained.length, asked.length]).toEqual([3, 0]);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines.map(({ type }) => type)).toEqual([...Array<string>(6).fill('transferScore'), 'transfer']);
    expect(lines.at(-1)).toMatchObject({
      metric: 'macroF1',
      summary: [{ source: 'qqp', set: 'qqp', scores: [0.45, 0.455] }, {}, {}, { source: 'mrpc', mean: 0.3 }],
    });
    const csv = await readFile(join(folder, '.softprompt/transfers/qqp-mrpc/table.csv'), 'utf8');
    expect(csv.split('\n').slice(0, 2)).toEqual([
      'trained on,prompt,evaluated on,in-domain,rows,accuracy,macroF1,bare accuracy,bare macroF1',
      'qqp,qqp-seed-1,qqp,true,2,0.9,0.45,0.5,0.25',
    ]);
  });

  it('scores again what changed: a file, or a prompt that was trained anew', async () => {
    await saveTrained('quora', 'qqp');
    const again = async (): Promise<string[]> => {
      asked = [];
      await transfer('quora', '--to', 'qqp-test.json', 'mrpc-test.json', '--baseline', 'off');
      return told();
    };
    expect(await again()).toEqual(['quora qqp-test.json as trained', 'quora mrpc-test.json mrpc']);
    await writeFile(join(folder, 'mrpc-test.json'), `${pairs('sentence1', 'sentence2')}\n`);
    expect(await again()).toEqual(['quora mrpc-test.json mrpc']);
    await saveTrained('quora', 'mrpc');
    expect(await again()).toHaveLength(2);
  });

  it('goes on after Ctrl-C with what is not scored yet', async () => {
    await saveTrained('quora', 'qqp');
    const stopping: Partial<Work> = {
      evaluate: async (request, onProgress, signal) => {
        const result = await work().evaluate(request, onProgress, signal);
        abort.abort();
        return result;
      },
    };
    const argv = ['transfer', 'quora', '--to', 'qqp=qqp-test.json', 'mrpc=mrpc-test.json'];
    expect((await commandLine(folder, argv, { work: stopping, signal: abort.signal })).exitCode).toBe(130);
    abort = new AbortController();
    expect((await transfer(...argv.slice(1))).exitCode).toBe(0);
    expect(told()).toEqual(['quora qqp-test.json as trained bare', 'quora mrpc-test.json mrpc bare']);
  });

  it('takes a recipe for how another set’s rows are worded, and for which word of the prompt each label has', async () => {
    await saveTrained('quora', 'qqp');
    await writeFile(join(folder, 'own.csv'), 'x,y,z\na,b,same\nc,d,other\n');
    const own = (labels: string): string =>
      `{ "data": { "train": "own.csv", "template": "{x} / {y}", "target": "{z}", "labels": ${labels} } }`;
    await writeFile(join(folder, 'own.softprompt.json'), own('{ "same": "yes", "other": "no" }'));
    const refused = await transfer('quora', '--to', 'own.softprompt.json');
    expect([refused.exitCode, asked.length]).toEqual([2, 0]);
    expect(refused.err).toContain('same: yes, other: no; which of the words that the prompt has learned is each?');
    await writeFile(join(folder, 'own.softprompt.json'), own('{ "same": "duplicate", "other": "not_duplicate" }'));
    const { out } = await transfer('quora', '--to', 'own.softprompt.json');
    expect(asked[0]?.ownWords).toMatchObject({ template: '{x} / {y}', target: '{z}' });
    expect(out).toContain('Without test rows of its own, there is nothing to compare with: quora');
  });

  it('says before anything is trained what is wrong with a file', async () => {
    await writeFile(join(folder, 'trec.txt'), 'DESC:manner How did he do it ?\n');
    for (const [to, message] of [
      ['mrpc=nothing.txt', 'nothing.txt'],
      ['trec=trec.txt', 'its labels are 0: description'],
      ['own', 'own'],
    ] as const) {
      const { exitCode, err } = await transfer('qqp.softprompt.json', '--to', to);
      expect([exitCode, trained]).toEqual([2, []]);
      expect(err).toContain(message);
    }
    const { err } = await transfer('qqp.softprompt.json', '--metric', 'tokenF1');
    expect(err).toContain('tokenF1 is not among what these rows are scored by: accuracy, macroF1.');
    await saveTrained('quora', 'qqp');
    expect((await transfer('quora')).err).toContain('There is nothing to evaluate quora on');
    expect((await transfer('quora', 'quora', '--to', 'qqp-test.json')).err).toContain('would both be called quora');
  });

  it('keeps its table for reports', async () => {
    await transfer('qqp.softprompt.json', 'mrpc.softprompt.json', '--name', 'paraphrases');
    const table = await readTransferTable(join(folder, '.softprompt/transfers/paraphrases'));
    expect(table.sets.map(({ name, file }) => [name, basename(file)])).toEqual([
      ['qqp', 'qqp-test.json'],
      ['mrpc', 'mrpc-test.json'],
    ]);
    const { exitCode, out } = await commandLine(folder, ['report', 'paraphrases', 'qqp', '--out', 'r.html', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      tables: [
        { kind: 'transfer', name: 'paraphrases' },
        { kind: 'sweep', name: 'qqp' },
      ],
    });
    const page = await readFile(join(folder, 'r.html'), 'utf8');
    expect(page).toContain('−30.0 points');
    expect(page).not.toMatch(/undefined|NaN|\[object/);
  });
});
