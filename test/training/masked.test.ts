import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluatePrompt } from '../../src/evaluation/evaluatePrompt.js';
import { inspectModel } from '../../src/models/openModel.js';
import { checkRecipe } from '../../src/protocol/checkRecipe.js';
import type { RunEvent } from '../../src/protocol/events.js';
import { recipeSchema, type Recipe, type RecipeInput } from '../../src/protocol/recipe.js';
import { exportPrompt, importPrompt } from '../../src/store/promptTransfer.js';
import { loadPrompt } from '../../src/store/promptFolder.js';
import { previewRecipe } from '../../src/training/previewRecipe.js';
import { train } from '../../src/training/run.js';
import { validateRecipe } from '../../src/training/validateRecipe.js';
import { expectRejection } from '../data/expectError.js';
import { writeMasked } from '../support/maskedFolder.js';

const never = new AbortController().signal;
let folder: string;
let models: Record<'bert' | 'roberta', string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-masked-'));
  models = { bert: await writeMasked(folder, 'bert'), roberta: await writeMasked(folder, 'roberta') };
  const seen = ['i saw a film', 'the dog slept', 'a film', 'the film it was', 'i saw the dog', 'it was a dog'];
  const rows = seen.flatMap((text) => [
    { text: `${text} great`, label: 1 },
    { text: `${text} awful`, label: 0 },
  ]);
  const lines = [...rows, ...rows].map((row) => JSON.stringify(row)).join('\n');
  await writeFile(join(folder, 'data.jsonl'), lines);
});
afterAll(() => rm(folder, { recursive: true }));

const labels = { 0: 'bad', 1: 'good' };
type Input = Partial<Omit<RecipeInput, 'data'>> & { readonly data?: object };
const recipeOf = ({ data, training, ...rest }: Input): Recipe =>
  recipeSchema.parse({
    name: 'masked',
    model: models.bert,
    data: { train: 'data.jsonl', dev: 'data.jsonl', template: '{text} . it was {mask} .', labels, ...data },
    training: { maxSteps: 40, evalEvery: 20, batchSize: 8, learningRate: 0.1, ...training },
    provider: 'cpu',
    threads: 1,
    ...rest,
  });
const recipeFile = (): string => join(folder, 'masked.softprompt.json');
const trained = async (store: string, input: Input): Promise<{ folder: string; events: RunEvent[] }> => {
  const events: RunEvent[] = [];
  const where = { recipeFile: recipeFile(), store: join(folder, store), cacheFolder: join(folder, 'cache') };
  const result = await train({ recipe: recipeOf(input), ...where }, (event) => events.push(event), never);
  return { folder: result.folder, events };
};
const devOf = (events: readonly RunEvent[], baseline: boolean) =>
  events.flatMap((e) => (e.type === 'evaluation' && e.split === 'dev' && e.baseline === baseline ? [e] : []));
const evaluated = (promptFolder: string) =>
  evaluatePrompt(
    {
      promptFolder,
      cacheFolder: join(folder, 'cache'),
      file: { path: join(folder, 'data.jsonl') },
      baseline: true,
      threads: 1,
      provider: 'cpu',
      examples: 2,
    },
    () => undefined,
    never,
  );

describe('a masked model', () => {
  it('reads a row with its special tokens, the answer in its place', async () => {
    const { tokenizer } = await inspectModel(models.bert);
    expect([tokenizer.bos, tokenizer.end, tokenizer.mask, tokenizer.addsSpace]).toEqual([2, 3, 4, false]);
    expect(tokenizer.encode('A goodness.')).toEqual([7, 11, 16, 15]);
    const [row] = (await previewRecipe({ recipe: recipeOf({}), recipeFile: recipeFile() })).rows;
    expect(row?.input).toBe('i saw a film great . it was {mask} .');
    // [CLS] i saw a film great . it was good . [SEP]
    expect([row?.target, row?.tokens, row?.virtualTokens]).toEqual([' good', 12, 20]);
  });

  it.each(['bert', 'roberta'] as const)('learns by prompt tuning and is read again: %s', async (name) => {
    const method = { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 4 } as const;
    const { folder: prompt, events } = await trained(`prompt-${name}`, { model: models[name], method });
    const [first, last] = devOf(events, false);
    expect(last?.loss).toBeLessThan(devOf(events, true)[0]?.loss ?? 0);
    const saved = JSON.parse(await readFile(join(prompt, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;
    expect([saved['task_type'], saved['num_transformer_submodules']]).toEqual(['FEATURE_EXTRACTION', 1]);
    const { metrics, baselines } = await evaluated(prompt);
    const best = [first, last].find((e) => e?.best && e.metrics.accuracy === metrics.accuracy);
    expect(best).toBeDefined();
    expect(baselines.none?.accuracy).toBe(devOf(events, true)[0]?.metrics.accuracy);
    // RoBERTa's letters are tokens here, which leave no room for examples.
    expect(baselines.examples?.count).toBe(name === 'bert' ? 2 : 0);
    const exported = await exportPrompt(prompt, folder, 'peft');
    expect(await readFile(join(exported, 'README.md'), 'utf8')).toContain('AutoModelForMaskedLM');
    await expectRejection(exportPrompt(prompt, folder, 'prompt_embeds'), 'store.maskedExport', {
      prompt: 'masked',
      format: 'prompt_embeds',
    });
  });

  it('learns by P-tuning with virtual tokens around the mask, and labels of one and of two tokens', async () => {
    const { folder: prompt, events } = await trained('placed', {
      method: { peft_type: 'P_TUNING', num_virtual_tokens: 3, encoder_hidden_size: 16 },
      data: { template: '[P×1] {text} [P×2] {mask} .', labels: { 0: 'bad', 1: 'goodness' } },
      training: { learningRate: 0.01 },
    });
    expect(devOf(events, false).at(-1)?.loss).toBeLessThan(devOf(events, true)[0]?.loss ?? 0);
    const { metrics } = await evaluated(prompt);
    expect(devOf(events, false).map((e) => e.metrics.accuracy)).toContain(metrics.accuracy);
  });

  it('tells the labels apart by WARP, whose vectors are kept, copied and read again, and go to no other format', async () => {
    const { folder: prompt, events } = await trained('warp', {
      method: { peft_type: 'WARP', num_virtual_tokens: 3 },
      data: { template: '[P×1] {text} [P×2] {mask} .' },
      training: { maxSteps: 80, evalEvery: 40 },
    });
    expect(devOf(events, false).at(-1)?.metrics.accuracy).toBe(1);
    const { config, embeddings, classes, details } = await loadPrompt(prompt);
    expect(config).toMatchObject({ peft_type: 'WARP', num_classes: 2, num_virtual_tokens: 3, token_dim: 16 });
    expect([embeddings.shape, classes?.shape, details?.training.trainable]).toEqual([[3, 16], [2, 16], 5 * 16]);
    expect(await readdir(prompt)).not.toContain('adapter_config.json');
    const written = JSON.parse(await readFile(join(prompt, 'warp_config.json'), 'utf8')) as object;
    expect(Object.keys(written)).not.toContain('peft_type');
    expect((await evaluated(prompt)).metrics.accuracy).toBe(1);
    const copy = await importPrompt(join(folder, 'copies'), prompt);
    expect((await evaluated(copy)).metrics.accuracy).toBe(1);
    for (const format of ['peft', 'npy', 'prompt_embeds'] as const)
      await expectRejection(exportPrompt(prompt, folder, format), 'store.warpExport', { prompt: 'masked', format });
  });
});

describe('what does not go together is refused at its field', () => {
  const faults = async (input: Input): Promise<unknown[]> =>
    (await validateRecipe({ recipe: recipeOf(input), recipeFile: recipeFile() })).map(({ path, error }) => [
      path.join('.'),
      error.code,
    ]);

  it.each<[string, () => Input, string, string]>([
    ['no {mask} in the template', () => ({ data: { template: '{text}' } }), 'data.template', 'run.noAnswerPlace'],
    ['a {mask} for a model that writes', () => ({ model: 'softprompt-9m' }), 'data.template', 'run.answerPlace'],
    ['generated targets', () => ({ data: { labels: undefined, task: 'generation' } }), 'data.task', 'run.maskedText'],
    ['a prefix', () => ({ method: { peft_type: 'PREFIX_TUNING' } }), 'method.peft_type', 'run.noEntry'],
    ['an end behind the target', () => ({ data: { addEos: true } }), 'data.addEos', 'run.maskedEnd'],
    [
      'labels that are one to the tokenizer',
      () => ({ data: { labels: { 0: 'Good', 1: 'good' } } }),
      'data.labels',
      'run.sameTokens',
    ],
    [
      'WARP for a model that writes',
      () => ({ model: 'softprompt-9m', data: { template: '{text}' }, method: { peft_type: 'WARP' } }),
      'method.peft_type',
      'run.noEntry',
    ],
  ])('%s', async (_what, input, path, code) => {
    expect(await faults(input())).toEqual([[path, code]]);
  });

  it('WARP without {mask}, or for generated text, before any model is looked at', () => {
    const recipe = { data: { train: 'a', template: '{text}', task: 'generation' }, method: { peft_type: 'WARP' } };
    const checked = checkRecipe(JSON.stringify(recipe));
    expect('problems' in checked && checked.problems.map(({ path }) => path?.join('.'))).toEqual([
      'data.template',
      'data.task',
    ]);
  });
});
