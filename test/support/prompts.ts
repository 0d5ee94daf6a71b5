import { recipeSchema, type MethodConfig } from '../../src/protocol/recipe.js';
import { adapterConfig, type AdapterConfig, type AdapterDescription } from '../../src/store/adapterConfig.js';
import type { GroupSet } from '../../src/store/groupSet.js';
import type { PromptDetails } from '../../src/store/promptDetails.js';
import type { SavedPrompt } from '../../src/store/promptFolder.js';

export const promptTuningMethod: MethodConfig = {
  peft_type: 'PROMPT_TUNING',
  num_virtual_tokens: 2,
  prompt_tuning_init: 'class-labels',
};

/** Of prompt tuning on a model of one layer and head, but for what is said. */
export const configOf = (description: Partial<AdapterDescription>): AdapterConfig =>
  adapterConfig({
    baseModel: 'org/model',
    method: promptTuningMethod,
    numVirtualTokens: 2,
    hiddenSize: 3,
    numLayers: 1,
    numAttentionHeads: 1,
    numKeyValueHeads: 1,
    headDim: 3,
    ...description,
  });

/** What PEFT would save: no details. */
export const plainPrompt: SavedPrompt = {
  config: configOf({}),
  embeddings: { shape: [2, 3], data: new Float32Array([1, 2, 3, -4, 0.5, 1e-7]) },
};

/** Keys and values of two layers with one head of size 3. */
export const prefixPrompt: SavedPrompt = {
  config: configOf({
    method: {
      peft_type: 'PREFIX_TUNING',
      num_virtual_tokens: 2,
      prefix_projection: false,
      encoder_hidden_size: 512,
      prefix_embedding: 'token_dim',
      prompt_tuning_init: 'activations',
    },
    numLayers: 2,
  }),
  embeddings: { shape: [2, 12], data: Float32Array.from({ length: 24 }, (_, i) => i - 12) },
};

/** A prefix in all attentions of an encoder-decoder of one encoder layer and two of the decoder, with one head of size 3. */
export const partsPrompt: SavedPrompt = {
  config: configOf({
    method: recipeSchema.shape.method.parse({ peft_type: 'PREFIX_TUNING' }),
    isEncoderDecoder: true,
    numLayers: 2,
    parts: { prefixAttention: ['decoder', 'encoder', 'cross'], numEncoderLayers: 1 },
  }),
  embeddings: { shape: [2, 30], data: Float32Array.from({ length: 60 }, (_, i) => i - 12) },
};

export const promptDetails: PromptDetails = {
  version: 1,
  name: 'tickets',
  created: '2026-11-21T10:45:01.000Z',
  versions: { softprompt: '0.1.0' },
  model: { name: 'org/model', configHash: 'c0ffee', checksum: 'ab'.repeat(32), parameters: 6000 },
  task: {
    task: 'classification',
    template: '{text}\nQueue:',
    target: '{queue}',
    labels: { billing: 'money', shipping: 'post' },
    targetPrefix: ' ',
    addBos: true,
    addEos: false,
    maxLength: 512,
  },
  data: { train: 'data/tickets.jsonl', rows: { train: 360, dev: 80, test: 100 } },
  training: { steps: 1200, bestStep: 1150, seconds: 61.5, trainable: 6 },
  scores: [
    { split: 'dev', baseline: false, metrics: { n: 80, accuracy: 0.7625, macroF1: 0.7512 } },
    { split: 'dev', baseline: true, metrics: { n: 80, accuracy: 0.25 } },
    { split: 'test', baseline: false, metrics: { n: 100, accuracy: 0.664 } },
    { split: 'test', baseline: true, metrics: { n: 100, accuracy: 0.293 } },
  ],
};

/** One prompt for each of two users. */
export const groupSet: GroupSet = {
  name: 'users',
  column: 'user',
  config: plainPrompt.config,
  details: { ...promptDetails, name: 'users' },
  recipe: recipeSchema.parse({ groupBy: 'user', data: { train: 'users.jsonl' } }),
  groups: [
    {
      group: 'ada',
      key: 'a',
      rows: { train: 32, dev: 8 },
      steps: 40,
      bestStep: 20,
      seconds: 2,
      score: { metric: 'accuracy', value: 0.875 },
    },
    { group: 'bo', key: 'b', rows: { train: 4, dev: 0 }, steps: 40, bestStep: 40, seconds: 2 },
  ],
};
