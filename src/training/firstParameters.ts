import { dirname, isAbsolute, resolve } from 'node:path';
import { defined } from '../common/assert.js';
import type { ResolvedTask } from '../data/columns.js';
import { parseTemplate } from '../data/template.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { initialise, type Parameters, type SavedStart } from '../methods/initialisation.js';
import { featuresGraph, parameterFeeds, partsOf } from '../methods/method.js';
import { keysAndValuesFeeds, keysAndValuesGraph } from '../methods/prefixBlocks.js';
import { readWeightRows } from '../models/embeddingRows.js';
import { readWeights } from '../models/tunedModel.js';
import { decoderAlone } from '../protocol/prefixAttention.js';
import { trainsPrompt } from '../protocol/recipe.js';
import { runOnce } from '../runtime/runOnce.js';
import { fitsBlocks, fromPeftLayers } from '../store/decoderPrefix.js';
import { loadStart } from '../store/promptStart.js';
import { bestParameters } from './checkpoint.js';
import type { RunContext } from './runContext.js';

/** What is trained, as the recipe's initialisation makes it, or the model's own weights. `file` is relative to the recipe. Throws what `initialise` throws, and `run.initAttention`. */
export function firstParameters(context: RunContext, recipeFile: string): Promise<Parameters> {
  const { recipe, base, model, data, tokenize, engine, method } = context;
  if (!trainsPrompt(recipe.method))
    return readWeights(
      base.weights,
      method.parameters.map((weight) => weight.name),
    );
  const { prompt_tuning_init: name, prompt_tuning_init_text: text, prompt_tuning_init_file: file } = recipe.method;
  const { tokenizer, weights } = base;
  return initialise(method, name, {
    hiddenSize: model.hiddenSize,
    vocabularySize: model.vocabularySize,
    seed: recipe.training.seed,
    labelWords: Object.values(data.task.labels ?? {}).map((word) => tokenize.targetPrefix + word),
    text,
    taskText: taskText(data.task),
    encode: tokenize.encode,
    bos: tokenizer.bos,
    tokenText: (id) => (tokenizer.isSpecial(id) ? undefined : tokenizer.tokenText(id)),
    embeddingRows: (ids) => readWeightRows(weights, model.embeddingName, ids),
    keysAndValues: async (source) => {
      const graph = keysAndValuesGraph(model, 'ids' in source ? 'ids' : 'vectors', partsOf(method));
      return (await runOnce(engine, graph, weights, keysAndValuesFeeds(model, source))).data;
    },
    features: async (trained, parameters) =>
      (await runOnce(engine, featuresGraph(trained), weights, parameterFeeds(trained, parameters))).data,
    savedPrompt: () => savedStart(resolvePath(defined(file, 'prompt_tuning_init_file'), recipeFile), context),
  });
}

const resolvePath = (path: string, recipeFile: string): string =>
  isAbsolute(path) ? path : resolve(dirname(recipeFile), path);

async function savedStart(path: string, { model, method }: RunContext): Promise<SavedStart> {
  const { kind, embeddings, decoderPrefix, prefixAttention = decoderAlone, trainingState } = await loadStart(path);
  const [found, expected] = [prefixAttention.join(', '), partsOf(method).join(', ')];
  if (kind === 'keysAndValues' && method.entry === kind && found !== expected)
    throw new SoftpromptError('run.initAttention', { found, expected });
  const { layers, sharesLayers = false } = decoderPrefix ?? {};
  const isAlike = sharesLayers === (method.sharesLayers ?? false);
  const parameters = trainingState !== undefined && isAlike ? await bestParameters(trainingState) : undefined;
  // PEFT's pairs are what a run that shares them trains.
  const fits = model.kind === 'encoderDecoder' && layers !== undefined && fitsBlocks(layers, model.numLayers);
  const own = fits && !method.sharesLayers ? fromPeftLayers(embeddings, layers, model.numLayers) : embeddings;
  return { kind, ...own, ...(parameters && { parameters }) };
}

/** The template's own words and the labels; the target's name where there are none. */
function taskText({ template, target, labels }: ResolvedTask): string {
  const literals = parseTemplate(template).parts.flatMap((part) => (typeof part === 'string' ? [part] : []));
  const words = [...literals, ...Object.values(labels ?? {})].join(' ').replace(/\s+/g, ' ').trim();
  return words || target.replace(/[{}]/g, '');
}
