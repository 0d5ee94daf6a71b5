import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { seededRandom } from '../../src/common/random.js';
import { batchFeeds, gradientName, logitsGraph, targetFeeds, trainingGraph } from '../../src/methods/causalGraph.js';
import { noMethod } from '../../src/methods/method.js';
import { direct, promptEmbeddings } from '../../src/methods/method.js';
import type { CausalModel } from '../../src/models/causalModel.js';
import { readModelConfig, type ModelConfig } from '../../src/models/modelConfig.js';
import type { Sequence } from '../../src/models/rowLayout.js';
import { safetensorsWeights } from '../../src/models/safetensorsWeights.js';
import { prepareWeights } from '../../src/models/weights.js';
import type { Feeds, Tensor } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { interpret, type Operand } from '../support/float64.js';
import { centralDifferences, randomTensor, relativeError } from '../support/numbers.js';
import { tensorflowGradients } from '../support/tensorflow.js';
import { randomWeights, tinyGpt2, tinyLlama, tinyModel, writeWeights } from '../support/tinyModels.js';

const numVirtualTokens = 3;

const configs: Readonly<Record<string, ModelConfig>> = {
  'a Llama of 3 layers': tinyLlama({ numLayers: 3 }),
  'a Llama with an output matrix of its own and Qwen2’s biases': tinyLlama({
    modelType: 'qwen2',
    tieWordEmbeddings: false,
    attentionBias: { qkv: true, output: false },
  }),
  'a Llama with all biases, gelu and one key/value head': tinyLlama({
    activation: 'gelu',
    numKeyValueHeads: 1,
    attentionBias: { qkv: true, output: true },
    mlpBias: true,
  }),
  'a Llama with relu and a key/value head for each head': tinyLlama({ activation: 'relu', numKeyValueHeads: 4 }),
  'a GPT-2': tinyGpt2(),
  'a GPT-2 of 3 layers with relu and an output matrix of its own': tinyGpt2({
    numLayers: 3,
    activation: 'relu',
    tieWordEmbeddings: false,
  }),
};

/** Lengths of the sequences and their label rows. */
const batches: Readonly<Record<string, readonly { length: number; labelRows: number[] }[]>> = {
  'ragged sequences': [
    { length: 5, labelRows: [2, 3, 4] },
    { length: 2, labelRows: [1] },
    { length: 7, labelRows: [0, 6] },
  ],
  'one sequence': [{ length: 6, labelRows: [1, 4, 5] }],
  'equal lengths': [
    { length: 4, labelRows: [2, 3] },
    { length: 4, labelRows: [0, 3] },
  ],
};

interface LabelledSequence extends Sequence {
  readonly targets: readonly number[];
}

function randomBatch(name: string, vocabularySize: number): LabelledSequence[] {
  const random = seededRandom('batch', name);
  const tokens = (count: number): number[] => Array.from({ length: count }, () => random.integer(vocabularySize));
  return defined(batches[name], name).map(({ length, labelRows }) => ({
    ids: tokens(length),
    labelRows,
    targets: tokens(labelRows.length),
  }));
}

/** Feeds of a training step whose loss is the mean over `count` label rows. */
function trainingFeeds(
  model: CausalModel,
  prompt: Tensor,
  sequences: readonly LabelledSequence[],
  count: number,
): Feeds {
  return {
    ...batchFeeds(model, direct('front', numVirtualTokens, model.hiddenSize), sequences),
    ...targetFeeds(
      sequences.flatMap((s) => s.targets),
      1 / count,
    ),
    [promptEmbeddings]: prompt,
  };
}

const labelCount = (sequences: readonly LabelledSequence[]): number => sequences.flatMap((s) => s.targets).length;

describe.each(Object.entries(configs))('the gradient of a prompt in front of %s', (modelName, config) => {
  const model = tinyModel(config);
  const weights = randomWeights(config);
  const written = writeWeights(weights);
  const graph = trainingGraph(model, direct('front', numVirtualTokens, model.hiddenSize));
  const loss = defined(graph.loss, 'a loss');
  const slope = defined(graph[gradientName(promptEmbeddings)], 'a gradient');
  const prompt = randomTensor(seededRandom('prompt', modelName), [numVirtualTokens, model.hiddenSize]);

  it.each(Object.keys(batches))(
    'is that of finite differences, of onnxruntime and of TensorFlow: %s',
    async (batch) => {
      const sequences = randomBatch(batch, config.vocabularySize);
      const feeds = trainingFeeds(model, prompt, sequences, labelCount(sequences));
      const exact = interpret({ loss, slope }, feeds, weights);
      const exactLoss = defined(exact.loss.data[0], 'a loss');

      const lossAt = (x: Operand): number =>
        defined(interpret({ loss }, { ...feeds, [promptEmbeddings]: x }, weights).loss.data[0], 'a loss');
      expect(relativeError(exact.slope.data, centralDifferences(lossAt, prompt)), 'finite differences').toBeLessThan(
        1e-6,
      );

      const session = await openOnnxSession({ loss, slope }, await written, { provider: 'cpu', threads: 1 });
      const found = await session.run(feeds);
      await session.dispose();
      expect(relativeError(defined(found.loss, 'a loss').data, exact.loss.data), 'onnxruntime’s loss').toBeLessThan(
        1e-5,
      );
      expect(relativeError(defined(found.slope, 'a gradient').data, exact.slope.data), 'onnxruntime').toBeLessThan(
        1e-5,
      );

      const other = await tensorflowGradients(loss, feeds, await written);
      expect(Math.abs(other.loss / exactLoss - 1), 'TensorFlow’s loss').toBeLessThan(1e-5);
      const theirs = defined(other.gradients[promptEmbeddings], 'a gradient');
      expect(relativeError(theirs, exact.slope.data), 'TensorFlow').toBeLessThan(1e-4);
    },
  );

  it('is the sum of the gradients of the sequences one by one', () => {
    const sequences = randomBatch('ragged sequences', config.vocabularySize);
    const run = (part: readonly LabelledSequence[]): { loss: Operand; slope: Operand } =>
      interpret({ loss, slope }, trainingFeeds(model, prompt, part, labelCount(sequences)), weights);
    const together = run(sequences);
    const apart = sequences.map((s) => run([s]));
    const sumOf = (name: 'loss' | 'slope'): number[] =>
      Array.from(together[name].data, (_, i) => apart.reduce((sum, one) => sum + defined(one[name].data[i], name), 0));
    expect(relativeError(together.loss.data, sumOf('loss'))).toBeLessThan(1e-12);
    expect(relativeError(together.slope.data, sumOf('slope'))).toBeLessThan(1e-12);
  });
});

describe.each(Object.entries(configs))('rows in front of %s', (_, config) => {
  const model = tinyModel(config);
  const weights = randomWeights(config);

  it('meet logits that differ by several units, so that the gradients above are of no flat loss', () => {
    const feeds = batchFeeds(model, noMethod, randomBatch('ragged sequences', config.vocabularySize));
    const { data } = defined(interpret(logitsGraph(model, noMethod), feeds, weights).logits, 'logits');
    const meanSquare = data.reduce((sum, x) => sum + x * x, 0) / data.length;
    expect(Math.sqrt(meanSquare)).toBeGreaterThan(2);
  });

  it('that all sequences share are what the same rows are in every sequence', () => {
    const method = direct('front', numVirtualTokens, model.hiddenSize);
    const sequences = randomBatch('ragged sequences', config.vocabularySize);
    const front = [3, 11, 7];
    const table = defined(
      weights[config.architecture === 'llama' ? 'model.embed_tokens.weight' : 'transformer.wte.weight'],
      'E',
    );
    const rows = front.flatMap((id) => [...table.data.subarray(id * model.hiddenSize, (id + 1) * model.hiddenSize)]);
    const shared = interpret(
      logitsGraph(model, method),
      {
        ...batchFeeds(model, method, sequences),
        [promptEmbeddings]: { data: Float64Array.from(rows), shape: [numVirtualTokens, model.hiddenSize] },
      },
      weights,
    );
    const longer = sequences.map((s) => ({
      ids: [...front, ...s.ids],
      labelRows: s.labelRows.map((row) => row + front.length),
    }));
    const own = interpret(logitsGraph(model, noMethod), batchFeeds(model, noMethod, longer), weights);
    expect(relativeError(defined(shared.logits, 'logits').data, defined(own.logits, 'logits').data)).toBeLessThan(
      1e-12,
    );
  });
});

const models = join(import.meta.dirname, '../../../shared/data/models');
describe.each(['stories260K/hf', 'gpt-nano-sort/hf'])('the real model %s', (name) => {
  const folder = join(models, name);
  const isThere = existsSync(folder);
  if (!isThere) console.log(`Skipped, as ../shared/data/models/${name} is missing: gradients of a real model`);

  it.skipIf(!isThere)('has the gradient that TensorFlow finds', async () => {
    const config = await readModelConfig(folder);
    const model = tinyModel(config);
    const cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-cache-'));
    const { weights } = await prepareWeights(await safetensorsWeights(folder, config), { cacheFolder });
    const graph = trainingGraph(model, direct('front', numVirtualTokens, model.hiddenSize));
    const sequences = randomBatch('ragged sequences', config.vocabularySize);
    // About as long as the models' own embeddings.
    const prompt = randomTensor(seededRandom('prompt', name), [numVirtualTokens, model.hiddenSize], 0.3);
    const feeds = trainingFeeds(model, prompt, sequences, labelCount(sequences));

    const session = await openOnnxSession(graph, weights, { provider: 'cpu', threads: 1 });
    const found = await session.run(feeds);
    await session.dispose();
    const expected = await tensorflowGradients(defined(graph.loss, 'a loss'), feeds, weights);
    expect(defined(found.loss?.data[0], 'a loss') / expected.loss).toBeCloseTo(1, 5);
    const slope = defined(found[gradientName(promptEmbeddings)], 'a gradient').data;
    expect(relativeError(slope, defined(expected.gradients[promptEmbeddings], 'a gradient'))).toBeLessThan(1e-4);
  });
});
