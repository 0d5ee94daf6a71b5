import { expect, it } from 'vitest';
import { formatWords, offeredFormats } from '../../../src/host/views/exportWords.js';
import { recipeSchema } from '../../../src/protocol/recipe.js';
import { exportFormats } from '../../../src/store/promptTransfer.js';
import { configOf, partsPrompt, plainPrompt, promptDetails } from '../../support/prompts.js';

const { config } = plainPrompt;

it('offers the formats that can hold a prompt', () => {
  expect(offeredFormats({ config })).toEqual(exportFormats);
  const prefix = configOf({ method: recipeSchema.shape.method.parse({ peft_type: 'PREFIX_TUNING' }) });
  expect(offeredFormats({ config: prefix })).toEqual(['peft']);
  expect(offeredFormats(partsPrompt)).toEqual([]);
  const task = { ...promptDetails.task, template: '[P×1] {text} [P×1]' };
  expect(offeredFormats({ config, details: { ...promptDetails, task } })).toEqual(['npy']);
});

it('has words for each', () => {
  expect(Object.keys(formatWords())).toEqual(exportFormats);
});
