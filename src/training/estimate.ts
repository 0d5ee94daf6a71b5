import { trainableCount } from '../methods/method.js';
import type { RunPlan } from './runContext.js';
import { tokenCount, tokenizeExample } from '../data/tokenize.js';
import type { Example } from '../protocol/dataset.js';
import type { Estimate } from '../protocol/inspectMessages.js';

/** Rows whose tokens are counted to know the mean. */
const sampledRows = 200;
/** What a core of an ordinary machine does in matrix products, floating-point operations a second: half of the best that was measured. */
const coreRate = 60e9;
/** A step's own cost whatever its size, in seconds. */
const stepOverhead = 0.01;
/** What a trained number costs a step, for its optimiser, in seconds; measured. */
const updateSeconds = 8e-9;
/** The number itself, its gradient, two moments, the best so far, and copies on their way in and out. */
const copiesOfTrained = 7;
/** The same where all weights are trained: the gradient of the embeddings comes in parts. */
const copiesOfTuned = 8;
/** The program with its runtime, in bytes. */
const programBytes = 150e6;
/** Rows of the hidden width that are kept for each row and layer until the gradient has passed; measured on Llama shapes. */
const keptRows = 6;
/** As many where weights are trained: the gradient of each needs all that it was multiplied with. */
const keptRowsOfTuned = 16;

/**
 * About how long a run takes and how much memory it needs, before anything is tried. A step multiplies every row of its batch with every
 * weight twice, forwards and backwards (frozen weights need no gradient of their own; those that are trained multiply a third time); an
 * evaluation once for each row.
 */
export function estimateRun({ recipe, base, method, data, tokenize }: RunPlan, threads: number): Estimate {
  const { batchSize, gradientAccumulation, evalEvery } = recipe.training;
  const prompts = data.grouped?.groups.size ?? 1;
  const maxSteps = recipe.training.maxSteps * prompts;
  const { train, dev, test } = data.splits;
  const lengths = tokenCounts(train, (row) => tokenCount(tokenizeExample(row, tokenize)));
  const mean = lengths.reduce((a, b) => a + b, 0) / lengths.length;
  const longest = Math.max(...lengths);
  const { config, parameters } = base;
  // Looking a token up multiplies nothing.
  const weights = parameters - config.vocabularySize * config.hiddenSize;
  const perRow = (2 * weights) / (coreRate * threads);

  const trainable = trainableCount(method);
  const virtualRows = { front: method.virtualTokens, anywhere: batchSize * method.virtualTokens, keysAndValues: 0 };
  const stepRows = (batchSize * mean + virtualRows[method.entry]) * gradientAccumulation;
  // A group's dev rows are its own: all of them are scored once in as many steps.
  const evaluations = Math.floor(maxSteps / evalEvery) / prompts + (recipe.baseline ? 1 : 0);
  const scoredRows = (evaluations * dev.length + (recipe.baseline ? 2 : 1) * test.length) * mean;
  const products = method.tunesModel ? 3 : 2;
  const seconds =
    maxSteps * (stepOverhead + products * stepRows * perRow + trainable * updateSeconds) + scoredRows * perRow;
  const largestBatch = batchSize * longest + virtualRows[method.entry];
  const [rows, copies] = method.tunesModel ? [keptRowsOfTuned, copiesOfTuned] : [keptRows, copiesOfTrained];
  const kept = largestBatch * config.numLayers * config.hiddenSize * rows;
  const bytes = programBytes + 4 * (parameters + kept + copies * trainable);
  return {
    steps: maxSteps,
    seconds,
    memoryMb: bytes / 2 ** 20,
    trainable,
    modelParameters: parameters,
  };
}

function tokenCounts(rows: readonly Example[], count: (row: Example) => number): number[] {
  const stride = Math.ceil(rows.length / sampledRows);
  return rows.filter((_, i) => i % stride === 0).map(count);
}
