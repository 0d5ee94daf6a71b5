import { initialise } from '../../../src/methods/initialisation.js';
import { featuresGraph, parameterFeeds, type Method } from '../../../src/methods/method.js';
import { keysAndValuesFeeds, keysAndValuesGraph } from '../../../src/methods/prefixBlocks.js';
import { readWeightRows } from '../../../src/models/embeddingRows.js';
import type { PromptInitialisation } from '../../../src/protocol/recipe.js';
import type { Tensor } from '../../../src/runtime/executor.js';
import { runOnce } from '../../../src/runtime/runOnce.js';
import type { JudgedModel } from './judgedModels.js';

/** What a run begins with, by parameter name: the product's own initialisation, with the model's `words` for a text. */
export async function beginning(
  judged: JudgedModel,
  method: Method,
  name: PromptInitialisation,
): Promise<Record<string, Tensor<Float32Array>>> {
  const { model, weights } = judged;
  const parameters = await initialise(method, name, {
    hiddenSize: model.hiddenSize,
    vocabularySize: model.vocabularySize,
    seed: 0,
    labelWords: [],
    text: '',
    taskText: '',
    encode: () => [...judged.words],
    bos: undefined,
    tokenText: () => undefined,
    embeddingRows: (ids) => readWeightRows(weights, model.embeddingName, ids),
    keysAndValues: async (source) => {
      const graph = keysAndValuesGraph(model, 'ids' in source ? 'ids' : 'vectors');
      return (await runOnce(judged, graph, weights, keysAndValuesFeeds(model, source))).data;
    },
    features: async (encoded, values) =>
      (await runOnce(judged, featuresGraph(encoded), weights, parameterFeeds(encoded, values))).data,
    savedPrompt: () => Promise.reject(new Error('nothing begins from a saved prompt')),
  });
  return parameterFeeds(method, parameters);
}
