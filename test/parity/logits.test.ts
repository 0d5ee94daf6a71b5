import { afterAll, describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { batchFeeds, logitsGraph } from '../../src/methods/causalGraph.js';
import { noMethod, type Method } from '../../src/methods/method.js';
import type { FloatTensor } from '../../src/store/safetensors.js';
import { largestDifference } from '../support/numbers.js';
import { adapterOf, openParityModel, parityNames, removeCopies, type ParityModel } from './parityModels.js';

const tolerance = 1e-4;

/** The largest difference in any logit of the golden rows, all of which run in one packed batch. */
async function differenceOf(
  parity: ParityModel,
  method: Method,
  vectors: Record<string, FloatTensor>,
  prefix: string,
): Promise<number> {
  const { model, golden, tensor, open } = parity;
  const expected = golden.input_ids.map((_, i) => tensor(`${prefix}.${i}`));
  const sequences = golden.input_ids.map((ids, i) => {
    const kept = defined(defined(expected[i], 'a row').shape[0], 'positions');
    return { ids, labelRows: Array.from({ length: kept }, (_, k) => ids.length - kept + k) };
  });
  const session = await open(logitsGraph(model, method));
  const { logits } = await session.run({ ...batchFeeds(model, method, sequences), ...vectors });
  await session.dispose();
  return largestDifference(
    defined(logits, 'logits').data,
    expected.flatMap(({ data }) => [...data]),
  );
}

afterAll(removeCopies);

describe.each(parityNames)('logits of %s', (name) => {
  it('are those of transformers', async () => {
    expect(await differenceOf(await openParityModel(name), noMethod, {}, 'logits')).toBeLessThan(tolerance);
  });

  it('with a prompt that PEFT saved are those of PEFT', async () => {
    const parity = await openParityModel(name);
    const { method, vectors } = adapterOf(parity);
    expect(await differenceOf(parity, method, vectors, 'adapter.logits')).toBeLessThan(tolerance);
  });
});
