import { defined } from '../common/assert.js';
import { batchSequence } from '../data/batches.js';
import { tokenCount, tokenizeExample } from '../data/tokenize.js';
import { gradientName } from '../methods/causalGraph.js';
import { lossFeeds, lossTerms, openLoss, type LossExample } from '../methods/lossGraph.js';
import type { Example } from '../protocol/dataset.js';
import type { Executor, Tensor } from '../runtime/executor.js';
import { optimizers } from './optimizers/optimizer.js';
import type { Optimizer, Trained } from './optimizers/optimizerTypes.js';
import type { StepWork } from './pace.js';
import type { RunContext } from './runContext.js';
import { defaultLearningRate, learningRateAt } from './schedule.js';

export interface TrainedParameter {
  readonly name: string;
  readonly trained: Trained;
  readonly optimizer: Optimizer;
}

/** The method's parameters with fresh optimisers, holding the given values. */
export function trainedParameters(
  { method, recipe }: Pick<RunContext, 'method' | 'recipe'>,
  values: ReadonlyMap<string, Float32Array>,
): TrainedParameter[] {
  const { optimizer, weightDecay } = recipe.training;
  return method.parameters.map(({ name, shape }) => ({
    name,
    trained: { shape, data: defined(values.get(name), name).slice() },
    optimizer: optimizers[optimizer](shape, { weightDecay }),
  }));
}

export interface StepResult extends StepWork {
  /** Mean over the scored tokens of the step, in nats. */
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/** Optimiser steps on the training rows; step n depends on the recipe, the parameters and n alone. */
export interface Stepper {
  readonly batchesPerEpoch: number;
  /** Step n, counted from 1: changes the parameters in place. */
  step(n: number): Promise<StepResult>;
  dispose(): Promise<void>;
}

export async function openStepper(context: RunContext, parameters: readonly TrainedParameter[]): Promise<Stepper> {
  const { recipe, model, method, data, tokenize, shared } = context;
  const { training } = recipe;
  const { train } = data.splits;
  const known: LossExample[] = [];
  const example = (i: number): LossExample => (known[i] ??= withLabel(defined(train[i], 'a training row')));
  const withLabel = (row: Example): LossExample => ({
    ...tokenizeExample(row, tokenize),
    ...(row.label !== undefined && { label: row.label }),
  });
  const batches = batchSequence({
    count: train.length,
    batchSize: training.batchSize,
    seed: training.seed,
    bucket: training.bucket,
    lengthOf: (i) => example(i).inputIds.length + example(i).targetIds.length,
  });
  const session = shared?.training ?? (await openTraining(context));

  return {
    batchesPerEpoch: batches.batchesPerEpoch,
    dispose: async () => {
      if (!shared) await session.dispose();
    },
    async step(n) {
      const start = performance.now();
      const parts = Array.from({ length: training.gradientAccumulation }, (_, i) =>
        batches.batch((n - 1) * training.gradientAccumulation + i).map(example),
      );
      const examples = parts.flat();
      const terms = examples.reduce((sum, e) => sum + lossTerms(method, e), 0);
      const { loss, gradients } = await lossAndGradients(session, parts, 1 / terms);
      const gradientNorm = norm(gradients);
      const clip = Math.min(1, (training.maxGradNorm ?? Infinity) / gradientNorm);
      if (clip < 1) gradients.forEach((gradient) => multiply(gradient, clip));
      const rate = training.learningRate ?? defaultLearningRate(recipe);
      const learningRate = learningRateAt(n, training, rate);
      parameters.forEach(({ trained, optimizer }, i) => {
        optimizer.step(trained, defined(gradients[i], 'a gradient'), { step: n, learningRate });
      });
      const tokens = examples.reduce((sum, e) => sum + tokenCount(e), 0);
      return { loss, learningRate, gradientNorm, ms: performance.now() - start, examples: examples.length, tokens };
    },
  };

  /** Sums over the batches of one step; `weight` is one scored token's share of the loss. */
  async function lossAndGradients(
    executor: Executor,
    parts: readonly (readonly LossExample[])[],
    weight: number,
  ): Promise<{ loss: number; gradients: Float32Array[] }> {
    const vectors: Record<string, Tensor> = Object.fromEntries(parameters.map(({ name, trained }) => [name, trained]));
    let gradients: Float32Array[] = [];
    let loss = 0;
    for (const [n, part] of parts.entries()) {
      const result = await executor.run({ ...lossFeeds(model, method, part, weight), ...vectors });
      loss += defined(result.loss?.data[0], 'the loss');
      const found = parameters.map(({ name }) => defined(result[gradientName(name)], name).data);
      if (n === 0) gradients = found;
      else gradients.forEach((sum, p) => addTo(sum, defined(found[p], 'a gradient')));
    }
    return { loss, gradients };
  }
}

/** What gives the loss and the gradients of a method on a model, whatever the values of its parameters. */
export const openTraining = ({
  engine,
  base,
  model,
  method,
}: Pick<RunContext, 'engine' | 'base' | 'model' | 'method'>): Promise<Executor> =>
  openLoss((graph) => engine.open(graph, base.weights), model, method);

/** Loops, as encoders have millions of numbers. */
function addTo(sum: Float32Array, added: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (added[i] as number);
}

function multiply(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * factor;
}

function norm(gradients: readonly Float32Array[]): number {
  let squares = 0;
  for (const g of gradients) for (let i = 0; i < g.length; i++) squares += (g[i] as number) ** 2;
  return Math.sqrt(squares);
}
