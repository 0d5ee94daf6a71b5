import { defined } from '../common/assert.js';
import { embeddingsGraph, parameterFeeds, promptEmbeddings } from '../methods/method.js';
import type { Tensor } from '../runtime/executor.js';
import { runOnce } from '../runtime/runOnce.js';
import type { RunContext } from './runContext.js';

/** What is kept of a method's parameters [P, width]: what its encoder makes of them, where it has one. */
export async function keptEmbeddings(
  { method, engine, base }: Pick<RunContext, 'method' | 'engine' | 'base'>,
  values: ReadonlyMap<string, Float32Array>,
): Promise<Tensor<Float32Array>> {
  const feeds = parameterFeeds(method, values);
  if (!method.encoder) return defined(feeds[promptEmbeddings], promptEmbeddings);
  return runOnce(engine, embeddingsGraph(method), base.weights, feeds);
}
