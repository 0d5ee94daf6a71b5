import { describe, expect, it } from 'vitest';
import { damagedEntry } from '../../../src/host/views/entry.js';
import {
  damagedPrompt,
  datasetName,
  groupPrompts,
  promptEntry,
  tokenEntry,
  type ListedPrompt,
} from '../../../src/host/views/promptEntries.js';
import { SoftpromptError } from '../../../src/errors/softpromptError.js';
import { recipeSchema } from '../../../src/protocol/recipe.js';
import { adapterShape } from '../../../src/store/adapterShape.js';
import type { PromptDetails } from '../../../src/store/promptDetails.js';
import { configOf, partsPrompt, plainPrompt, promptDetails } from '../../support/prompts.js';

const { config } = plainPrompt;
const listed = (name: string, train?: string): ListedPrompt => ({
  store: '/w/.softprompt',
  folder: `/w/.softprompt/prompts/${name}`,
  value: {
    name,
    config,
    ...(train !== undefined && { details: { ...promptDetails, name, data: { ...promptDetails.data, train } } }),
  },
});
const damage = new SoftpromptError('store.notAPrompt', { folder: '/w/.softprompt/prompts/broken' });
const broken: ListedPrompt = { store: '/w/.softprompt', folder: '/w/.softprompt/prompts/broken', damage };

describe('datasetName', () => {
  it.each([
    ['tickets.jsonl', 'tickets'],
    ['../data/sst2.v2.tsv', 'sst2.v2'],
    ['C:\\data\\tickets.csv', 'tickets'],
    ['data/sst2/train.tsv', 'sst2'],
    ['../train.jsonl', 'train'],
    ['.hidden', '.hidden'],
  ])('takes %s for %s', (file, name) => {
    expect(datasetName(file)).toBe(name);
  });
});

describe('groupPrompts', () => {
  it('puts prompts under their datasets, and those that do not say theirs last', () => {
    const groups = groupPrompts([
      listed('adapter'),
      listed('b', 'tickets.jsonl'),
      broken,
      listed('c', 'sst2/train.tsv'),
      listed('d', 'data/tickets.csv'),
    ]);
    expect(
      groups.map(({ dataset, prompts }) => [dataset, ...prompts.map(({ folder }) => folder.split('/').at(-1))]),
    ).toEqual([
      ['sst2', 'c'],
      ['tickets', 'b', 'd'],
      [undefined, 'adapter', 'broken'],
    ]);
  });
});

describe('a prompt’s row', () => {
  it('shows the score on test, method, length and model', () => {
    const entry = promptEntry({ name: 'tickets', config, details: promptDetails }, '/store/prompts/tickets', 'en');
    expect(entry.label).toBe('tickets');
    expect(entry.description).toBe('66.4 % · prompt · 2 · model');
    expect(entry.spoken).toBe(
      'tickets, 66.4 % accuracy on test (+37.1 over no prompt), prompt tuning, 2 virtual tokens, base model model',
    );
    expect(entry.contextValue).toBe('prompt whole canContinue');
    expect(entry.card.sentences).toEqual([
      '66.4 % accuracy on test (+37.1 over no prompt)',
      '76.3 % accuracy on dev (+51.3 over no prompt)',
    ]);
    expect(entry.card.facts).toEqual([
      ['Method', 'prompt tuning, 2 virtual tokens'],
      ['Base model', 'org/model'],
      ['Trainable', '6 parameters (0.100 % of the model’s)'],
      ['Steps', '1,200, the best 1,150'],
      ['Made', expect.stringMatching(/2026.*\(1 min 2 s\)$/)],
      ['Folder', '/store/prompts/tickets'],
    ]);
  });

  it('shows the score on dev where there is no other, and perplexity with two digits', () => {
    const scored = (scores: PromptDetails['scores']): string =>
      promptEntry({ name: 'a', config, details: { ...promptDetails, scores } }, '/a', 'en').description;
    expect(scored([{ split: 'dev', baseline: false, metrics: { n: 1, accuracy: 1 } }])).toBe(
      '100.0 % · prompt · 2 · model',
    );
    expect(scored([{ split: 'test', baseline: false, metrics: { n: 1, perplexity: 12.345 } }])).toMatch(/^12\.3[45] ·/);
    expect(scored([])).toBe('prompt · 2 · model');
  });

  it('of PEFT says what its config says, and offers no more training', () => {
    const entry = promptEntry({ name: 'adapter', config }, '/adapter', 'en');
    expect(entry.description).toBe('prompt · 2 · model');
    expect(entry.contextValue).toBe('prompt whole');
    expect(entry.card.facts.map(([name]) => name)).toEqual(['Method', 'Base model', 'Kept', 'Folder']);
    expect(entry.card.facts).toContainEqual(['Kept', '6 numbers']);
  });

  it('names every method, and tells what is trained from what is kept', () => {
    const row = (method: object, trainable: number): ReturnType<typeof promptEntry> =>
      promptEntry(
        {
          name: 'a',
          config: configOf({ method: recipeSchema.shape.method.parse(method), numLayers: 2 }),
          details: { ...promptDetails, training: { ...promptDetails.training, trainable } },
        },
        '/a',
        'en',
      );
    const prefix = row({ peft_type: 'PREFIX_TUNING' }, 24);
    expect(prefix.description).toBe('66.4 % · prefix · 2 · model');
    expect(prefix.card.facts[0]).toEqual(['Method', 'prefix tuning, 2 virtual tokens']);
    expect(prefix.card.facts).toContainEqual(['Trainable', '24 parameters (0.400 % of the model’s)']);
    // 2 virtual tokens · 2 blocks · key and value · 3 numbers, which are all that was trained.
    expect(prefix.card.facts.map(([name]) => name)).not.toContain('Kept');

    const projected = row({ peft_type: 'PREFIX_TUNING', prefix_projection: true }, 5000);
    expect(projected.card.facts).toContainEqual(['Kept', '24 numbers']);

    const encoded = row({ peft_type: 'P_TUNING', encoder_reparameterization_type: 'LSTM' }, 1200);
    expect(encoded.description).toBe('66.4 % · P-tuning · 2 · model');
    expect(encoded.card.facts.slice(0, 5)).toEqual([
      ['Method', 'P-tuning, 2 virtual tokens'],
      ['Base model', 'org/model'],
      ['Network', 'LSTM 128'],
      ['Trainable', '1,200 parameters (20.0 % of the model’s)'],
      ['Kept', '6 numbers'],
    ]);
  });

  it('of a damaged folder gives the reason', () => {
    const entry = damagedEntry(damage, broken.folder, damagedPrompt);
    expect(entry).toMatchObject({ label: 'broken', description: 'damaged', contextValue: 'prompt damaged' });
    expect(entry.spoken).toContain('there is no saved prompt here');
  });
});

it('counts as kept what the adapter holds', () => {
  for (const peft_type of ['PROMPT_TUNING', 'PREFIX_TUNING', 'P_TUNING']) {
    const made = configOf({
      method: recipeSchema.shape.method.parse({ peft_type }),
      numLayers: 5,
      numKeyValueHeads: 2,
      headDim: 7,
    });
    const [rows, width] = adapterShape(made);
    const { facts } = promptEntry({ name: 'a', config: made }, '/a', 'en').card;
    expect(facts, peft_type).toContainEqual(['Kept', `${rows * width} numbers`]);
  }
  const { facts } = promptEntry({ name: 'a', ...partsPrompt }, '/a', 'en').card;
  expect(facts).toContainEqual(['Kept', '60 numbers']);
});

describe('a virtual token’s row', () => {
  it('shows the nearest three with their spaces, and the similarity of the first', () => {
    const nearest = [' opinion', 'mood', '\n', 'x'].map((token, id) => ({ id, token, similarity: 0.41 - id / 10 }));
    const entry = tokenEntry({ position: 0, nearest }, 'PROMPT_TUNING');
    expect(entry.label).toBe('1  " opinion" · "mood" · "\\n"');
    expect(entry.description).toBe('0.41');
    expect(entry.spoken).toBe('virtual token 1, nearest " opinion", "mood", "\\n", similarity 0.41');
    expect(entry.card.facts.at(-1)).toEqual(['0.11', '"x"']);
    expect(entry.card.sentences).toEqual(['The nearest real tokens, by cosine similarity:']);
  });

  it('of a prefix says that keys are compared', () => {
    const { card } = tokenEntry({ position: 0, nearest: [] }, 'PREFIX_TUNING');
    expect(card.sentences?.[0]).toMatch(/^A prefix has no vectors among the text’s\..*keys/);
  });
});
