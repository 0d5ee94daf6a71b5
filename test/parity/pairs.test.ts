import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import { pairScorer } from '../../src/evaluation/pairScorer.js';
import { gradientName, targetFeeds } from '../../src/methods/causalGraph.js';
import { embeddingsGraph, kept, noMethod, promptEmbeddings, type Method } from '../../src/methods/method.js';
import { methodOf } from '../../src/methods/methodOf.js';
import { pairFeeds, pairLogitsGraph, pairTrainingGraph } from '../../src/methods/pairGraph.js';
import { targetRows, type EncoderDecoderModel } from '../../src/models/encoderDecoder.js';
import { safetensorsWeights } from '../../src/models/safetensorsWeights.js';
import { t5Model } from '../../src/models/t5/t5.js';
import { t5Config } from '../../src/models/t5/t5Config.js';
import { prepareWeights } from '../../src/models/weights.js';
import { recipeSchema } from '../../src/protocol/recipe.js';
import type { Executor, GraphOutputs, WeightLocations } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { readFloatTensors, type FloatTensor } from '../../src/store/safetensors.js';
import { optimizers } from '../../src/training/optimizers/optimizer.js';
import { largestDifference, relativeError } from '../support/numbers.js';
import { copied } from '../support/trainAsReferee.js';

/** Encoder-decoders with what transformers and PEFT compute on them, recorded by test/golden/makePairs.py. */
const folder = resolve(import.meta.dirname, '../golden/pairs');
const names = ['t5', 't5Gated', 't5Narrow'] as const;
const caseNames = ['prompt', 'prefix', 'prefixProjection', 'pTuningMlp', 'pTuningLstm'] as const;

const ids = z.array(z.array(z.int()));
const goldenSchema = z.object({
  input_ids: ids,
  decoder_input_ids: ids,
  batches: z.array(z.object({ input_ids: ids, labels: ids })),
  learning_rate: z.number(),
  cases: z.partialRecord(z.enum(caseNames), z.object({ config: z.unknown(), losses: z.array(z.number()) })),
});

interface Golden extends z.infer<typeof goldenSchema> {
  readonly model: EncoderDecoderModel;
  readonly weights: WeightLocations;
  readonly tensors: ReadonlyMap<string, FloatTensor>;
  open(graph: GraphOutputs): Promise<Executor>;
}

const cacheFolder = mkdtempSync(join(tmpdir(), 'softprompt-pairs-'));
afterAll(() => rmSync(cacheFolder, { recursive: true }));

async function openGolden(name: (typeof names)[number]): Promise<Golden> {
  const modelFolder = join(folder, 'models', name);
  const file = join(modelFolder, 'config.json');
  const about = { modelType: 't5', hasHead: name === 't5Gated' } as const;
  const config = t5Config(JSON.parse(await readFile(file, 'utf8')), about, file);
  const { weights } = await prepareWeights(await safetensorsWeights(modelFolder, config), { cacheFolder });
  return {
    ...goldenSchema.parse(JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'))),
    model: t5Model(config),
    weights,
    tensors: await readFloatTensors(join(folder, `${name}.safetensors`)),
    open: (graph) => openOnnxSession(graph, weights, { provider: 'cpu', threads: 1 }),
  };
}

/** The largest difference in any logit of the golden rows, all of which run in one packed batch. */
async function differenceOf(
  { model, tensors, input_ids, decoder_input_ids, open }: Golden,
  method: Method,
  vectors: Record<string, FloatTensor>,
  prefix: string,
): Promise<number> {
  const pairs = input_ids.map((row, i) => ({ ids: row, decoder: { ids: defined(decoder_input_ids[i], 'a row') } }));
  const session = await open(pairLogitsGraph(model, method));
  const { logits } = await session.run({ ...pairFeeds(model, method, pairs), ...vectors });
  await session.dispose();
  return largestDifference(
    defined(logits, 'logits').data,
    input_ids.flatMap((_, i) => [...defined(tensors.get(`${prefix}logits.${i}`), 'logits').data]),
  );
}

/**
 * PEFT trains vectors for the encoder and as many for the decoder, of which the latter never enter the model; but in P-tuning they all pass
 * through the network, where an LSTM lets them be seen.
 */
function methodOfCase(config: unknown, model: EncoderDecoderModel): Method {
  const parsed = recipeSchema.shape.method.parse(config);
  const method = { ...methodOf(parsed, model, false), sharesLayers: true };
  if (parsed.peft_type !== 'P_TUNING') return method;
  const count = parsed.num_virtual_tokens;
  const twice = methodOf({ ...parsed, num_virtual_tokens: 2 * count }, model, false);
  const encoder = defined(twice.encoder, 'an encoder');
  const features: typeof encoder.features = (build, parameters) =>
    defined(build.split(encoder.features(build, parameters), [count, count], 0)[0], 'the first half');
  return { ...twice, virtualTokens: count, encoder: { ...encoder, features } };
}

const under = (tensors: Golden['tensors'], prefix: string): Map<string, FloatTensor> =>
  new Map([...tensors].flatMap(([key, t]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), t]] : [])));

/** What PEFT calls `embedding.weight` is what is kept, where there is no encoder: its first rows. */
function ours(method: Method, tensors: Map<string, FloatTensor>): Map<string, FloatTensor> {
  if (method.encoder) return tensors;
  const { data } = defined(tensors.get('embedding.weight'), 'a tensor');
  const shape = [method.virtualTokens, method.width];
  return new Map([[promptEmbeddings, { data: data.subarray(0, method.virtualTokens * method.width), shape }]]);
}

describe.each(names)('on %s', (name) => {
  it('logits are those of transformers', async () => {
    expect(await differenceOf(await openGolden(name), noMethod, {}, '')).toBeLessThan(1e-4);
  });

  it('labels are ranked by the sum of the log-probabilities that transformers gives their tokens', async () => {
    const golden = await openGolden(name);
    const { model, weights, open, input_ids, decoder_input_ids, tensors } = golden;
    const examples = input_ids.map((inputIds, i) => {
      const read = defined(decoder_input_ids[i], 'a row');
      return { inputIds, continuations: [[...read.slice(1), 7], [3], [5, 9]] };
    });
    const scorer = pairScorer({ engine: { open }, weights, model }, [{ method: noMethod }]);
    const [scores] = await scorer.score(examples);
    await scorer.dispose();
    examples.forEach(({ continuations: [first = []] }, i) => {
      const { data, shape } = defined(tensors.get(`logits.${i}`), 'logits');
      const vocabulary = defined(shape[1], 'a vocabulary');
      const expected = first.reduce((sum, token, row) => {
        const logits = data.subarray(row * vocabulary, (row + 1) * vocabulary);
        const most = Math.max(...logits);
        const total = logits.reduce((all, logit) => all + Math.exp(logit - most), 0);
        return sum + defined(logits[token], 'a logit') - most - Math.log(total);
      }, 0);
      expect(scores?.[i]?.[0]).toBeCloseTo(expected, 3);
    });
  });

  it.each(caseNames)(
    "%s begins with PEFT's gradients, shows PEFT's losses, and has PEFT's logits with PEFT's prompt",
    async (which) => {
      const golden = await openGolden(name);
      const { model, tensors, open, batches } = golden;
      const expected = golden.cases[which];
      // PEFT 0.21.2 has no prefixes for heads that are not hidden size / heads wide.
      if (!expected) return expect([name, which.slice(0, 6)]).toEqual(['t5Narrow', 'prefix']);
      const method = methodOfCase(expected.config, model);
      const values = copied(ours(method, under(tensors, `${which}.initial.`)));
      const parameters = method.parameters.map((p) => ({
        name: p.name,
        trained: defined(values.get(p.name), p.name),
        optimizer: optimizers.adamw(p.shape, { weightDecay: 0 }),
      }));
      const session = await open(pairTrainingGraph(model, method));
      for (const [i, reference] of expected.losses.entries()) {
        const { input_ids, labels } = defined(batches[i % batches.length], 'a batch');
        const pairs = input_ids.map((row, b) => ({
          ids: row,
          decoder: targetRows(model, defined(labels[b], 'labels')),
        }));
        const targets = labels.flat();
        const result = await session.run({
          ...pairFeeds(model, method, pairs),
          ...targetFeeds(targets, 1 / targets.length),
          ...Object.fromEntries(values),
        });
        const gradients = new Map(
          parameters.map((p) => [p.name, defined(result[gradientName(p.name)], p.name).data] as const),
        );
        if (i === 0)
          for (const [parameter, { data }] of ours(method, under(tensors, `${which}.gradient.`)))
            expect(relativeError(defined(gradients.get(parameter), parameter), data), parameter).toBeLessThan(1e-4);
        const loss = defined(result.loss?.data[0], 'the loss');
        expect(Math.abs(loss / reference - 1), `step ${i + 1}`).toBeLessThan(1e-4);
        for (const p of parameters)
          p.optimizer.step(p.trained, defined(gradients.get(p.name), p.name), {
            step: i + 1,
            learningRate: golden.learning_rate,
          });
      }
      await session.dispose();

      const made = await open(embeddingsGraph(method));
      const embeddings = defined((await made.run(Object.fromEntries(values)))[promptEmbeddings], promptEmbeddings);
      await made.dispose();
      const saved = defined(tensors.get(`${which}.prompt_embeddings`), promptEmbeddings);
      // Of prompts PEFT saves one for the encoder and one for the decoder, and reads the first.
      const own = saved.data.subarray(0, embeddings.data.length);
      expect(relativeError(embeddings.data, own)).toBeLessThan(2e-3);
      const vectors = { [promptEmbeddings]: { data: own, shape: embeddings.shape } };
      const keptMethod = { ...kept(method), sharesLayers: true };
      expect(await differenceOf(golden, keptMethod, vectors, `${which}.`)).toBeLessThan(1e-4);
    },
  );
});
