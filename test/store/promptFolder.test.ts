import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecipe } from '../../src/protocol/parseRecipe.js';
import { modelCard } from '../../src/store/modelCard.js';
import { configHash, type PromptDetails } from '../../src/store/promptDetails.js';
import {
  loadPrompt,
  readFirstVectors,
  refuseOtherModel,
  savePrompt,
  trainingStateFile,
  writeFirstVectors,
  type SavedPrompt,
} from '../../src/store/promptFolder.js';
import { writeSafetensors } from '../../src/store/writeSafetensors.js';
import { expectError, expectRejection } from '../data/expectError.js';
import { configOf, partsPrompt, prefixPrompt } from '../support/prompts.js';

/** A prompt that PEFT itself saved; see makePeftPrompt.py. */
const golden = join(import.meta.dirname, '../golden/peftPrompt');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-prompt-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const config = configOf({
  baseModel: 'softprompt/tiny-random-llama',
  numVirtualTokens: 2,
  hiddenSize: 3,
  numLayers: 3,
  numAttentionHeads: 4,
});

const details: PromptDetails = {
  version: 1,
  name: 'tickets',
  created: '2026-11-21T10:45:01.000Z',
  versions: { softprompt: '0.1.0', 'onnxruntime-node': '1.30.0' },
  model: { name: 'softprompt/tiny-random-llama', configHash: 'c0ffee', checksum: 'ab'.repeat(32), parameters: 6000 },
  task: {
    task: 'classification',
    template: '{text}\nQueue:',
    target: '{queue}',
    labels: { billing: 'billing', '2': 'a|b' },
    targetPrefix: ' ',
    addBos: true,
    addEos: false,
    maxLength: 512,
  },
  data: { train: 'train.jsonl', rows: { train: 360, dev: 80, test: 100 } },
  training: { steps: 1200, bestStep: 1150, seconds: 61.5, trainable: 6 },
  scores: [
    { split: 'dev', baseline: true, metrics: { n: 80, accuracy: 0.25 } },
    { split: 'dev', baseline: false, metrics: { n: 80, accuracy: 0.7625, macroF1: 0.7512 } },
    { split: 'test', baseline: false, metrics: { n: 100, accuracy: 0.75, labels: ['a'], confusion: [[100]] } },
  ],
};

const prompt: SavedPrompt = {
  config,
  embeddings: { shape: [2, 3], data: new Float32Array([1, 2, 3, -4, 0.5, 1e-7]) },
  details,
  recipe: parseRecipe('{ "data": { "train": "train.jsonl" } }', 'tickets.softprompt.json'),
  history: [{ type: 'checkpoint', step: 10 }],
  nearest: [{ position: 0, nearest: [{ id: 5, token: ' `a|b`\n', similarity: 0.987 }] }],
};

describe('savePrompt and loadPrompt', () => {
  it('give back all that was saved', async () => {
    await savePrompt(join(folder, 'tickets'), prompt);
    expect(await loadPrompt(join(folder, 'tickets'))).toEqual(prompt);
    expect(await readdir(folder)).toEqual(['tickets']);
    expect((await readdir(join(folder, 'tickets'))).sort()).toEqual([
      'README.md',
      'adapter_config.json',
      'adapter_model.safetensors',
      'interpretation.json',
      'metrics.jsonl',
      'recipe.json',
      'softprompt.json',
    ]);
  });

  it('replace a prompt as a whole', async () => {
    const place = join(folder, 'tickets');
    await savePrompt(place, prompt);
    await savePrompt(place, { config, embeddings: prompt.embeddings });
    expect((await readdir(place)).sort()).toEqual(['README.md', 'adapter_config.json', 'adapter_model.safetensors']);
    expect(await loadPrompt(place)).toEqual({ config, embeddings: prompt.embeddings });
  });

  it('keep what PEFT has not, a prefix in several attentions, where PEFT looks for nothing', async () => {
    const saved = join(folder, 'parts');
    await savePrompt(saved, partsPrompt);
    expect(await readdir(saved)).not.toContain('adapter_config.json');
    expect(await loadPrompt(saved)).toEqual(partsPrompt);
    const file = join(saved, 'prefix_config.json');
    await writeFile(file, JSON.stringify({ ...partsPrompt.config, prefix_attention: ['cross', 'decoder', 'encoder'] }));
    await expectRejection(loadPrompt(saved), 'store.badPrompt', {
      file,
      found: 'prefix_attention: some of decoder, encoder, cross, in this order',
      expected: 'the fields that softprompt writes',
    });
  });

  it('read a prompt that PEFT saved', async () => {
    const { config, embeddings, details } = await loadPrompt(golden);
    expect(embeddings.shape).toEqual([5, 16]);
    expect([...embeddings.data.slice(0, 3)].map((x) => x.toFixed(4))).toMatchInlineSnapshot(`
      [
        "-1.0922",
        "0.5872",
        "0.2005",
      ]
    `);
    expect(config).toMatchObject({ num_virtual_tokens: 5, token_dim: 16, prompt_tuning_init: 'RANDOM' });
    expect(details).toBeUndefined();
  });

  it('write what PEFT writes: the same tensors file, and the same config but for the version', async () => {
    const { embeddings } = await loadPrompt(golden);
    const same = configOf({
      baseModel: 'softprompt/tiny-random-llama',
      numVirtualTokens: 5,
      hiddenSize: 16,
      numLayers: 3,
      numAttentionHeads: 4,
    });
    await savePrompt(join(folder, 'p'), { config: same, embeddings });
    const [ours, theirs] = await Promise.all(
      [join(folder, 'p'), golden].map((place) => readFile(join(place, 'adapter_model.safetensors'))),
    );
    expect(ours?.equals(theirs!)).toBe(true);
    const [ourConfig, theirConfig] = await Promise.all(
      [join(folder, 'p'), golden].map((place) => readFile(join(place, 'adapter_config.json'), 'utf8')),
    );
    expect(ourConfig).toBe(theirConfig?.replace('"peft_version": "0.21.2"', '"peft_version": null'));
  });

  it('keep a copy of the run’s last checkpoint, for who goes on training', async () => {
    const [place, trainingState] = [join(folder, 'tickets'), join(folder, 'last.safetensors')];
    await writeFile(trainingState, 'state');
    await savePrompt(place, { ...prompt, trainingState });
    expect(trainingStateFile(place)).toBe(join(place, 'training-state', 'checkpoint.safetensors'));
    expect(await readFile(trainingStateFile(place), 'utf8')).toBe('state');
    expect(await loadPrompt(place)).toEqual(prompt);
    const gone = join(folder, 'gone.safetensors');
    await expectRejection(savePrompt(place, { ...prompt, trainingState: gone }), 'store.fileMissing', { file: gone });
    expect(await readFile(trainingStateFile(place), 'utf8')).toBe('state');
    expect((await readdir(folder)).sort()).toEqual(['last.safetensors', 'tickets']);
  });

  it('keep what the training began from, which a prompt of PEFT does not', async () => {
    const [place, firstVectors] = [join(folder, 'tickets'), join(folder, 'first.safetensors')];
    const vectors = { shape: [2, 3], data: new Float32Array([6, 5, 4, 3, 2, 1]) };
    await writeFirstVectors(firstVectors, vectors);
    await savePrompt(place, { ...prompt, firstVectors });
    expect(await readFirstVectors(place, prompt.embeddings.shape)).toEqual(vectors);
    expect(await readFirstVectors(golden, prompt.embeddings.shape)).toBeUndefined();
    await writeFirstVectors(join(place, 'first-vectors.safetensors'), { shape: [3, 2], data: vectors.data });
    await expectRejection(readFirstVectors(place, prompt.embeddings.shape), 'store.badPrompt', {
      file: join(place, 'first-vectors.safetensors'),
      found: 'prompt_embeddings [3, 2]',
      expected: 'prompt_embeddings [2, 3]',
    });
  });

  it('keep the text and its tokenizer where PEFT began from a text, which it asks for', () => {
    const fromText = configOf({
      baseModel: 'org/model',
      numVirtualTokens: 2,
      hiddenSize: 3,
      numLayers: 3,
      numAttentionHeads: 4,
      method: {
        peft_type: 'PROMPT_TUNING',
        num_virtual_tokens: 2,
        prompt_tuning_init: 'TEXT',
        prompt_tuning_init_text: 'Classify:',
      },
    });
    expect(fromText).toMatchObject({
      prompt_tuning_init: 'TEXT',
      prompt_tuning_init_text: 'Classify:',
      tokenizer_name_or_path: 'org/model',
    });
  });

  it('write a model card that says what the prompt is, its data, its scores and how to use it', async () => {
    await savePrompt(join(folder, 'tickets'), prompt);
    expect(await readFile(join(folder, 'tickets', 'README.md'), 'utf8')).toMatchInlineSnapshot(`
      "---
      library_name: peft
      base_model: softprompt/tiny-random-llama
      tags:
      - softprompt
      - prompt-tuning
      - peft
      ---

      # tickets

      A soft prompt of 2 virtual tokens for \`softprompt/tiny-random-llama\`, trained by prompt tuning (Lester et al. 2021): 6 trained numbers (0.100 % of the model's 6,000), and not one of the model's own weights changed.

      Trained 2026-11-21 for 1,200 steps; the vectors are those of step 1,150. Made with softprompt 0.1.0, onnxruntime-node 1.30.0.
      The base model's weights have SHA-256 \`abababababababababababababababababababababababababababababababab\`; on other weights the prompt means nothing.

      ## Data

      \`train.jsonl\`: 360 training, 80 dev and 100 test rows. A row becomes this text, followed by \` {queue}\`:

          {text}
          Queue:

      Labels: \`2\` as \`a|b\`, \`billing\`.

      ## Scores

      | split | rows | without the prompt | with it |
      | --- | --- | --- | --- |
      | dev | 80 | accuracy 25.0 % | accuracy 76.3 %, macro-F1 75.1 % |
      | test | 100 | – | accuracy 75.0 % |

      ## Use

      \`\`\`python
      from peft import PeftModel
      from transformers import AutoModelForCausalLM, AutoTokenizer

      base = "softprompt/tiny-random-llama"
      tokenizer = AutoTokenizer.from_pretrained(base)
      model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), "path/to/this/folder")
      inputs = tokenizer("a row as the template words it", return_tensors="pt")
      print(tokenizer.decode(model.generate(**inputs, max_new_tokens=8)[0]))
      \`\`\`

      ## Nearest tokens

      The real tokens nearest to each virtual token, by cosine similarity.

      | virtual token | nearest |
      | --- | --- |
      | 1 | \`\` " \`a\\|b\`\\n" \`\` 0.99 |
      "
    `);
  });
});

describe('modelCard', () => {
  it('names a base model on the Hub, and no path of this machine', () => {
    const cardOf = (base: string): string =>
      modelCard({ config: { ...config, base_model_name_or_path: base } }).split('---')[1] ?? '';
    expect(cardOf('org/model-1')).toContain('\nbase_model: org/model-1\n');
    expect(cardOf('/home/me/org/model')).not.toContain('base_model');
  });

  const about = (content: Parameters<typeof modelCard>[0]): string => modelCard(content).split('\n\n')[2] ?? '';
  const trained = (trainable: number): PromptDetails => ({
    ...details,
    model: { ...details.model, name: 'org/model' },
    training: { ...details.training, trainable },
  });

  it('says what a prefix is, how many numbers made it, and whose keys its nearest tokens are', () => {
    const recipe = parseRecipe(
      '{ "data": { "train": "a" }, "method": { "peft_type": "PREFIX_TUNING", "num_virtual_tokens": 2, "prefix_projection": true, "encoder_hidden_size": 5 } }',
      'a',
    );
    const { config, embeddings } = prefixPrompt;
    expect(embeddings.shape).toEqual([2, 12]);
    expect(about({ config, recipe, details: trained(120) })).toMatch(
      /^A prefix of 2 virtual tokens, keys and values in each of 2 layers, for `org\/model`, trained by prefix tuning \(Li, Liang 2021\) through a projection of width 5: 120 trained numbers \(2\.000 % of the model's 6,000\), whose result, 24 numbers, is kept, and not/,
    );
    expect(about({ config, details: trained(24) })).toContain(
      '(Li, Liang 2021) directly: 24 trained numbers (0.400 % of',
    );
    const card = modelCard({ config, nearest: prompt.nearest ?? [] });
    expect(card).toContain('\n- prefix-tuning\n');
    expect(card).toContain("whose keys in the first layer are nearest to each virtual token's keys there");
  });

  it('says what encoder P-tuning had', () => {
    const method = {
      peft_type: 'P_TUNING',
      num_virtual_tokens: 2,
      encoder_reparameterization_type: 'LSTM',
      encoder_hidden_size: 4,
      prompt_tuning_init: 'random',
    } as const;
    const pTuning = configOf({ method });
    expect(about({ config: pTuning, details: trained(300) })).toContain(
      'trained by P-tuning (Liu et al. 2021) with an LSTM encoder of width 4: 300 trained numbers (5.000 % of',
    );
    expect(about({ config: pTuning })).toContain('width 4: 6 numbers, and not one');
    expect(modelCard({ config: pTuning })).toContain('\n- p-tuning\n');
  });

  it('says what was converted, and not how that was trained', () => {
    expect(about({ config, origin: 'a CPT adapter of PEFT' })).toBe(
      "A soft prompt of 2 virtual tokens for `softprompt/tiny-random-llama`, converted from a CPT adapter of PEFT: 6 numbers, and not one of the model's own weights changed.",
    );
  });

  it('says where a prefix stands that PEFT has not, and shows no use with PEFT', () => {
    const card = modelCard(partsPrompt);
    expect(card).toContain(
      "A prefix of 2 virtual tokens, keys and values in each layer's decoder self-attention, encoder self-attention, cross-attention,",
    );
    expect(card).toContain('60 numbers');
    expect(card).toContain('PEFT has prefixes of the decoder alone');
    expect(card).not.toMatch(/PeftModel|library_name/);
  });

  it('shows no use with PEFT where virtual tokens stand inside the text', () => {
    const placed = { ...details, task: { ...details.task, template: '[P×1] {text} [P×1]' } };
    expect(modelCard({ config, details: placed })).toContain('PEFT puts all of them in front of the text');
    expect(modelCard({ config, details: placed })).not.toContain('PeftModel');
  });
});

describe('loadPrompt refuses', () => {
  const file = (name: string): string => join(folder, name);
  const writeConfig = async (change: Record<string, unknown>): Promise<void> => {
    await savePrompt(file('p'), prompt);
    await writeFile(file('p/adapter_config.json'), JSON.stringify({ ...config, ...change }));
  };

  it('a folder that holds no prompt', async () => {
    await expectRejection(loadPrompt(folder), 'store.notAPrompt', { folder });
    await expectRejection(loadPrompt(file('nowhere')), 'store.notAPrompt', { folder: file('nowhere') });
  });

  it.each([
    ['peft_type', 'LORA', 'PROMPT_TUNING, P_TUNING, PREFIX_TUNING, MULTITASK_PROMPT_TUNING, CPT, CARTRIDGE'],
    ['task_type', 'QUESTION_ANS', 'CAUSAL_LM, SEQ_2_SEQ_LM, FEATURE_EXTRACTION'],
  ])('an adapter whose %s is %s, by name', async (field, found, supported) => {
    await writeConfig({ [field]: found });
    await expectRejection(loadPrompt(file('p')), 'store.unsupportedAdapter', {
      file: file('p/adapter_config.json'),
      field,
      found,
      supported,
    });
  });

  it.each([
    [{ task_type: 'SEQ_CLS' }, 'task_type SEQ_CLS'],
    [{ task_type: 'TOKEN_CLS' }, 'task_type TOKEN_CLS'],
    [{ modules_to_save: ['score'] }, 'modules_to_save ["score"]'],
  ])('an adapter with a head of its own: %j', async (change, found) => {
    await writeConfig(change);
    await expectRejection(loadPrompt(file('p')), 'store.adapterHead', { file: file('p/adapter_config.json'), found });
  });

  it.each(['MULTITASK_PROMPT_TUNING', 'CPT', 'CARTRIDGE'])('a %s adapter before it is imported', async (found) => {
    await writeConfig({ peft_type: found });
    await expectRejection(loadPrompt(file('p')), 'store.importFirst', { folder: file('p'), found });
  });

  const noTokenizer = 'prompt_tuning_init TEXT without a tokenizer';
  it.each([
    [
      { prompt_tuning_init: 'TEXT', tokenizer_name_or_path: 'org/model' },
      'prompt_tuning_init TEXT without a text',
      'prompt_tuning_init_text',
    ],
    [{ prompt_tuning_init: 'TEXT', prompt_tuning_init_text: 'Sort:' }, noTokenizer, 'tokenizer_name_or_path'],
    [
      { prompt_tuning_init: 'TEXT', prompt_tuning_init_text: 'Sort:', tokenizer_name_or_path: '' },
      noTokenizer,
      'tokenizer_name_or_path',
    ],
    [
      { tokenizer_kwargs: { use_fast: true } },
      'tokenizer_kwargs with prompt_tuning_init RANDOM',
      'them with TEXT alone',
    ],
  ])('what PEFT itself cannot load: %j', async (change, found, expected) => {
    await writeConfig(change);
    await expectRejection(loadPrompt(file('p')), 'store.badInit', {
      file: file('p/adapter_config.json'),
      found,
      expected,
    });
  });

  it('a pickle, with the command that converts it', async () => {
    await savePrompt(file('p'), prompt);
    await rename(file('p/adapter_model.safetensors'), file('p/adapter_model.bin'));
    await expectRejection(loadPrompt(file('p')), 'store.promptPickle', {
      file: file('p/adapter_model.bin'),
      command:
        "python -c \"import torch, safetensors.torch as s; s.save_file(torch.load('adapter_model.bin', weights_only=True), " +
        "'adapter_model.safetensors', {'format': 'pt'})\"",
    });
  });

  it('vectors of another shape than the config says', async () => {
    await writeConfig({ num_virtual_tokens: 3 });
    await expectRejection(loadPrompt(file('p')), 'store.badPrompt', {
      file: file('p/adapter_model.safetensors'),
      found: 'prompt_embeddings [2, 3]',
      expected: 'prompt_embeddings [3, 3], as adapter_config.json says',
    });
  });

  it('tensors beside the prompt: a classifier’s head, or what is unknown', async () => {
    await savePrompt(file('p'), prompt);
    const tensor = { dtype: 'F32', shape: [2, 3], data: new Float32Array(6) } as const;
    const weights = file('p/adapter_model.safetensors');
    const withTensor = (name: string): Promise<void> =>
      writeSafetensors(weights, [
        ['prompt_embeddings', tensor],
        [name, tensor],
      ]);
    await withTensor('base_model.score.weight');
    await expectRejection(loadPrompt(file('p')), 'store.adapterHead', {
      file: weights,
      found: 'base_model.score.weight',
    });
    await withTensor('other');
    await expectRejection(loadPrompt(file('p')), 'store.badPrompt', {
      file: weights,
      found: 'a tensor other',
      expected: 'prompt_embeddings alone',
    });
  });

  it('numbers that are not finite', async () => {
    await savePrompt(file('p'), {
      ...prompt,
      embeddings: { shape: [2, 3], data: new Float32Array([1, 2, NaN, 4, 5, 6]) },
    });
    await expectRejection(loadPrompt(file('p')), 'store.badPrompt', {
      file: file('p/adapter_model.safetensors'),
      found: 'numbers that are not finite',
      expected: 'finite numbers',
    });
  });

  it.each(['adapter_config.json', 'softprompt.json', 'recipe.json', 'metrics.jsonl', 'interpretation.json'])(
    'a damaged %s with one error that names it',
    async (name) => {
      await savePrompt(file('p'), prompt);
      await writeFile(file(`p/${name}`), '{ "half":\n');
      await expect(loadPrompt(file('p'))).rejects.toMatchObject({
        code: 'store.badPrompt',
        args: { file: expect.stringContaining(name), found: 'a text that is not JSON' },
      });
    },
  );

  it('a truncated tensors file', async () => {
    await cp(golden, file('p'), { recursive: true });
    const bytes = await readFile(file('p/adapter_model.safetensors'));
    await writeFile(file('p/adapter_model.safetensors'), bytes.subarray(0, -1));
    await expect(loadPrompt(file('p'))).rejects.toMatchObject({ code: 'store.badSafetensors' });
  });
});

describe('refuseOtherModel', () => {
  const model = {
    name: 'mine',
    checksum: 'ab'.repeat(32),
    hiddenSize: 3,
    numLayers: 3,
    numKeyValueHeads: 2,
    headDim: 1,
  };

  it('lets a prompt on its own model pass, under any name', () => {
    refuseOtherModel(prompt, model);
  });

  it('refuses other weights of the same width, naming both models', () => {
    expectError(() => refuseOtherModel(prompt, { ...model, checksum: 'cd'.repeat(32) }), 'store.otherModel', {
      prompt: 'tickets',
      trained: 'softprompt/tiny-random-llama',
      model: 'mine',
      reason: 'weights abababababab… there, cdcdcdcdcdcd… here',
    });
  });

  it('checks the width of a plain PEFT adapter', () => {
    refuseOtherModel({ config }, { ...model, checksum: 'any' });
    expectError(() => refuseOtherModel({ config }, { ...model, hiddenSize: 4 }), 'store.otherModel', {
      prompt: 'softprompt/tiny-random-llama',
      trained: 'softprompt/tiny-random-llama',
      model: 'mine',
      reason: 'it holds input vectors of 3 numbers, the model takes input vectors of 4 numbers',
    });
  });
});

describe('refuseOtherModel, of a prefix,', () => {
  const model = { name: 'mine', checksum: 'any', hiddenSize: 12, numLayers: 2, numKeyValueHeads: 1, headDim: 3 };
  const { config } = prefixPrompt;

  it('looks at layers, key/value heads and their size, whatever the width of the input', () => {
    refuseOtherModel({ config }, model);
  });

  it.each([
    [{ numLayers: 3 }, '3 layers, 1 key/value heads, 3 numbers each'],
    [{ numKeyValueHeads: 3, headDim: 1 }, '2 layers, 3 key/value heads, 1 numbers each'],
    [{ headDim: 4 }, '2 layers, 1 key/value heads, 4 numbers each'],
  ])('refuses %j', (change, takes) => {
    expectError(() => refuseOtherModel({ config }, { ...model, ...change }), 'store.otherModel', {
      prompt: 'org/model',
      trained: 'org/model',
      model: 'mine',
      reason: `it holds keys and values of 2 layers, 1 key/value heads, 3 numbers each, the model takes keys and values of ${takes}`,
    });
  });
});

describe('configHash', () => {
  it('does not depend on the order of fields, and depends on their values', () => {
    expect(configHash({ a: 1, b: { c: [1, 2], d: null } })).toBe(configHash({ b: { d: null, c: [1, 2] }, a: 1 }));
    expect(configHash({ a: [1, 2] })).not.toBe(configHash({ a: [2, 1] }));
  });
});
