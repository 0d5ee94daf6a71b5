import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateEnsemble } from '../../src/evaluation/evaluateEnsemble.js';
import { evaluatePrompt } from '../../src/evaluation/evaluatePrompt.js';
import { describePrompt } from '../../src/evaluation/interpretation/describePrompt.js';
import { openPrompt } from '../../src/evaluation/openPrompt.js';
import type { RunEvent } from '../../src/protocol/events.js';
import { prefixAttentions } from '../../src/protocol/prefixAttention.js';
import { recipeSchema, type Recipe, type RecipeInput } from '../../src/protocol/recipe.js';
import { listRuns } from '../../src/store/catalogue.js';
import { loadPrompt, readFirstVectors } from '../../src/store/promptFolder.js';
import { exportPrompt, importPrompt } from '../../src/store/promptTransfer.js';
import { previewRecipe } from '../../src/training/previewRecipe.js';
import { resume, train } from '../../src/training/run.js';
import { validateRecipe } from '../../src/training/validateRecipe.js';
import { expectRejection } from '../data/expectError.js';
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
    'prefixes of all attentions',
    't5Gated',
    { peft_type: 'PREFIX_TUNING', prefix_attention: ['decoder', 'encoder', 'cross'] },
    [3, 2 * 6 * 24],
  ],
  [
    'prefixes of encoder and cross-attention, projected',
    't5Narrow',
    {
      peft_type: 'PREFIX_TUNING',
      prefix_attention: ['cross', 'encoder'],
      prefix_projection: true,
      encoder_hidden_size: 16,
    },
    [3, 2 * 4 * 20],
  ],
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

    // PEFT finds no config where it has no such method.
    const isOurs = 'prefix_attention' in method;
    const configFiles = (await readdir(whole.folder)).filter((file) => file.endsWith('_config.json'));
    expect(configFiles).toEqual([isOurs ? 'prefix_config.json' : 'adapter_config.json']);
    const config = JSON.parse(await readFile(join(whole.folder, configFiles[0] ?? ''), 'utf8')) as object;
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

  it('trains a prefix in all attentions on from a saved one, imports it, and refuses where it has no place', async () => {
    const asked = { peft_type: 'PREFIX_TUNING' as const, prefix_attention: [...prefixAttentions] };
    const short = { training: { maxSteps: 1 } };
    const { folder: saved } = await train(request('everywhere', recipe('t5Gated', asked, short)), ignore, never);
    const cacheFolder = join(folder, 'cache');
    const before = await openPrompt({ promptFolder: saved, cacheFolder });
    const begin = (method: Extract<Method, { peft_type: 'PREFIX_TUNING' }>) =>
      train(
        request(
          'on',
          recipe('t5Gated', { ...method, prompt_tuning_init: 'file', prompt_tuning_init_file: saved }, short),
        ),
        ignore,
        never,
      );
    const { folder: next } = await begin(asked);
    expect((await readFirstVectors(next, before.embeddings.shape))?.data).toEqual(before.embeddings.data);
    const parts = 'decoder, encoder, cross';
    for (const prefix_attention of [undefined, ['cross', 'encoder']] as const)
      await expectRejection(
        begin({ peft_type: 'PREFIX_TUNING', ...(prefix_attention && { prefix_attention: [...prefix_attention] }) }),
        'run.initAttention',
        { found: parts, expected: prefix_attention ? 'encoder, cross' : 'decoder' },
      );
    const copy = await importPrompt(join(folder, 'copies'), saved);
    expect((await openPrompt({ promptFolder: copy, cacheFolder })).embeddings).toEqual(before.embeddings);
    for (const format of ['peft', 'npy', 'prompt_embeds'] as const)
      await expectRejection(exportPrompt(saved, folder, format), 'store.partsExport', {
        prompt: 'short',
        format,
        parts,
      });
    await expectRejection(
      openPrompt({ promptFolder: saved, cacheFolder, model: join(folder, 't5') }),
      'store.otherModel',
      {
        prompt: 'short',
        trained: 't5Gated',
        model: 't5',
        reason:
          'it holds keys and values of 2 layers, 2 encoder layers, 4 key/value heads, 6 numbers each, the model takes keys and values of 3 layers, 3 encoder layers, 4 key/value heads, 8 numbers each',
      },
    );
    expect((await describePrompt({ promptFolder: saved, cacheFolder, top: 2 })).tokens).toHaveLength(3);

    const apart: Method = { peft_type: 'PREFIX_TUNING', prefix_attention: ['cross'] };
    const events: RunEvent[] = [];
    const { folder: cross } = await train(
      request('apart', recipe('t5Gated', apart, short)),
      (event) => events.push(event),
      never,
    );
    expect(events.map(({ type }) => type)).not.toContain('nearest');
    const notice = { type: 'notice', code: 'noFirstKeys', args: { parts: 'cross' } };
    expect(events.filter(({ type }) => type === 'notice')).toContainEqual(notice);
    expect((await loadPrompt(cross)).nearest).toBeUndefined();
    const file = { path: join(folder, 'rows.jsonl') };
    const alone = await Promise.all(
      [saved, cross].map((promptFolder) =>
        evaluatePrompt({ promptFolder, cacheFolder, file, baseline: false }, ignore, never),
      ),
    );
    const ensemble = { prompts: [saved, cross], vote: 'mean' as const, cacheFolder, file, baseline: false };
    const { rows } = await evaluateEnsemble(ensemble, ignore, never);
    expect(rows.map(({ votes }) => votes)).toEqual(
      rows.map((_, i) =>
        alone.map((each) => {
          const { predicted: label, probability } = each.rows[i] ?? {};
          return { label, probability: expect.closeTo(probability ?? NaN, 5) as number };
        }),
      ),
    );
    const args = { prompt: 'short', parts: 'cross' };
    await expectRejection(describePrompt({ promptFolder: cross, cacheFolder, top: 2 }), 'store.noFirstKeys', args);
  });

  it('refuses what only other models have, at its field', async () => {
    const sharing = recipe('softprompt-9m', { peft_type: 'PREFIX_TUNING', peft_layer_sharing: true });
    expect(await validateRecipe(request('none', sharing))).toEqual([
      {
        path: ['method', 'peft_layer_sharing'],
        error: { code: 'run.notEncoderDecoder', args: { field: 'peft_layer_sharing' } },
      },
    ]);
    const everywhere = recipe('softprompt-9m', { peft_type: 'PREFIX_TUNING', prefix_attention: ['cross'] });
    expect(await validateRecipe(request('none', everywhere))).toEqual([
      {
        path: ['method', 'prefix_attention'],
        error: { code: 'run.notEncoderDecoder', args: { field: 'prefix_attention' } },
      },
    ]);
    const sentinel = recipe('softprompt-9m', prompt, { data: { sentinel: true } });
    expect(await validateRecipe(request('none', sentinel))).toMatchObject([
      { path: ['data', 'sentinel'], error: { code: 'run.noSentinel' } },
    ]);
  });
});
