import { expect, it } from 'vitest';
import { encoderName, methodName, nearestMeaning } from '../../src/protocol/numbers.js';
import { recipeSchema, type MethodConfig } from '../../src/protocol/recipe.js';

const method = (fields: object): MethodConfig => recipeSchema.shape.method.parse(fields);

it('calls methods by their papers’ names, and one that it does not know by PEFT’s', () => {
  expect(['PROMPT_TUNING', 'PREFIX_TUNING', 'P_TUNING', 'CPT'].map(methodName)).toEqual([
    'prompt tuning',
    'prefix tuning',
    'P-tuning',
    'CPT',
  ]);
});

it('names the network of a method that trains one', () => {
  expect(encoderName(method({ peft_type: 'P_TUNING' }))).toBe('MLP 128');
  expect(
    encoderName(method({ peft_type: 'P_TUNING', encoder_reparameterization_type: 'LSTM', encoder_hidden_size: 64 })),
  ).toBe('LSTM 64');
  expect(encoderName(method({ peft_type: 'PREFIX_TUNING', prefix_projection: true }))).toBe('projection 512');
  expect(encoderName(method({ peft_type: 'PREFIX_TUNING' }))).toBeUndefined();
  expect(encoderName(method({ peft_type: 'PROMPT_TUNING' }))).toBeUndefined();
});

it('explains nearest tokens where they are not those of the prompt’s own vectors', () => {
  expect(nearestMeaning('PREFIX_TUNING')).toMatch(/keys in the first block/);
  expect(nearestMeaning('P_TUNING')).toBeUndefined();
});
