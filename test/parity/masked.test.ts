import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import { gradientName, targetFeeds } from '../../src/methods/causalGraph.js';
import {
  classTargetFeeds,
  maskedFeeds,
  maskedLogitsGraph,
  maskedTrainingGraph,
  type MaskedText,
} from '../../src/methods/maskedGraph.js';
import { embeddingsGraph, kept, noMethod, promptEmbeddings, type Method } from '../../src/methods/method.js';
import { methodOf } from '../../src/methods/methodOf.js';
import { bertModel } from '../../src/models/bert/bert.js';
import { bertConfig } from '../../src/models/bert/bertConfig.js';
import type { MaskedModel } from '../../src/models/maskedModel.js';
import { safetensorsWeights } from '../../src/models/safetensorsWeights.js';
import { prepareWeights } from '../../src/models/weights.js';
import { recipeSchema, type MethodConfig } from '../../src/protocol/recipe.js';
import type { Executor, Feeds, GraphOutputs } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { adapterConfig } from '../../src/store/adapterConfig.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { readFloatTensors, type FloatTensor } from '../../src/store/safetensors.js';
import { optimizers } from '../../src/training/optimizers/optimizer.js';
import { largestDifference, relativeError } from '../support/numbers.js';
import { copied } from '../support/trainAsReferee.js';

/**
 * Masked models with what transformers, PEFT and torch compute on them, recorded by test/golden/makeMasked.py. With KEEP=FOLDER the adapters that
 * are written stay there, for that script's check.
 */
const folder = resolve(import.meta.dirname, '../golden/masked');
const names = ['bert', 'roberta'] as const;
const caseNames = ['prompt', 'pTuningMlp', 'pTuningLstm'] as const;

const ids = z.array(z.array(z.int()));
const losses = z.array(z.number());
const goldenSchema = z.object({
  mask: z.int(),
  input_ids: ids,
  batches: z.array(z.object({ input_ids: ids, labels: ids })),
  learning_rate: z.number(),
  cases: z.record(z.enum(caseNames), z.object({ config: z.record(z.string(), z.unknown()), losses })),
  warp: z.object({ batches: z.array(z.object({ input_ids: ids, classes: z.array(z.int()) })), losses }),
});

interface Golden extends z.infer<typeof goldenSchema> {
  readonly model: MaskedModel;
  readonly tensors: ReadonlyMap<string, FloatTensor>;
  open(graph: GraphOutputs): Promise<Executor>;
}

const cacheFolder = mkdtempSync(join(tmpdir(), 'softprompt-masked-'));
afterAll(() => rmSync(cacheFolder, { recursive: true }));

async function openGolden(name: (typeof names)[number]): Promise<Golden> {
  const modelFolder = join(folder, 'models', name);
  const file = join(modelFolder, 'config.json');
  const config = bertConfig(JSON.parse(await readFile(file, 'utf8')), name, file);
  const { weights } = await prepareWeights(await safetensorsWeights(modelFolder, config), { cacheFolder });
  return {
    ...goldenSchema.parse(JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'))),
    model: bertModel(config),
    tensors: await readFloatTensors(join(folder, `${name}.safetensors`)),
    open: (graph) => openOnnxSession(graph, weights, { provider: 'cpu', threads: 1 }),
  };
}

/** The largest difference in any logit of the golden rows, all of which run in one packed batch. */
async function differenceOf(
  { model, tensors, input_ids, open }: Golden,
  method: Method,
  vectors: Record<string, FloatTensor>,
  prefix: string,
): Promise<number> {
  const texts = input_ids.map((row) => ({ ids: row, labelRows: [...row.keys()] }));
  const session = await open(maskedLogitsGraph(model, method));
  const { logits } = await session.run({ ...maskedFeeds(model, method, texts), ...vectors });
  await session.dispose();
  return largestDifference(
    defined(logits, 'logits').data,
    input_ids.flatMap((_, i) => [...defined(tensors.get(`${prefix}logits.${i}`), 'logits').data]),
  );
}

/** What a recipe would say to train what PEFT trained. */
function methodConfig(config: Readonly<Record<string, unknown>>): MethodConfig {
  const fields = ['peft_type', 'num_virtual_tokens', 'encoder_reparameterization_type', 'encoder_hidden_size'];
  const known = Object.fromEntries(fields.flatMap((field) => (field in config ? [[field, config[field]]] : [])));
  return recipeSchema.shape.method.parse(
    config.peft_type === 'PROMPT_TUNING' ? { ...known, prompt_tuning_init: 'random' } : known,
  );
}

const under = (tensors: Golden['tensors'], prefix: string): Map<string, FloatTensor> =>
  new Map([...tensors].flatMap(([key, t]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), t]] : [])));

/** What PEFT calls `embedding.weight` is what is kept, where there is no encoder. */
function ours(method: Method, tensors: Map<string, FloatTensor>): Map<string, FloatTensor> {
  const alone = method.encoder ? undefined : tensors.get('embedding.weight');
  return alone ? new Map([[promptEmbeddings, alone]]) : tensors;
}

/** Trains on batches in turn and compares the first gradients and every loss; gives back what was trained. */
async function followed(
  { model, tensors, open, learning_rate: learningRate }: Golden,
  method: Method,
  which: string,
  expected: readonly number[],
  batches: readonly { readonly texts: readonly MaskedText[]; readonly targets: Feeds }[],
): Promise<Map<string, FloatTensor>> {
  const values = copied(ours(method, under(tensors, `${which}.initial.`)));
  const parameters = method.parameters.map((p) => ({
    name: p.name,
    trained: defined(values.get(p.name), p.name),
    optimizer: optimizers.adamw(p.shape, { weightDecay: 0 }),
  }));
  const session = await open(maskedTrainingGraph(model, method));
  for (const [i, reference] of expected.entries()) {
    const { texts, targets } = defined(batches[i % batches.length], 'a batch');
    const result = await session.run({
      ...maskedFeeds(model, method, texts),
      ...targets,
      ...Object.fromEntries(values),
    });
    const gradientOf = (name: string): Float32Array => defined(result[gradientName(name)], name).data;
    if (i === 0)
      for (const [name, { data }] of ours(method, under(tensors, `${which}.gradient.`)))
        expect(relativeError(gradientOf(name), data), name).toBeLessThan(1e-4);
    expect(Math.abs(defined(result.loss?.data[0], 'the loss') / reference - 1), `step ${i + 1}`).toBeLessThan(1e-4);
    for (const { name, optimizer, trained } of parameters)
      optimizer.step(trained, gradientOf(name), { step: i + 1, learningRate });
  }
  await session.dispose();
  return values;
}

describe.each(names)('on %s', (name) => {
  it('logits are those of transformers', async () => {
    expect(await differenceOf(await openGolden(name), noMethod, {}, '')).toBeLessThan(1e-4);
  });

  it.each(caseNames)(
    "%s begins with PEFT's gradients, shows PEFT's losses, and has PEFT's logits with PEFT's prompt",
    async (which) => {
      const golden = await openGolden(name);
      const { model, tensors, open } = golden;
      const { config, losses: expected } = golden.cases[which];
      const method = methodOf(methodConfig(config), model, false);
      const batches = golden.batches.map(({ input_ids, labels }) => {
        const targets = labels.flat().filter((token) => token >= 0);
        const texts = input_ids.map((row, i) => {
          const scored = defined(labels[i], 'labels');
          return { ids: row, labelRows: [...row.keys()].filter((at) => (scored[at] ?? -1) >= 0) };
        });
        return { texts, targets: targetFeeds(targets, 1 / targets.length) };
      });
      const values = await followed(golden, method, which, expected, batches);

      const made = await open(embeddingsGraph(method));
      const embeddings = defined((await made.run(Object.fromEntries(values)))[promptEmbeddings], promptEmbeddings);
      await made.dispose();
      const saved = defined(tensors.get(`${which}.prompt_embeddings`), promptEmbeddings);
      expect(relativeError(embeddings.data, saved.data)).toBeLessThan(2e-3);
      expect(await differenceOf(golden, kept(method), { [promptEmbeddings]: saved }, `${which}.`)).toBeLessThan(1e-4);
    },
  );

  it.each(caseNames)('a prompt of %s is saved as PEFT saves it', async (which) => {
    const { cases, model, tensors } = await openGolden(name);
    const { config } = cases[which];
    const embeddings = defined(tensors.get(`${which}.prompt_embeddings`), promptEmbeddings);
    const place = join(process.env.KEEP ?? cacheFolder, `${name}.${which}`);
    const written = adapterConfig({
      ...model.heads,
      baseModel: `softprompt/${name}`,
      method: methodConfig(config),
      numVirtualTokens: embeddings.shape[0] ?? 0,
      hiddenSize: model.hiddenSize,
      numLayers: model.numLayers,
      numAttentionHeads: model.heads.numHeads,
      taskType: 'FEATURE_EXTRACTION',
    });
    await savePrompt(place, { config: written, embeddings });
    expect(JSON.parse(await readFile(join(place, 'adapter_config.json'), 'utf8'))).toEqual({
      ...config,
      peft_version: null,
    });
    const saved = await readFloatTensors(join(place, 'adapter_model.safetensors'));
    expect([...saved]).toEqual([[promptEmbeddings, embeddings]]);
  });

  it("WARP begins with torch's gradients and shows torch's losses, with virtual tokens around the mask", async () => {
    const golden = await openGolden(name);
    const { warp, mask, model } = golden;
    const classes = 3;
    const method = methodOf(
      recipeSchema.shape.method.parse({ peft_type: 'WARP', num_virtual_tokens: 3 }),
      model,
      true,
      classes,
    );
    const batches = warp.batches.map((batch) => ({
      texts: batch.input_ids.map((row) => ({ ids: row, labelRows: [row.indexOf(mask)] })),
      targets: classTargetFeeds(batch.classes, classes, 1 / batch.classes.length),
    }));
    await followed(golden, method, 'warp', warp.losses, batches);
  });
});
