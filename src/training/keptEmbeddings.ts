import { defined } from '../common/assert.js';
import type { Member } from '../evaluation/standing.js';
import { classEmbeddings, embeddingsGraph, kept, parameterFeeds, promptEmbeddings } from '../methods/method.js';
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

/** All that is kept of them, ready to answer. */
export async function keptMember(
  context: Pick<RunContext, 'method' | 'engine' | 'base'>,
  values: ReadonlyMap<string, Float32Array>,
): Promise<Member & { readonly embeddings: Tensor<Float32Array> }> {
  const classes = parameterFeeds(context.method, values)[classEmbeddings];
  return {
    method: kept(context.method),
    embeddings: await keptEmbeddings(context, values),
    ...(classes && { classes }),
  };
}
