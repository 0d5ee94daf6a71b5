import { nearestToPrompt } from '../evaluation/interpretation/nearestToPrompt.js';
import { trainableCount } from '../methods/method.js';
import { runtimeVersions } from '../runtime/engine.js';
import { productVersion } from '../common/version.js';
import type { Metrics, NearestTokens, RunEvent } from '../protocol/events.js';
import { adapterConfig, type AdapterConfig } from '../store/adapterConfig.js';
import { deletePrompt } from '../store/catalogue.js';
import { toPeftLayers, unsharedLayers } from '../store/decoderPrefix.js';
import { configHash, type PromptDetails } from '../store/promptDetails.js';
import { savePrompt } from '../store/promptFolder.js';
import { kindOf } from '../store/storeLocation.js';
import { keptMember } from './keptEmbeddings.js';
import type { Tensor } from '../runtime/executor.js';
import type { RunContext } from './runContext.js';
import type { LoopResult } from './trainLoop.js';

const nearestCount = 5;

/** Saves a run's prompt as a PEFT adapter with our own files beside it; an older one of the same name goes to the trash. */
export async function keepPrompt({
  store,
  name,
  folder,
  context,
  result,
  history,
  checkpoint,
  firstVectors,
}: {
  store: string;
  name: string;
  folder: string;
  context: RunContext;
  result: LoopResult;
  history: readonly RunEvent[];
  /** The run's last, kept with the prompt so that it can be trained further with its encoder. */
  checkpoint: string;
  /** What it began from; runs of older versions have none. */
  firstVectors: string;
}): Promise<NearestTokens[]> {
  const { recipe } = context;
  const { embeddings, classes } = await keptMember(context, result.best);
  const nearest = await nearestToPrompt(embeddings, context, nearestCount);
  if ((await kindOf(folder)) !== undefined) await deletePrompt(store, name);
  await savePrompt(folder, {
    config: adapterConfigOf(context),
    embeddings: storedEmbeddings(context, embeddings),
    ...(classes && { classes }),
    trainingState: checkpoint,
    ...((await kindOf(firstVectors)) === 'file' && { firstVectors }),
    details: describePrompt(name, context, result),
    recipe,
    history,
    ...(nearest.length > 0 && { nearest }),
  });
  return nearest;
}

/** Whether every block of a decoder has a prefix of its own and nothing else has one, which PEFT's layers hold in another order. */
const hasOwnPairs = ({ model, method }: Pick<RunContext, 'model' | 'method'>): boolean =>
  model.kind === 'encoderDecoder' &&
  method.entry === 'keysAndValues' &&
  !method.sharesLayers &&
  !method.prefixAttention;

/** What is kept [P, width], as it is saved. */
export const storedEmbeddings = (context: RunContext, embeddings: Tensor<Float32Array>): Tensor<Float32Array> =>
  hasOwnPairs(context) ? toPeftLayers(embeddings, context.model.numLayers) : embeddings;

/** The config of a prompt that a run trains. */
export function adapterConfigOf(context: RunContext): AdapterConfig {
  const { recipe, base, model, method } = context;
  const { prefixAttention } = method;
  return adapterConfig({
    // PEFT finds a model of the Hugging Face cache by its id, on any machine.
    baseModel: base.name.includes('/') ? base.name : base.path,
    method: recipe.method,
    numVirtualTokens: method.virtualTokens,
    hiddenSize: model.hiddenSize,
    numLayers: hasOwnPairs(context) ? unsharedLayers(model.numLayers) : model.numLayers,
    isEncoderDecoder: model.kind === 'encoderDecoder',
    ...(model.kind === 'encoderDecoder' &&
      prefixAttention && { parts: { prefixAttention, numEncoderLayers: model.numEncoderLayers } }),
    numAttentionHeads: model.heads.numHeads,
    numKeyValueHeads: model.heads.numKeyValueHeads,
    headDim: model.heads.headDim,
    // PEFT has no class for masked models but the one that passes on what the model gives.
    ...(model.kind === 'masked' && { taskType: 'FEATURE_EXTRACTION' }),
    ...(method.classes !== undefined && { numClasses: method.classes }),
  });
}

function describePrompt(name: string, context: RunContext, result: LoopResult): PromptDetails {
  const { evaluations } = result;
  const score = (split: 'dev' | 'test', baseline: boolean, metrics: Metrics | undefined) =>
    metrics ? [{ split, baseline, metrics }] : [];
  return detailsOf(name, context, {
    steps: result.step,
    bestStep: result.bestStep,
    seconds: result.seconds,
    scores: [
      ...score('dev', false, result.bestMetrics),
      ...score('dev', true, evaluations['baseline.dev']?.metrics),
      ...score('test', false, evaluations.test?.metrics),
      ...score('test', true, evaluations['baseline.test']?.metrics),
    ],
  });
}

/** What is known of a prompt once its training has ended. */
export function detailsOf(
  name: string,
  { recipe, base, data, tokenize, method }: RunContext,
  { scores, ...training }: { steps: number; bestStep: number; seconds: number; scores: PromptDetails['scores'] },
): PromptDetails {
  const { targetPrefix, bos, eos, sentinel, maxLength } = tokenize;
  const { train, dev, test } = data.splits;
  return {
    version: 1,
    name,
    created: new Date().toISOString(),
    versions: { softprompt: productVersion, ...runtimeVersions() },
    model: {
      name: base.name,
      configHash: configHash(base.config),
      checksum: base.checksum,
      parameters: base.parameters,
    },
    task: {
      ...data.task,
      targetPrefix,
      addBos: bos !== undefined,
      addEos: eos !== undefined,
      ...(sentinel !== undefined && { sentinel: true }),
      maxLength,
    },
    data: {
      train: typeof recipe.data.train === 'string' ? recipe.data.train : recipe.data.train.path,
      rows: { train: train.length, dev: dev.length, test: test.length },
    },
    training: { ...training, trainable: trainableCount(method) },
    scores,
  };
}
