import { defined } from '../../common/assert.js';
import { reachable } from '../../graph/reachable.js';
import { evaluateDim } from '../../graph/shape.js';
import { isNode, type Node, type Value } from '../../graph/value.js';
import { runKernel, type Tensorflow, type TfTensor } from './kernels.js';
import { symbolSizes } from './symbolSizes.js';

/** The order in which a graph runs, and after which node each intermediate is no longer needed. */
export interface Schedule {
  readonly leaves: readonly Value[];
  readonly nodes: readonly Node[];
  readonly released: ReadonlyMap<Node, readonly Value[]>;
}

export function scheduleGraph(outputs: readonly Value[]): Schedule {
  const { leaves, nodes } = reachable(outputs);
  const lastUse = new Map<Value, Node>();
  for (const node of nodes) for (const value of [...node.outputs, ...node.inputs]) lastUse.set(value, node);
  const kept = new Set(outputs);
  const released = new Map<Node, Value[]>();
  for (const [value, node] of lastUse) {
    if (kept.has(value) || !isNode(value.origin)) continue;
    released.set(node, [...(released.get(node) ?? []), value]);
  }
  return { leaves, nodes, released };
}

/**
 * Runs the nodes on tensors of all leaves and returns the outputs' tensors. With `release`, intermediates are disposed after their last
 * use; without, they stay until the surrounding `tidy` ends, as TensorFlow's own differentiation needs them.
 */
export function runGraph(
  tf: Tensorflow,
  { nodes, released }: Schedule,
  outputs: readonly Value[],
  leaves: ReadonlyMap<Value, TfTensor>,
  { release }: { release: boolean },
): TfTensor[] {
  const tensors = new Map(leaves);
  const tensor = (value: Value): TfTensor => defined(tensors.get(value), `value ${value.id}`);
  const sizes = symbolSizes(
    [...leaves].map(([{ origin, shape }, { shape: found }]) => ({ name: nameOf(origin), declared: shape, found })),
  );
  for (const node of nodes) {
    const inputs = node.inputs.map(tensor);
    const shapes = node.outputs.map((y) => y.shape.map((d) => evaluateDim(d, sizes)));
    const results = tf.tidy(() => runKernel(tf, node, inputs, shapes));
    node.outputs.forEach((y, i) => tensors.set(y, defined(results[i], `output ${i} of ${node.op}`)));
    if (release) for (const value of released.get(node) ?? []) tensor(value).dispose();
  }
  return outputs.map(tensor);
}

const nameOf = (origin: Value['origin']): string => ('name' in origin ? origin.name : 'a constant');
