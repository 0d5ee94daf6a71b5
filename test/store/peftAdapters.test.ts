import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { promptConfig, type MethodConfig } from '../../src/protocol/recipe.js';
import { adapterConfig, formatAdapterConfig } from '../../src/store/adapterConfig.js';
import { adapterShape } from '../../src/store/adapterShape.js';
import { loadPrompt, savePrompt, summarisePrompt } from '../../src/store/promptFolder.js';
import { importPrompt, inspectImport } from '../../src/store/promptTransfer.js';
import { readFloatTensors, type FloatTensor } from '../../src/store/safetensors.js';
import { expectRejection } from '../data/expectError.js';

/** Adapters that PEFT saved, and what its own forward makes of them; see makePeftAdapters.py. */
const golden = join(import.meta.dirname, '../golden/peftAdapters');
const expected = await readFloatTensors(join(golden, 'expected.safetensors'));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-peft-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const expectMatrix = ({ shape, data }: FloatTensor, name: string): void => {
  const matrix = expected.get(name);
  expect(shape).toEqual(matrix?.shape);
  const difference = Math.max(...data.map((x, i) => Math.abs(x - (matrix?.data[i] ?? NaN))));
  expect(difference).toBeLessThanOrEqual(1e-6);
};

describe('a PEFT adapter', () => {
  it.each([
    ['prompt', 'PROMPT_TUNING'],
    ['pTuningMlp', 'P_TUNING'],
    ['pTuningLstm', 'P_TUNING'],
    ['prefix', 'PREFIX_TUNING'],
    ['prefixGpt2', 'PREFIX_TUNING'],
    ['prefixWideHeads', 'PREFIX_TUNING'],
    ['prefixProjection', 'PREFIX_TUNING'],
  ])('%s is imported as it is, and is the matrix that PEFT uses', async (name, type) => {
    const imported = await importPrompt(join(folder, 'store'), join(golden, name));
    const { config, embeddings } = await loadPrompt(imported);
    expect(config.peft_type).toBe(type);
    expect(embeddings.shape).toEqual(adapterShape(config));
    expectMatrix(embeddings, name);
    for (const file of ['adapter_config.json', 'adapter_model.safetensors']) {
      expect((await readFile(join(imported, file))).equals(await readFile(join(golden, name, file)))).toBe(true);
    }
  });

  it.each([
    ['cpt', 'PROMPT_TUNING'],
    ['cartridge', 'PREFIX_TUNING'],
  ])('%s becomes %s with the matrix that PEFT uses', async (name, type) => {
    const imported = await importPrompt(join(folder, 'store'), join(golden, name));
    const { config, embeddings } = await loadPrompt(imported);
    expect(config).toMatchObject({ peft_type: type, task_type: 'CAUSAL_LM', peft_version: '0.21.2' });
    expect(config).not.toHaveProperty('cpt_token_ids');
    expect(config).not.toHaveProperty('num_frozen_tokens');
    expectMatrix(embeddings, name);
    expect(await readFile(join(imported, 'README.md'), 'utf8')).toContain(
      `converted from a ${name.toUpperCase()} adapter of PEFT`,
    );
  });

  it.each([0, 1, 2])('of several tasks becomes the prompt of task %i', async (task) => {
    const from = join(golden, 'multitask');
    expect(await inspectImport(from)).toEqual({ tasks: 3 });
    const imported = await importPrompt(join(folder, 'store'), from, { task });
    expect(imported).toBe(join(folder, 'store', 'prompts', `multitask-task-${task}`));
    const { config, embeddings } = await loadPrompt(imported);
    expect(config).toMatchObject({ peft_type: 'PROMPT_TUNING', prompt_tuning_init: 'RANDOM' });
    expect(config).not.toHaveProperty('num_tasks');
    expectMatrix(embeddings, `multitask.${task}`);
  });

  it('of several tasks is not imported without one of them', async () => {
    const [store, from] = [join(folder, 'store'), join(golden, 'multitask')];
    await expectRejection(importPrompt(store, from), 'store.taskNeeded', { from, last: 2 });
    await expectRejection(importPrompt(store, from, { task: 3 }), 'store.noTask', { from, task: 3, last: 2 });
    await expectRejection(importPrompt(store, join(golden, 'cpt'), { task: 0 }), 'store.noTask', {
      from: join(golden, 'cpt'),
      task: 0,
      last: -1,
    });
    expect(await inspectImport(join(golden, 'cpt'))).toEqual({});
  });

  it('with a classifier’s head is refused', async () => {
    const store = join(folder, 'store');
    const config = (name: string): string => join(golden, name, 'adapter_config.json');
    await expectRejection(importPrompt(store, join(golden, 'classifier')), 'store.adapterHead', {
      file: config('classifier'),
      found: 'task_type SEQ_CLS',
    });
  });
});

describe('adapterConfig', () => {
  const llama = { numLayers: 3, hiddenSize: 32, numAttentionHeads: 4, numKeyValueHeads: 2, headDim: 8 };
  const gpt2 = { ...llama, numKeyValueHeads: 4 };
  const wideHeads = { ...llama, numLayers: 2, headDim: 12, numKeyValueHeads: 2 };
  const common = { num_virtual_tokens: 5 };
  const prefix = (numVirtualTokens: number, projection = false): MethodConfig => ({
    peft_type: 'PREFIX_TUNING',
    num_virtual_tokens: numVirtualTokens,
    prefix_projection: projection,
    encoder_hidden_size: 512,
    prefix_embedding: 'token_dim',
    prompt_tuning_init: 'activations',
  });
  const pTuning = (encoder: 'MLP' | 'LSTM'): MethodConfig => ({
    ...common,
    peft_type: 'P_TUNING',
    encoder_reparameterization_type: encoder,
    encoder_hidden_size: 7,
    prompt_tuning_init: 'class-labels',
  });
  const cases: [string, string, typeof llama, MethodConfig][] = [
    ['prompt', 'llama', llama, { ...common, peft_type: 'PROMPT_TUNING', prompt_tuning_init: 'vocab' }],
    ['prefix', 'llama', llama, prefix(5)],
    ['prefixGpt2', 'gpt2', gpt2, prefix(3)],
    ['prefixWideHeads', 'llamaUntied', wideHeads, prefix(3)],
    ['pTuningMlp', 'llama', llama, pTuning('MLP')],
    ['pTuningLstm', 'gpt2', gpt2, pTuning('LSTM')],
  ];

  it.each(cases)('writes what PEFT writes for %s on %s, but for the version', async (name, model, sizes, method) => {
    const config = adapterConfig({
      ...sizes,
      baseModel: `softprompt/${model}`,
      method,
      numVirtualTokens: promptConfig(method).num_virtual_tokens,
    });
    const theirs = await readFile(join(golden, name, 'adapter_config.json'), 'utf8');
    expect(formatAdapterConfig(config)).toBe(theirs.replace('"peft_version": "0.21.2"', '"peft_version": null'));
    const { embeddings } = await loadPrompt(join(golden, name));
    await savePrompt(join(folder, name), { config, embeddings });
    expect((await summarisePrompt(join(folder, name))).config).toEqual(config);
    const [ours, peft] = [join(folder, name), join(golden, name)].map((place) =>
      readFile(join(place, 'adapter_model.safetensors')),
    );
    expect((await ours)?.equals((await peft)!)).toBe(true);
  });

  it('keeps keys and values that a projection made as if they had been trained directly', () => {
    const describe = { ...llama, baseModel: 'm', numVirtualTokens: 5 };
    expect(adapterConfig({ ...describe, method: prefix(5, true) })).toEqual(
      adapterConfig({ ...describe, method: prefix(5) }),
    );
  });
});
