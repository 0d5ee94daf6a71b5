import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type * as vscode from 'vscode';
import { afterAll, describe, expect, it } from 'vitest';
import {
  recipeOf,
  remember,
  remembered,
  variantFor,
  type DatasetDraft,
  type TrainServices,
} from '../../../src/host/train/draft.js';
import { initialConfigs } from '../../../src/host/train/variants.js';
import { parseRecipe } from '../../../src/protocol/parseRecipe.js';
import type { ModelKind } from '../../../src/protocol/inspectMessages.js';
import type { MethodConfig } from '../../../src/protocol/recipe.js';

const folder = mkdtempSync(join(tmpdir(), 'softprompt-draft-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const task = { template: '{text}\nLabel:', target: '{label}' };
const draft: DatasetDraft = {
  dataset: {
    file: join(folder, 'rows.csv'),
    summary: { columns: ['text', 'label'], rows: 2, task: { task: 'classification', ...task } },
    folder,
  },
  task,
  model: { name: 'tiny', path: join(folder, 'tiny') },
  variant: 'PROMPT_TUNING',
  methods: initialConfigs,
};
/** What is asked of the editor for a recipe's text. */
const services = { trainingDefaults: () => ({}), modelFolders: () => [] } as unknown as TrainServices;
const methodIn = (changed: Partial<DatasetDraft>): MethodConfig =>
  parseRecipe(recipeOf({ ...draft, ...changed }, services, [folder]).text, 'a').method;

describe('the recipe of the answers', () => {
  it('has the method with its settings', () => {
    const methods = { ...initialConfigs, P_TUNING: { ...initialConfigs.P_TUNING, encoder_hidden_size: 64 } };
    expect(methodIn({ variant: 'P_TUNING', methods })).toEqual(methods.P_TUNING);
    expect(methodIn({ variant: 'PREFIX_PROJECTION', methods })).toEqual(initialConfigs.PREFIX_PROJECTION);
  });

  it('names a saved prompt as it names other files', () => {
    const saved = {
      ...initialConfigs.PREFIX_TUNING,
      prompt_tuning_init: 'file' as const,
      prompt_tuning_init_file: join(folder, '.softprompt', 'prompts', 'tickets'),
    };
    expect(methodIn({ variant: 'PREFIX_TUNING', methods: { ...initialConfigs, PREFIX_TUNING: saved } })).toMatchObject({
      prompt_tuning_init_file: '.softprompt/prompts/tickets',
    });
  });

  it('names the published set that the rows were recognised as, and none once its columns were chosen anew', () => {
    const dataIn = (changed: Partial<DatasetDraft>): unknown =>
      parseRecipe(recipeOf({ ...draft, ...changed }, services, [folder]).text, 'a').data;
    const known = { template: 'sst2 sentence: {sentence}', target: '{label}', preset: 'sst2' as const };
    expect(dataIn({ task: known })).toMatchObject({ ...known, train: 'rows.csv' });
    expect(dataIn({ task })).not.toHaveProperty('preset');
  });

  it('places the answer where the model reads it: at a mask behind the text unless the template says where', () => {
    const templateFor = (kind: ModelKind | undefined, template: string | undefined): string | undefined => {
      const model = { ...draft.model, kind };
      const asked = { ...draft, model, task: template === undefined ? undefined : { ...task, template } };
      return parseRecipe(recipeOf(asked as DatasetDraft, services, [folder]).text, 'a').data.template;
    };
    expect(templateFor('masked', '{text}\nLabel:')).toBe('{text}\nLabel: {mask}');
    expect(templateFor('masked', undefined)).toBe('{text}\nLabel: {mask}');
    expect(templateFor('masked', 'It was {mask}. {text}')).toBe('It was {mask}. {text}');
    expect(templateFor('causal', '{text}\nLabel: {mask}')).toBe('{text}\nLabel:');
    expect(templateFor('causal', undefined)).toBeUndefined();
    expect(templateFor(undefined, '{text} {mask}')).toBe('{text} {mask}');
  });

  it('places a prefix where it was chosen to stand in an encoder-decoder, and in other models where they have attention', () => {
    const chosen = { ...initialConfigs.PREFIX_TUNING, prefix_attention: ['decoder' as const, 'cross' as const] };
    const changed = { variant: 'PREFIX_TUNING' as const, methods: { ...initialConfigs, PREFIX_TUNING: chosen } };
    const methodFor = (kind: ModelKind) => methodIn({ ...changed, model: { ...draft.model, kind } });
    expect(methodFor('encoderDecoder')).toMatchObject({ prefix_attention: ['decoder', 'cross'] });
    expect(methodFor('causal')).not.toHaveProperty('prefix_attention');
  });

  it('has as many virtual tokens as the template places, by a method that has them in the input', () => {
    const placed = { task: { ...task, template: '[P×3] {text} [P×2]' } };
    expect(methodIn({ ...placed, variant: 'P_TUNING' })).toMatchObject({
      peft_type: 'P_TUNING',
      num_virtual_tokens: 5,
    });
    expect(variantFor({ ...placed, variant: 'PREFIX_TUNING' })).toBe('PROMPT_TUNING');
    expect(methodIn({ ...placed, variant: 'PREFIX_TUNING' })).toMatchObject({
      peft_type: 'PROMPT_TUNING',
      num_virtual_tokens: 5,
    });
    expect(methodIn({ variant: 'PREFIX_TUNING' }).peft_type).toBe('PREFIX_TUNING');
  });
});

it('remembers the method and the settings of every method', async () => {
  const kept = new Map<string, unknown>();
  const memory = {
    get: (key: string) => kept.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void kept.set(key, JSON.parse(JSON.stringify(value)))),
    keys: () => [...kept.keys()],
  } as vscode.Memento;
  expect(remembered(memory)).toMatchObject({ variant: 'PROMPT_TUNING', methods: initialConfigs });
  const file = join(folder, 'prompt.npy');
  writeFileSync(file, '');
  const methods = {
    ...initialConfigs,
    PROMPT_TUNING: { ...initialConfigs.PROMPT_TUNING, num_virtual_tokens: 7 },
    PREFIX_TUNING: {
      ...initialConfigs.PREFIX_TUNING,
      prompt_tuning_init: 'file' as const,
      prompt_tuning_init_file: resolve(file),
    },
  };
  await remember(memory, { ...draft, variant: 'P_TUNING', methods });
  expect(remembered(memory)).toMatchObject({ variant: 'P_TUNING', methods });
  // A recipe that was chosen says nothing of what to offer next.
  await remember(memory, { ...draft, recipe: '/w/a.softprompt.json' });
  expect(remembered(memory)).toMatchObject({ variant: 'P_TUNING', methods });
});
