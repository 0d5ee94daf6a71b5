import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rm } from 'node:fs/promises';
import { defined } from '../../../src/common/assert.js';
import { seededRandom } from '../../../src/common/random.js';
import { greedy, openGenerator, type Generator } from '../../../src/evaluation/generation/generate.js';
import { mostLikely } from '../../../src/evaluation/generation/sampling.js';
import type { Member } from '../../../src/evaluation/scorer.js';
import { batchFeeds, hasBeginning, logitsGraph } from '../../../src/methods/causalGraph.js';
import { direct, noMethod, promptEmbeddings } from '../../../src/methods/method.js';
import { virtualToken } from '../../../src/protocol/dataset.js';
import type { WeightLocations } from '../../../src/runtime/executor.js';
import { openOnnxSession } from '../../../src/runtime/onnx/session.js';
import { interpret } from '../../support/float64.js';
import { randomTensor } from '../../support/numbers.js';
import { randomWeights, tinyLlama, tinyModel, writeWeights } from '../../support/tinyModels.js';

const config = tinyLlama({ maxPositions: 256 });
const model = tinyModel(config);
const weights = randomWeights(config);
const tokenizer = {
  decode: (ids: readonly number[]): string => ids.map((id) => String.fromCharCode(97 + id)).join(''),
};
const random = seededRandom('generate');
const member = (entry: 'front' | 'anywhere' | 'keysAndValues'): Member => {
  const width = entry === 'keysAndValues' ? 2 * model.numLayers * 2 * 6 : model.hiddenSize;
  return { method: direct(entry, 3, width), embeddings: randomTensor(random, [3, width]) };
};
const bare: Member = { method: noMethod };

let located: WeightLocations;
const open: Generator[] = [];
async function generatorOf(who: Member, endTokens: readonly number[] = []): Promise<Generator> {
  const engine = {
    open: (...[graph, locations]: [Parameters<typeof openOnnxSession>[0], WeightLocations]) =>
      openOnnxSession(graph, locations, { provider: 'cpu', threads: 1 }),
  };
  const generator = await openGenerator({ engine, weights: located, model, tokenizer, endTokens }, who);
  open.push(generator);
  return generator;
}
beforeAll(async () => {
  located = await writeWeights(weights);
});
afterAll(async () => {
  for (const generator of open) await generator.dispose();
  await rm(located.folder, { recursive: true });
});

/** Every token from the whole text anew, in float64. */
function writtenAnew({ method, embeddings }: Member, inputIds: readonly number[], count: number): number[] {
  const written: number[] = [];
  while (written.length < count) {
    const ids = [...inputIds, ...written];
    const sequences = [{ ids, labelRows: [ids.length - 1] }];
    const feeds = { ...batchFeeds(model, method, sequences), ...(embeddings && { [promptEmbeddings]: embeddings }) };
    const graph = logitsGraph(model, method, hasBeginning(method, sequences));
    const { data } = interpret({ logits: defined(graph.logits, 'logits') }, feeds, weights).logits;
    written.push(mostLikely(Float32Array.from(data)));
  }
  return written;
}

describe('a generated text', () => {
  const placed = [3, virtualToken(1), 5, virtualToken(0), virtualToken(2), 9];
  it.each([
    ['the bare model', bare, [3, 5, 9]],
    ['a prompt in front', member('front'), [3, 5, 9]],
    ['a prefix', member('keysAndValues'), [3, 5, 9]],
    ['virtual tokens among the words', member('anywhere'), placed],
  ])('is what computing everything anew for each token gives: %s', async (_, who, ids) => {
    const generator = await generatorOf(who);
    const { ids: found } = await generator.generate(ids, { ...greedy, maxTokens: 12 });
    expect(found).toEqual(writtenAnew(who, ids, 12));
  });

  it('goes on when the cache has to grow', async () => {
    const generator = await generatorOf(bare);
    const { ids } = await generator.generate([3, 5], { ...greedy, maxTokens: 80 });
    expect(ids.slice(-3)).toEqual(writtenAnew(bare, [3, 5, ...ids.slice(0, -3)], 3));
    expect(ids).toHaveLength(80);
  });

  it('ends with the end token, which it does not tell', async () => {
    const written = writtenAnew(bare, [3, 5, 9], 8);
    const end = written.findIndex((id) => id !== written[0]);
    const generator = await generatorOf(bare, [defined(written[end], 'a token')]);
    const ids = written.slice(0, end);
    const found = await generator.generate([3, 5, 9], { ...greedy, maxTokens: 12 });
    expect(found).toEqual({ ids, text: tokenizer.decode(ids), ended: 'eos' });
  });

  it('ends before a stop string, of which nothing is told', async () => {
    const generator = await generatorOf(bare);
    const whole = await generator.generate([3, 5, 9], { ...greedy, maxTokens: 8 });
    const stop = [whole.text.slice(4, 6)];
    const told: string[] = [];
    const found = await generator.generate(
      [3, 5, 9],
      { ...greedy, maxTokens: 8, stop },
      { onText: (piece) => told.push(piece) },
    );
    expect(found.ended).toBe('stop');
    expect(found.text).toBe(whole.text.slice(0, whole.text.indexOf(defined(stop[0], 'a string'))));
    expect(told.join('')).toBe(found.text);
  });

  it('is told piece by piece, and ends with the longest text that the model has positions for', async () => {
    const generator = await generatorOf(bare);
    const pieces: string[] = [];
    const input = Array.from({ length: 250 }, (_, i) => i % 29);
    const found = await generator.generate(
      input,
      { ...greedy, maxTokens: 50 },
      { onText: (piece) => pieces.push(piece) },
    );
    expect(found.ended).toBe('length');
    expect(found.ids).toHaveLength(6);
    expect(pieces).toEqual([...found.text]);
  });

  it('is another with another seed, and the same with the same one', async () => {
    const generator = await generatorOf(member('front'));
    const written = async (seed: number): Promise<string> =>
      (await generator.generate([3, 5], { ...greedy, temperature: 1.5, seed, maxTokens: 20 })).text;
    expect(await written(1)).toBe(await written(1));
    expect(await written(1)).not.toBe(await written(2));
  });

  it.each([1, 3])('is given up between two tokens when it is cancelled: %i beams', async (beams) => {
    const generator = await generatorOf(bare);
    const controller = new AbortController();
    const written = generator.generate([3, 5], { ...greedy, maxTokens: 200, beams }, { signal: controller.signal });
    controller.abort();
    await expect(written).rejects.toThrow(/abort/i);
    expect((await generator.generate([3, 5], { ...greedy, maxTokens: 2 })).ids).toEqual(writtenAnew(bare, [3, 5], 2));
  });
});
