import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  canBeginFrom,
  fitted,
  initialConfigs,
  misfit,
  offeredInitialisations,
  readConfigs,
  variantOf,
  variants,
  variantWords,
  withRoom,
} from '../../../src/host/train/variants.js';
import { writtenMethod } from '../../../src/host/train/writtenMethod.js';
import { checkRecipe } from '../../../src/protocol/checkRecipe.js';
import { initialisationWords } from '../../../src/protocol/initialisationWords.js';
import { recipeSchema } from '../../../src/protocol/recipe.js';

describe('the methods that are offered', () => {
  it('are six: prefix tuning with and without its projection, which is found as deep prompt tuning; model tuning is a baseline', () => {
    expect(variants).toEqual([
      'PROMPT_TUNING',
      'PREFIX_TUNING',
      'PREFIX_PROJECTION',
      'P_TUNING',
      'WARP',
      'MODEL_TUNING',
    ]);
    expect(variants.map((variant) => variantOf(initialConfigs[variant]))).toEqual(variants);
    const { label, description } = variantWords().PREFIX_TUNING;
    expect(`${label} ${description}`).toBe('Prefix tuning deep prompt tuning, P-tuning v2');
  });

  it('begin from the papers’ ways, each with a line on when to use it', () => {
    expect(offeredInitialisations('PROMPT_TUNING')).toEqual(['class-labels', 'vocab', 'text', 'random', 'file']);
    expect(offeredInitialisations('PREFIX_TUNING')).toEqual(['activations', 'random', 'file']);
    expect(offeredInitialisations('P_TUNING')).toEqual(['class-labels', 'vocab', 'text', 'random', 'file']);
    for (const type of ['PROMPT_TUNING', 'PREFIX_TUNING', 'P_TUNING'] as const) {
      const lines = offeredInitialisations(type).map((name) => initialisationWords(type, name).use);
      expect(new Set(lines.filter((line) => line.length > 20)).size, type).toBe(lines.length);
    }
  });

  it('begin from what is saved of their own kind; a prefix also from a prompt', () => {
    expect(canBeginFrom('P_TUNING', 'PROMPT_TUNING')).toBe(true);
    expect(canBeginFrom('PREFIX_TUNING', 'P_TUNING')).toBe(true);
    expect(canBeginFrom('PREFIX_TUNING', 'PREFIX_TUNING')).toBe(true);
    expect(canBeginFrom('P_TUNING', 'PREFIX_TUNING')).toBe(false);
  });
});

describe('settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'softprompt-variants-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are remembered for each method apart, as JSON keeps them', () => {
    const methods = {
      ...initialConfigs,
      PREFIX_PROJECTION: { ...initialConfigs.PREFIX_PROJECTION, encoder_hidden_size: 64 },
      P_TUNING: { ...initialConfigs.P_TUNING, num_virtual_tokens: 4 },
    };
    expect(readConfigs(JSON.parse(JSON.stringify(methods)))).toEqual(methods);
  });

  it('are the defaults where nothing is remembered, or nothing that can be read', () => {
    const another = { P_TUNING: { ...initialConfigs.PROMPT_TUNING, num_virtual_tokens: 3 } };
    for (const stored of [undefined, 3, { P_TUNING: { peft_type: 'LORA' } }, another]) {
      expect(readConfigs(stored)).toEqual(initialConfigs);
    }
  });

  it('forget a file that is gone, and keep one that is there', () => {
    const file = join(folder, 'prompt.npy');
    const stored = {
      PROMPT_TUNING: {
        peft_type: 'PROMPT_TUNING',
        num_virtual_tokens: 3,
        prompt_tuning_init: 'file',
        prompt_tuning_init_file: file,
      },
    };
    expect(readConfigs(stored).PROMPT_TUNING).toMatchObject({
      num_virtual_tokens: 3,
      prompt_tuning_init: 'class-labels',
    });
    writeFileSync(file, '');
    expect(readConfigs(stored).PROMPT_TUNING).toEqual(stored.PROMPT_TUNING);
  });
});

describe('a template that places virtual tokens', () => {
  const template = '[P×100] {text} [P×50]';

  it('says how many there are, and the network has room for them', () => {
    expect(fitted(initialConfigs.PROMPT_TUNING, template)).toMatchObject({ num_virtual_tokens: 150 });
    expect(fitted(initialConfigs.P_TUNING, template)).toMatchObject({
      num_virtual_tokens: 150,
      encoder_hidden_size: 150,
    });
    expect(fitted(initialConfigs.P_TUNING, '{text}')).toBe(initialConfigs.P_TUNING);
    expect(fitted(initialConfigs.P_TUNING, undefined)).toBe(initialConfigs.P_TUNING);
  });

  it('is not for prefixes, and not for model tuning', () => {
    expect(variants.map((variant) => misfit(variant, template) === undefined)).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it('needs a mask for WARP alone, and has none beside a prefix', () => {
    const misfits = (text: string) => variants.filter((variant) => misfit(variant, text) !== undefined);
    expect(misfits('{text}')).toEqual(['WARP']);
    expect(misfits('{text} {mask}')).toEqual(['PREFIX_TUNING', 'PREFIX_PROJECTION']);
  });
});

it('makes a network wider only where it must be', () => {
  const narrow = { ...initialConfigs.P_TUNING, num_virtual_tokens: 65, encoder_hidden_size: 64 };
  expect(withRoom(narrow).encoder_hidden_size).toBe(65);
  expect(withRoom({ ...narrow, prompt_tuning_init: 'random' }).encoder_hidden_size).toBe(64);
  expect(withRoom({ ...narrow, encoder_hidden_size: 70 }).encoder_hidden_size).toBe(70);
  const direct = { ...initialConfigs.PREFIX_TUNING, num_virtual_tokens: 600 };
  expect(withRoom(direct)).toBe(direct);
});

describe('a method as a recipe writes it', () => {
  it('has no field that would say nothing', () => {
    expect(writtenMethod(initialConfigs.PREFIX_TUNING)).toEqual({
      peft_type: 'PREFIX_TUNING',
      num_virtual_tokens: 20,
      prompt_tuning_init: 'activations',
    });
    expect(Object.entries(writtenMethod(initialConfigs.PREFIX_PROJECTION))).toEqual([
      ['peft_type', 'PREFIX_TUNING'],
      ['num_virtual_tokens', 20],
      ['prefix_projection', true],
      ['encoder_hidden_size', 512],
      ['prompt_tuning_init', 'activations'],
    ]);
    expect(writtenMethod({ ...initialConfigs.PREFIX_PROJECTION, prefix_embedding: 'hidden_size' })).toMatchObject({
      prefix_embedding: 'hidden_size',
    });
    const sources = { prompt_tuning_init_text: 'Sort', prompt_tuning_init_file: 'a' };
    const written = (prompt_tuning_init: 'text' | 'file' | 'random'): string[] =>
      Object.keys(writtenMethod({ ...initialConfigs.PROMPT_TUNING, ...sources, prompt_tuning_init })).slice(3);
    expect([written('text'), written('file'), written('random')]).toEqual([
      ['prompt_tuning_init_text'],
      ['prompt_tuning_init_file'],
      [],
    ]);
    expect(writtenMethod({ ...initialConfigs.PREFIX_TUNING, ...sources })).toHaveProperty('prompt_tuning_init_text');
  });

  it.each(variants)('%s is read back as what it was', (variant) => {
    const config = initialConfigs[variant];
    const written = writtenMethod(config);
    expect(recipeSchema.shape.method.parse(written)).toEqual(config);
    const checked = checkRecipe(JSON.stringify({ data: { train: 'a' }, method: written }));
    expect(checked).toHaveProperty('recipe');
  });
});
