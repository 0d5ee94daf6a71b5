import { mkdir, mkdtemp, realpath, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/commands.js';
import type { Work } from '../../src/cli/work.js';
import { SoftpromptError } from '../../src/errors/softpromptError.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { createRun } from '../../src/store/runFolder.js';
import type { Recipe } from '../../src/protocol/recipe.js';
import type { InterpretationReport, PromptComparison } from '../../src/protocol/interpretation.js';
import { parseRecipe } from '../../src/protocol/parseRecipe.js';
import { configOf } from '../support/prompts.js';
import { noWork } from '../support/noWork.js';

let folder: string;
let asked: unknown[];
let abort: AbortController;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-cli-')));
  asked = [];
  abort = new AbortController();
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const refusing = (): Promise<never> => Promise.reject(new Error('not asked for'));

/** Runs the command line with a part of its work faked, and gives the exit code and what was written. */
async function softprompt(argv: string[], work: Partial<Work> = {}, debug = false) {
  let [out, err] = ['', ''];
  const exitCode = await runCommandLine(
    argv,
    { ...noWork, ...work },
    {
      version: '1.2.3',
      folder,
      environment: { SOFTPROMPT_HOME: join(folder, 'home'), ...(debug && { SOFTPROMPT_DEBUG: '1' }) },
      out: { write: (text) => (out += text) },
      err: { write: (text) => (err += text) },
      signal: abort.signal,
    },
  );
  return { exitCode, out, err };
}

const trained =
  (reason: 'finished' | 'stopped' = 'finished'): Work['train'] =>
  (request, onEvent) => {
    asked.push(request);
    onEvent({ type: 'checkpoint', step: 3 });
    onEvent({ type: 'end', reason, step: 3, bestStep: 2, seconds: 1, folder: join(folder, 'p') });
    return Promise.resolve({ folder: join(folder, 'p'), reason });
  };

const saved = (): Promise<void> =>
  savePrompt(join(folder, '.softprompt', 'prompts', 'tickets'), {
    config: configOf({
      baseModel: 'm',
      numVirtualTokens: 1,
      hiddenSize: 2,
      numLayers: 1,
      numAttentionHeads: 1,
    }),
    embeddings: { shape: [1, 2], data: new Float32Array([1, 2]) },
  });

describe('softprompt train', () => {
  it('gives the recipe of a file, with the options above it, to the training', async () => {
    await writeFile(
      join(folder, 'tickets.softprompt.json'),
      '\uFEFF// mine\n{ "data": { "train": "a.jsonl" }, "training": { "warmupSteps": 50, "maxSteps": 100 } }',
    );
    const options = '--steps 7 --seed 5 --name short --threads 3 --provider cpu --baseline off --model models/m';
    const { exitCode, out } = await softprompt(['train', 'tickets.softprompt.json', ...options.split(' ')], {
      train: trained(),
    });
    expect(exitCode).toBe(0);
    expect(out).toContain('Finished after 3 steps');
    expect(out).toContain('Saved in p\n');
    expect(asked).toMatchObject([
      {
        recipe: {
          name: 'short',
          model: join(folder, 'models/m'),
          data: { train: 'a.jsonl', devRows: 200 },
          training: { maxSteps: 7, warmupSteps: 7, seed: 5 },
          baseline: false,
          provider: 'cpu',
          threads: 3,
        },
        recipeFile: join(folder, 'tickets.softprompt.json'),
        store: join(folder, '.softprompt'),
        cacheFolder: join(folder, 'home', 'cache'),
      },
    ]);
  });

  it('makes a recipe of a data file alone', async () => {
    const options = [
      '--test',
      't.csv',
      '--template',
      '{text}\\nLabel:',
      '--target',
      '{label}',
      '--virtual-tokens',
      '8',
    ];
    expect((await softprompt(['train', '--data', 'my rows.csv', ...options], { train: trained() })).exitCode).toBe(0);
    expect(asked).toMatchObject([
      {
        recipe: {
          name: 'my-rows',
          model: 'softprompt-9m',
          data: { train: 'my rows.csv', test: join(folder, 't.csv'), template: '{text}\nLabel:', target: '{label}' },
          method: { num_virtual_tokens: 8 },
          baseline: true,
        },
        recipeFile: join(folder, 'my-rows.softprompt.json'),
      },
    ]);
  });

  it('trains by another method from a saved prompt, with that prompt’s length and a learning rate of its own', async () => {
    await saved();
    const recipe = join(folder, 'a.softprompt.json');
    await writeFile(recipe, '{ "data": { "train": "t.csv" }, "training": { "learningRate": 0.5, "maxSteps": 7 } }');
    const argv = ['train', recipe, '--method', 'p-tuning', '--from', 'tickets'];
    expect((await softprompt(argv, { train: trained() })).exitCode).toBe(0);
    const [{ recipe: found }] = asked as [{ recipe: Recipe }];
    expect(found.method).toMatchObject({
      peft_type: 'P_TUNING',
      num_virtual_tokens: 1,
      prompt_tuning_init: 'file',
      prompt_tuning_init_file: join(folder, '.softprompt', 'prompts', 'tickets'),
    });
    expect(found.training).toMatchObject({ maxSteps: 7 });
    expect(found.training.learningRate).toBeUndefined();
    expect((await softprompt(['train', recipe, '--from', 'nothing'])).exitCode).toBe(2);
  });

  it('writes the events as JSON lines, and nothing else, with --json', async () => {
    const { out } = await softprompt(['train', '--data', 'a.csv', '--json', '--store', 's'], { train: trained() });
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
    ).toEqual(['checkpoint', 'end']);
    expect(asked).toMatchObject([{ store: join(folder, 's') }]);
  });

  it('exits with 130 where it was stopped', async () => {
    expect((await softprompt(['train', '--data', 'a.csv'], { train: trained('stopped') })).exitCode).toBe(130);
  });

  it('refuses a recipe with all its problems, and starts nothing', async () => {
    await writeFile(join(folder, 'bad.softprompt.json'), '{\n  "dta": {}\n}');
    const { exitCode, out, err } = await softprompt(['train', 'bad.softprompt.json']);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toBe(
      'Error: bad.softprompt.json: this recipe cannot be used:\n' +
        '1:1 data: missing; expected an object\n' +
        '2:3 dta: there is no such field; did you mean "data"?\n' +
        'Correct these places; the fields and their values are described by the editor’s completion and in the README.\n',
    );
  });

  it.each([
    [['train'], 'name either a recipe or a data file'],
    [['train', 'a', '--data', 'b'], 'name either a recipe or a data file'],
    [['train', '--data', 'b', '--steps', '0'], 'Expected a whole number from 1 on.'],
    [['train', '--data', 'b', '--provider', 'gpu'], 'Allowed choices are auto, cpu'],
    [['train', '--data', 'b', '--name', 'two words'], 'found "two words"'],
    [['train', 'nowhere.json'], 'nowhere.json: there is no such file.'],
    [['tain'], 'Did you mean train?'],
    [[], 'Usage: softprompt'],
  ])('refuses %j with exit code 2', async (argv, said) => {
    const { exitCode, err } = await softprompt(argv);
    expect(exitCode).toBe(2);
    expect(err).toContain(said);
  });
});

describe('softprompt resume', () => {
  it('goes on with the newest run that can go on, and with a run by its id', async () => {
    const store = join(folder, '.softprompt');
    const recipe = parseRecipe('{ "data": { "train": "a" } }', 'a');
    const run = await createRun(
      store,
      { name: 'a', recipe, recipeFile: join(folder, 'a') },
      process.pid,
      new Date(2026, 0, 2, 3, 4, 5),
    );
    const resume: Work['resume'] = (request, onEvent, signal) => {
      asked.push(request);
      return trained()({ recipe, recipeFile: '', store, cacheFolder: '' }, onEvent, signal);
    };
    expect((await softprompt(['resume', 'a-20260102-030405'], { resume })).exitCode).toBe(0);
    expect(asked[0]).toEqual({ runFolder: run, cacheFolder: join(folder, 'home', 'cache'), spinning: true });
    const { exitCode, err } = await softprompt(['resume'], { resume });
    expect(exitCode).toBe(2);
    expect(err).toContain('there is no run that could be resumed');
  });
});

describe('softprompt evaluate', () => {
  const evaluate: Work['evaluate'] = (request, onProgress) => {
    asked.push(request);
    onProgress(1, 3);
    return Promise.resolve({
      metrics: {
        n: 3,
        accuracy: 2 / 3,
        macroF1: 0.6,
        labels: ['good', 'bad'],
        confusion: [
          [1, 1],
          [0, 1],
        ],
        perLabel: [
          { label: 'good', precision: 1, recall: 0.5, f1: 2 / 3, support: 2 },
          { label: 'bad', precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
        ],
      },
      interval: { low: 0.21, high: 1 },
      calibration: { error: 0.137, bins: [] },
      baselines: {
        ...(request.baseline && { none: { n: 3, accuracy: 1 / 3, macroF1: 0.25 } }),
        ...(request.examples && { examples: { count: 2, metrics: { n: 3, accuracy: 2 / 3, macroF1: 0.6 } } }),
      },
      ...(request.against && {
        against: {
          prompt: 'other',
          metrics: { n: 3, accuracy: 1 / 3 },
          comparison: {
            metric: 'accuracy',
            difference: 1 / 3,
            interval: { low: -0.2, high: 0.7 },
            pValue: 0.5,
            test: 'mcNemar',
          },
        },
      }),
      rows: [
        { line: 2, input: 'a', expected: 'good', predicted: 'good', right: true, probability: 0.9 },
        { line: 3, input: '=b', expected: 'good', predicted: 'bad', right: false, probability: 0.812 },
        { line: 4, input: 'c', expected: 'bad', predicted: 'bad', right: true, probability: 0.7 },
      ],
    });
  };

  it('shows scores beside the baseline’s, the confusion matrix and the wrong rows', async () => {
    await saved();
    const { exitCode, out, err } = await softprompt(['evaluate', 'tickets', 'test.csv', '--max-rows', '3'], {
      evaluate,
    });
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatchInlineSnapshot(`
      "3 rows    no prompt  prompt
      accuracy  33.3 %     66.7 %  +33.4 points
      macro-F1  25.0 %     60.0 %  +35.0 points
      accuracy: 95 % interval from 21.0 % to 100.0 %
      calibration error 13.7 %

      label  precision  recall   F1      rows
      good   100.0 %    50.0 %   66.7 %  2
      bad    50.0 %     100.0 %  66.7 %  1

      Confusion: a line for each expected label, a column for each predicted one
            good  bad
      good  1     1
      bad   0     1

      Wrong rows: 1; the surest of them
      test.csv:3  expected good  predicted bad  81 %
      "
    `);
    expect(asked).toEqual([
      {
        promptFolder: join(folder, '.softprompt', 'prompts', 'tickets'),
        file: { path: join(folder, 'test.csv') },
        cacheFolder: join(folder, 'home', 'cache'),
        spinning: true,
        baseline: true,
        maxRows: 3,
      },
    ]);
  });

  it('writes rows and scores as JSON lines', async () => {
    await saved();
    const { out } = await softprompt(['evaluate', 'tickets', 'test.csv', '--json', '--baseline', 'off'], { evaluate });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type }) => type)).toEqual(['row', 'row', 'row', 'scores']);
    expect(lines[1]).toMatchObject({ type: 'row', line: 3, expected: 'good', predicted: 'bad', right: false });
    expect(lines[3]).toMatchObject({ baselines: {}, interval: { low: 0.21, high: 1 } });
  });

  it('shows prompt design and another prompt beside the score, and writes predictions', async () => {
    await saved();
    const { exitCode, out } = await softprompt(
      [
        ...['evaluate', 'tickets', 'test.csv', '--examples', '4', '--instruction', 'Sort.\\nNow:', '--seed', '7'],
        ...['--against', 'tickets', '--ranking', 'mean', '--export', 'predictions.csv'],
      ],
      { evaluate },
    );
    expect(exitCode).toBe(0);
    expect(out.split('\n').slice(0, 9)).toMatchInlineSnapshot(`
      [
        "3 rows    no prompt  2 examples as text  prompt",
        "accuracy  33.3 %     66.7 %              66.7 %  +33.4 points",
        "macro-F1  25.0 %     60.0 %              60.0 %  +35.0 points",
        "accuracy: 95 % interval from 21.0 % to 100.0 %",
        "calibration error 13.7 %",
        "",
        "other on the same rows: accuracy 33.3 %",
        "difference +33.3 points, 95 % interval from −20.0 points to +70.0 points; p = 0.50 (McNemar’s exact test)",
        "",
      ]
    `);
    expect(asked).toMatchObject([
      {
        examples: 4,
        instruction: 'Sort.\nNow:',
        seed: 7,
        ranking: 'mean',
        against: join(folder, '.softprompt', 'prompts', 'tickets'),
      },
    ]);
    expect(await readFile(join(folder, 'predictions.csv'), 'utf8')).toBe(
      "line,input,expected,predicted,right,probability\r\n2,a,good,good,true,0.9\r\n3,'=b,good,bad,false,0.812\r\n4,c,bad,bad,true,0.7\r\n",
    );
  });

  it('refuses an export of another ending before anything is scored', async () => {
    await saved();
    const { exitCode, err } = await softprompt(['evaluate', 'tickets', 'test.csv', '--export', 'a.xlsx'], { evaluate });
    expect([exitCode, asked]).toEqual([2, []]);
    expect(err).toContain('.jsonl, .csv, .tsv');
  });

  it('says which prompts there are', async () => {
    await saved();
    const { exitCode, err } = await softprompt(['evaluate', 'ticket', 'test.csv'], { evaluate });
    expect(exitCode).toBe(2);
    expect(err).toContain('there are: tickets.\nDid you mean "tickets"?');
  });

  it('exits with 130 and without an error where Ctrl-C stopped it', async () => {
    await saved();
    const { exitCode, err } = await softprompt(['evaluate', 'tickets', 'test.csv'], {
      evaluate: (_request, _onProgress, signal) => {
        abort.abort();
        signal.throwIfAborted();
        return refusing();
      },
    });
    expect([exitCode, err]).toEqual([130, '']);
  });
});

const near = (position: number, token: string, similarity: number) => ({
  position,
  nearest: [{ id: position, token, similarity }],
});
const report: InterpretationReport = {
  name: 'tickets',
  method: 'PROMPT_TUNING',
  model: 'm',
  compared: 'inputVectors',
  top: 1,
  tokens: [
    { ...near(0, ' a', 0.5), norm: 4.25, normRank: 0.9, twins: [1], cluster: 0 },
    { ...near(1, ' a', 0.75), norm: 2, normRank: 0.4, twins: [0], cluster: 0 },
  ],
  norms: { tokens: 9, quantiles: [1, 1.5, 2, 2.5, 3, 3.5, 4], counts: [9] },
  labels: [
    { label: 'x', word: 'a', ids: [7], found: [{ position: 0, rank: 1, token: ' a' }] },
    { label: 'y', word: 'b', ids: [8], found: [] },
  ],
  repeated: [{ id: 7, token: ' a', positions: [0, 1] }],
  clusters: [{ positions: [0, 1], similarity: 0.625 }],
};
const drifted: InterpretationReport = {
  ...report,
  tokens: report.tokens.map((token) => ({
    ...token,
    drift: { cosine: 0.25, distance: 3, from: { id: 1, token: 'b', similarity: 1 } },
  })),
  drift: { meanCosine: 0.25, meanDistance: 3 },
};

describe('softprompt interpret, compare and doctor', () => {
  it('shows what a prompt has learned, by its folder', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await saved();
    const interpret: Work['interpret'] = (request) => {
      asked.push(request);
      return Promise.resolve(report);
    };
    const { out } = await softprompt(['interpret', '.softprompt/prompts/tickets', '--top', '1'], { interpret });
    expect(out.split('\n')).toEqual([
      'tickets  prompt tuning · m',
      '',
      '#  norm   nearest (cosine)',
      '1  4.250  " a" 0.50',
      '2  2.000  " a" 0.75',
      '',
      'Norms: 2.000 to 4.250; of the vocabulary 1.500, 2.500 and 3.500 (5 %, median, 95 %)',
      'Drift from the start: not known, as the prompt does not keep what it began from',
      '',
      'Where class labels are found',
      'x  1: " a", rank 1',
      'y  nowhere',
      '',
      'Repeated neighbours: nearest to several virtual tokens',
      '" a"  1, 2',
      '',
      'Clusters: virtual tokens with a mean cosine of 0.5 and more',
      '0.63  1, 2',
      '',
    ]);
    expect(asked).toMatchObject([{ top: 1, promptFolder: join(folder, '.softprompt', 'prompts', 'tickets') }]);
    expect((await softprompt(['interpret', 'elsewhere'])).err).toContain('there is no saved prompt here');
  });

  it('shows the drift of a prompt that keeps its start, and tells all as JSON lines', async () => {
    await saved();
    const interpret: Work['interpret'] = () => Promise.resolve(drifted);
    const { out } = await softprompt(['interpret', 'tickets'], { interpret });
    expect(out).toContain('#  norm   start  nearest (cosine)\n1  4.250  0.25   " a" 0.50\n');
    expect(out).toContain('Drift from the start: mean cosine 0.25, mean distance 3.000\n');
    const lines = (await softprompt(['interpret', 'tickets', '--json'], { interpret })).out.trimEnd().split('\n');
    const { tokens, ...rest } = drifted;
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      ...tokens.map((token) => ({ type: 'token', ...token })),
      { type: 'report', ...rest },
    ]);
  });

  it('puts two prompts side by side', async () => {
    await saved();
    const comparison: PromptComparison = {
      first: { name: 'tickets', method: 'PROMPT_TUNING', alone: [] },
      second: { name: 'other', method: 'P_TUNING', alone: [near(1, 'c', 0.5)] },
      model: 'm',
      compared: 'inputVectors',
      pairs: [{ first: near(0, ' a', 0.5), second: near(2, 'b', 0.25), cosine: 0.875 }],
      meanCosine: 0.875,
    };
    const compare: Work['compare'] = (request) => {
      asked.push(request);
      return Promise.resolve(comparison);
    };
    const argv = ['compare', 'tickets', '.softprompt/prompts/tickets', '--top', '1'];
    const { out } = await softprompt(argv, { compare });
    expect(out.split('\n')).toEqual([
      'Mean cosine 0.88 over 1 pairs, on m',
      '',
      '#  tickets    #  other     cosine',
      '1  " a" 0.50  3  "b" 0.25  0.88',
      '',
      'Without a partner, of other: 2',
      '',
    ]);
    const prompt = join(folder, '.softprompt', 'prompts', 'tickets');
    expect(asked).toMatchObject([{ first: prompt, second: prompt, top: 1 }]);
    const lines = (await softprompt([...argv, '--json'], { compare })).out.trimEnd().split('\n');
    const { pairs, ...rest } = comparison;
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { type: 'pair', ...pairs[0] },
      { type: 'comparison', ...rest },
    ]);
    expect((await softprompt(['compare', 'tickets'])).exitCode).toBe(2);
  });

  it('shows what works and why the rest does not', async () => {
    const doctor: Work['doctor'] = () =>
      Promise.resolve({
        node: '20.19.0',
        providers: [
          { name: 'cpu', works: true },
          { name: 'cuda', works: false, reason: 'no such library' },
        ],
        models: [{ name: 'org/m', path: '/models/m', usable: false, reason: 'a pickle' }],
      });
    expect((await softprompt(['doctor'], { doctor })).out).toBe(
      'Node 20.19.0\n\nExecution providers\n✓ cpu\n✗ cuda: no such library\n\nBase models\n✗ org/m\n    /models/m\n    a pickle\n',
    );
    expect(JSON.parse((await softprompt(['doctor', '--json'], { doctor })).out)).toMatchObject({ node: '20.19.0' });
  });
});

describe('softprompt presets', () => {
  it('lists every preset with its metric and how it words a row', async () => {
    const { out, exitCode } = await softprompt(['presets']);
    expect(exitCode).toBe(0);
    expect(out).toContain('sst2  SST-2 (GLUE): accuracy\n  sst2 sentence: {sentence} → negative | positive\n');
    expect(out).toContain('  question: {question} context: {context} → {answer}\n');
  });

  it('writes an object a line with --json', async () => {
    const { out } = await softprompt(['presets', '--json']);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(25);
    expect(JSON.parse(lines[1] ?? '')).toEqual({
      type: 'preset',
      id: 'sst2',
      title: 'SST-2 (GLUE)',
      task: 'classification',
      template: 'sst2 sentence: {sentence}',
      target: '{label}',
      labels: { 0: 'negative', 1: 'positive' },
      metrics: ['accuracy'],
    });
  });

  it('are named to train with one', async () => {
    await softprompt(['train', '--data', 'SST-2/train.tsv', '--preset', 'sst2'], { train: trained() });
    expect(asked[0]).toMatchObject({ recipe: { data: { train: 'SST-2/train.tsv', preset: 'sst2' } } });
    const { exitCode, err } = await softprompt(['train', '--data', 'a.tsv', '--preset', 'sst3']);
    expect(exitCode).toBe(2);
    expect(err).toContain('sst3');
  });
});

describe('failures', () => {
  it('exit with 1 where the run failed, and tell code and arguments with --json', async () => {
    const train: Work['train'] = () => Promise.reject(new SoftpromptError('store.noSpace', { file: 'f' }));
    const { exitCode, out, err } = await softprompt(['train', '--data', 'a.csv', '--json'], { train });
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toEqual({
      type: 'error',
      code: 'store.noSpace',
      args: { file: 'f' },
      message: 'f: the disk is full.',
      advice: 'Free some space and run again; the last checkpoint is intact.',
    });
    expect(err).toBe('Error: f: the disk is full.\nFree some space and run again; the last checkpoint is intact.\n');
  });

  it('show stacks only where they are asked for', async () => {
    const train: Work['train'] = () => Promise.reject(new Error('odd', { cause: new Error('deeper') }));
    const quiet = await softprompt(['train', '--data', 'a.csv'], { train });
    expect([quiet.exitCode, quiet.err.includes('commands.test')]).toEqual([1, false]);
    expect(quiet.err).toContain('Error: Unexpected: odd\n');
    const loud = await softprompt(['train', '--data', 'a.csv'], { train }, true);
    expect(loud.err).toMatch(/Error: odd\n {4}at .*commands\.test[^]*Caused by: Error: deeper/);
  });
});

describe('help', () => {
  it('is no failure and teaches by examples and exit codes', async () => {
    const { exitCode, out, err } = await softprompt(['--help']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('$ softprompt train tickets.softprompt.json');
    expect(out).toMatch(/130 {2}stopped by Ctrl-C/);
    expect((await softprompt(['--version'])).out).toBe('1.2.3\n');
    expect((await softprompt(['train', '--help'])).out).toContain('Examples:');
  });
});
