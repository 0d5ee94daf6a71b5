import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { assert, defined } from '../../src/common/assert.js';
import { greedy, openGenerator } from '../../src/evaluation/generation/generate.js';
import { gradientName, targetFeeds } from '../../src/methods/causalGraph.js';
import { promptEmbeddings, type Method } from '../../src/methods/method.js';
import { methodOf } from '../../src/methods/methodOf.js';
import { pairFeeds, pairLogitsGraph, pairTrainingGraph } from '../../src/methods/pairGraph.js';
import { modelOf } from '../../src/models/architectures.js';
import type { EncoderDecoderModel } from '../../src/models/encoderDecoder.js';
import { readModelConfig } from '../../src/models/modelConfig.js';
import { safetensorsWeights } from '../../src/models/safetensorsWeights.js';
import { prepareWeights } from '../../src/models/weights.js';
import { prefixAttentions } from '../../src/protocol/prefixAttention.js';
import { recipeSchema } from '../../src/protocol/recipe.js';
import type { GraphOutputs, WeightLocations } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { readFloatTensors, type FloatTensor } from '../../src/store/safetensors.js';
import { largestDifference, relativeError } from '../support/numbers.js';

/** Encoder-decoders with prefixes in their attentions, as torch computes them, recorded by test/golden/makePairPrefixes.py. */
const golden = resolve(import.meta.dirname, '../golden');
const models = { uneven: 'pairPrefixes/uneven', t5: 'pairs/models/t5' };
const cases = ['all', 'decoder', 'encoder', 'cross', 'encoderAndCross'] as const;

const ids = z.array(z.array(z.int()));
const goldenSchema = z.object({
  input_ids: ids,
  decoder_input_ids: ids,
  labels: ids,
  cases: z.record(
    z.enum(cases),
    z.object({
      parts: z.array(z.enum(prefixAttentions)),
      loss: z.number(),
      written: z.object({ 1: ids, 3: ids }),
    }),
  ),
});

interface Golden extends z.infer<typeof goldenSchema> {
  readonly model: EncoderDecoderModel;
  readonly weights: WeightLocations;
  readonly tensors: ReadonlyMap<string, FloatTensor>;
}

const cacheFolder = mkdtempSync(join(tmpdir(), 'softprompt-prefixes-'));
afterAll(() => rmSync(cacheFolder, { recursive: true }));

async function openGolden(name: keyof typeof models): Promise<Golden> {
  const folder = join(golden, models[name]);
  const config = await readModelConfig(folder);
  const model = modelOf(config);
  assert(model.kind === 'encoderDecoder', 'an encoder-decoder');
  const { weights } = await prepareWeights(await safetensorsWeights(folder, config), { cacheFolder });
  const file = join(golden, 'pairPrefixes', name);
  return {
    ...goldenSchema.parse(JSON.parse(await readFile(`${file}.json`, 'utf8'))),
    model,
    weights,
    tensors: await readFloatTensors(`${file}.safetensors`),
  };
}

const openOn =
  (weights: WeightLocations) =>
  (graph: GraphOutputs): ReturnType<typeof openOnnxSession> =>
    openOnnxSession(graph, weights, { provider: 'cpu', threads: 1 });

describe.each(Object.keys(models) as (keyof typeof models)[])('on the model %s', (name) => {
  describe.each(cases)('a prefix in %s', (which) => {
    const opened = openGolden(name);
    const prefixed = async (): Promise<{ method: Method; matrix: FloatTensor }> => {
      const { model, cases: known, tensors } = await opened;
      const config = recipeSchema.shape.method.parse({
        peft_type: 'PREFIX_TUNING',
        num_virtual_tokens: 3,
        // In any order.
        prefix_attention: known[which].parts.toReversed(),
      });
      const matrix = defined(tensors.get(`${which}.${promptEmbeddings}`), promptEmbeddings);
      const method = methodOf(config, model, false);
      expect([method.virtualTokens, method.width]).toEqual(matrix.shape);
      return { method, matrix };
    };

    it("has torch's logits, loss and gradient", async () => {
      const { model, weights, tensors, input_ids, decoder_input_ids, labels, cases: known } = await opened;
      const { method, matrix } = await prefixed();
      const pairs = input_ids.map((row, i) => ({ ids: row, decoder: { ids: defined(decoder_input_ids[i], 'a row') } }));
      const feeds = { ...pairFeeds(model, method, pairs), [promptEmbeddings]: matrix };
      const reading = await openOn(weights)(pairLogitsGraph(model, method));
      const { logits } = await reading.run(feeds);
      await reading.dispose();
      const theirs = input_ids.flatMap((_, i) => [...defined(tensors.get(`${which}.logits.${i}`), 'logits').data]);
      expect(largestDifference(defined(logits, 'logits').data, theirs)).toBeLessThan(1e-4);

      const targets = labels.flat();
      const training = await openOn(weights)(pairTrainingGraph(model, method));
      const found = await training.run({ ...feeds, ...targetFeeds(targets, 1 / targets.length) });
      await training.dispose();
      expect(found.loss?.data[0]).toBeCloseTo(known[which].loss, 4);
      const gradient = defined(tensors.get(`${which}.gradient`), 'a gradient').data;
      expect(relativeError(defined(found[gradientName(promptEmbeddings)], 'a gradient').data, gradient)).toBeLessThan(
        1e-4,
      );
    });

    it('writes what torch writes, which computes every token anew, greedily and by a search', async () => {
      const { model, weights, input_ids, cases: known } = await opened;
      const { method, matrix } = await prefixed();
      const tokenizer = { decode: (written: readonly number[]): string => written.join(' ') };
      const setting = { engine: { open: openOn(weights) }, weights, model, tokenizer, endTokens: [] };
      const generator = await openGenerator(setting, { method, embeddings: matrix });
      for (const beams of [1, 3] as const)
        for (const [i, inputIds] of input_ids.entries()) {
          const expected = defined(known[which].written[beams][i], 'a text');
          const { ids: written } = await generator.generate(inputIds, { ...greedy, maxTokens: expected.length, beams });
          expect(written).toEqual(expected);
        }
      await generator.dispose();
    });
  });
});
