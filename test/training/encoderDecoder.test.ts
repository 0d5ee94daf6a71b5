import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluatePrompt } from '../../src/evaluation/evaluatePrompt.js';
import { openPrompt } from '../../src/evaluation/openPrompt.js';
import type { RunEvent } from '../../src/protocol/events.js';
import { recipeSchema, type Recipe, type RecipeInput } from '../../src/protocol/recipe.js';
import { listRuns } from '../../src/store/catalogue.js';
import { loadPrompt, readFirstVectors } from '../../src/store/promptFolder.js';
import { previewRecipe } from '../../src/training/previewRecipe.js';
import { resume, train } from '../../src/training/run.js';
import { validateRecipe } from '../../src/training/validateRecipe.js';
import { writeT5Folder } from '../support/tinyT5.js';

const never = new AbortController().signal;
const ignore = (): void => undefined;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-t5-'));
  for (const name of ['t5', 't5Gated', 't5Narrow'] as const) await writeT5Folder(join(folder, name), name);
  const rows = Array.from({ length: 24 }, (_, i) => ({
    text: `${i % 3 ? 'a very ' : 'a '}${i % 2 ? 'good' : 'bad'} film ${'abcdefgh'[i % 8]}`,
    label: i % 2 ? 'positive' : 'negative',
  }));
  await writeFile(join(folder, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
});
afterAll(() => rm(folder, { recursive: true }));

type Method = NonNullable<RecipeInput['method']>;

function recipe(model: string, method: Method, { data = {}, training = {} } = {}): Recipe {
  return recipeSchema.parse({
    name: 'short',
    model: model.startsWith('t5') ? join(folder, model) : model,
    data: { train: 'rows.jsonl', dev: 'rows.jsonl', template: 'review: {text}', target: '{label}', ...data },
    method: { num_virtual_tokens: 3, ...method },
    training: { maxSteps: 12, evalEvery: 6, batchSize: 8, learningRate: 0.1, ...training },
    provider: 'cpu',
    threads: 1,
  });
}
const request = (store: string, asked: Recipe) => ({
  recipe: asked,
  recipeFile: join(folder, 'r.softprompt.json'),
  store: join(folder, store),
  cacheFolder: join(folder, 'cache'),
});
const bytesOf = (prompt: string): Promise<Buffer> => readFile(join(prompt, 'adapter_model.safetensors'));

const methods: [string, string, Method, stored: number[]][] = [
  ['prompt tuning', 't5Gated', { peft_type: 'PROMPT_TUNING' }, [6, 24]],
  ['P-tuning', 't5', { peft_type: 'P_TUNING', encoder_hidden_size: 16 }, [6, 32]],
  ['a prefix of an odd number of blocks', 't5', { peft_type: 'PREFIX_TUNING' }, [3, 2 * 3 * 32]],
  ['a prefix of an even number of blocks', 't5Gated', { peft_type: 'PREFIX_TUNING' }, [3, 2 * 4 * 24]],
  ['a prefix that blocks share', 't5Gated', { peft_type: 'PREFIX_TUNING', peft_layer_sharing: true }, [3, 2 * 2 * 24]],
  [
    'a prefix of narrow heads, projected',
    't5Narrow',
    { peft_type: 'PREFIX_TUNING', prefix_projection: true, encoder_hidden_size: 16 },
    [3, 2 * 4 * 20],
  ],
];

describe.each(methods)('a recipe that trains a T5 by %s', (name, model, method, shape) => {
  it('learns, is stopped and resumed to the same bytes, and is opened again with the same scores', async () => {
    const rate = { learningRate: name === 'P-tuning' || name.endsWith('projected') ? 0.01 : 0.1 };
    const asked = recipe(model, method, { training: rate });
    const events: RunEvent[] = [];
    const whole = await train(request(`${name} whole`, asked), (event) => events.push(event), never);
    const losses = events.flatMap((e) => (e.type === 'step' ? [e.loss] : []));
    expect(losses).toHaveLength(12);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);

    const stop = new AbortController();
    const store = join(folder, `${name} stopped`);
    const onEvent = (e: RunEvent): void => void (e.type === 'step' && e.step === 7 && stop.abort());
    expect((await train(request(`${name} stopped`, asked), onEvent, stop.signal)).reason).toBe('stopped');
    const [run] = await listRuns(store);
    const resumed = await resume({ runFolder: run?.folder ?? '', cacheFolder: join(folder, 'cache') }, ignore, never);
    expect((await bytesOf(resumed.folder)).equals(await bytesOf(whole.folder))).toBe(true);

    const config = JSON.parse(await readFile(join(whole.folder, 'adapter_config.json'), 'utf8')) as object;
    expect(config).toMatchObject({ task_type: 'SEQ_2_SEQ_LM', num_transformer_submodules: 2, num_virtual_tokens: 3 });
    const header = (await bytesOf(whole.folder)).toString('latin1');
    expect(header).toContain(`"shape":[${shape.join(',')}]`);
    const cacheFolder = join(folder, 'cache');
    const opened = await openPrompt({ promptFolder: whole.folder, cacheFolder });
    expect(opened.embeddings.shape[0]).toBe(3);
    expect((await readFirstVectors(whole.folder, opened.embeddings.shape))?.shape).toEqual(opened.embeddings.shape);

    const dev = events.flatMap((e) => (e.type === 'evaluation' && e.split === 'dev' && e.best ? [e] : [])).at(-1);
    const file = { path: join(folder, 'rows.jsonl') };
    const scored = await evaluatePrompt(
      { promptFolder: whole.folder, cacheFolder, file, baseline: true },
      ignore,
      never,
    );
    expect(dev?.metrics).toMatchObject({ n: 24 });
    expect(scored.metrics).toEqual(dev?.metrics);
    const [bare] = events.flatMap((e) => (e.type === 'evaluation' && e.baseline ? [e.metrics] : []));
    expect(scored.baselines.none).toEqual(bare);
  });
});

describe('a recipe on a T5', () => {
  const prompt: Method = { peft_type: 'PROMPT_TUNING' };

  it('ends inputs and targets with </s>, and begins targets with a sentinel where it is asked to', async () => {
    const { rows } = await previewRecipe(request('preview', recipe('t5', prompt)));
    // ▁review: ▁a ▁bad ▁film ▁ a </s>, and ▁negative </s>; no joint.
    expect(rows[0]).toMatchObject({ virtualTokens: 3 });
    const plain = rows.map(({ tokens }) => tokens);
    const sentinel = await previewRecipe(request('preview', recipe('t5', prompt, { data: { sentinel: true } })));
    expect(sentinel.rows.map(({ tokens }) => tokens)).toEqual(plain.map((tokens) => tokens + 1));
  });

  it('trains free text, and writes it greedily', async () => {
    const generation = recipe('t5Gated', prompt, { data: { task: 'generation', sentinel: true } });
    const { folder: saved } = await train(request('text', generation), ignore, never);
    expect((await loadPrompt(saved)).details?.task).toMatchObject({ addEos: true, sentinel: true, targetPrefix: '' });
    const file = { path: join(folder, 'rows.jsonl') };
    const cacheFolder = join(folder, 'cache');
    const scored = await evaluatePrompt(
      { promptFolder: saved, cacheFolder, file, baseline: false, generate: 4, maxRows: 4 },
      ignore,
      never,
    );
    expect(scored.metrics.perplexity).toBeGreaterThan(1);
    expect(scored.metrics.exactMatch).toBeGreaterThanOrEqual(0);
    for (const { predicted } of scored.rows) expect(predicted).not.toContain('extra_id');
  });

  it('begins from a saved prompt, a prefix also from one whose blocks share', async () => {
    const shared = recipe('t5Gated', { peft_type: 'PREFIX_TUNING', peft_layer_sharing: true });
    const { folder: saved } = await train(request('shared', shared), ignore, never);
    const from: Method = { peft_type: 'PREFIX_TUNING', prompt_tuning_init: 'file', prompt_tuning_init_file: saved };
    const { folder: next } = await train(
      request('next', recipe('t5Gated', from, { training: { maxSteps: 1 } })),
      ignore,
      never,
    );
    const cacheFolder = join(folder, 'cache');
    const before = await openPrompt({ promptFolder: saved, cacheFolder });
    const first = await readFirstVectors(next, before.embeddings.shape);
    expect(first?.data).toEqual(before.embeddings.data);
  });

  it('refuses what only other models have, at its field', async () => {
    const sharing = recipe('softprompt-9m', { peft_type: 'PREFIX_TUNING', peft_layer_sharing: true });
    expect(await validateRecipe(request('none', sharing))).toEqual([
      {
        path: ['method', 'peft_layer_sharing'],
        error: { code: 'run.noLayerSharing', args: { field: 'peft_layer_sharing' } },
      },
    ]);
    const sentinel = recipe('softprompt-9m', prompt, { data: { sentinel: true } });
    expect(await validateRecipe(request('none', sentinel))).toMatchObject([
      { path: ['data', 'sentinel'], error: { code: 'run.noSentinel' } },
    ]);
  });
});
