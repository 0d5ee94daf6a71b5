import { assert } from '../common/assert.js';
import type { Builder } from './builder.js';
import { operators } from './operators.js';
import { isNode, type Node, type OpName, type Value } from './value.js';

/**
 * Reverse-mode differentiation: the gradients of a scalar with respect to parameters, as more graph. Branches that no parameter reaches
 * are never walked, so frozen weights get no gradient and nothing is kept for one.
 */
export function gradients(build: Builder, loss: Value, parameters: readonly Value[]): Value[] {
  assert(loss.shape.length === 0, 'the loss must be a scalar');
  const totals = new Map<Value, Value>([[loss, build.scalar(1)]]);
  const accumulate = (value: Value, part: Value): void => {
    const sum = totals.get(value);
    totals.set(value, sum ? build.add(sum, part) : part);
  };
  const forward = upstreamNodes(loss);
  for (const node of forward.reverse()) {
    const dOutputs = node.outputs.map((y) => totals.get(y));
    if (dOutputs.every((d) => d === undefined)) continue;
    const parts = gradientOf(build, node, dOutputs);
    node.inputs.forEach((x, i) => {
      const part = parts[i];
      if (x.requiresGradient && part) accumulate(x, part);
    });
  }
  return parameters.map((p) => totals.get(p) ?? build.zeros(p.shape));
}

function gradientOf<Op extends OpName>(
  build: Builder,
  node: Node<Op>,
  dOutputs: (Value | undefined)[],
): readonly (Value | undefined)[] {
  const { params, inputs, outputs } = node;
  const wants = (i: number): boolean => inputs[i]?.requiresGradient ?? false;
  return operators[node.op].gradient({ build, params, inputs, outputs, dOutputs, wants });
}

/** The differentiable nodes that a value depends on, in order of creation. */
function upstreamNodes(value: Value): Node[] {
  const found = new Set<Node>();
  const pending = [value];
  for (let v = pending.pop(); v; v = pending.pop()) {
    if (!v.requiresGradient || !isNode(v.origin) || found.has(v.origin)) continue;
    found.add(v.origin);
    pending.push(...v.origin.inputs);
  }
  const order = (node: Node): number => node.outputs[0]?.id ?? 0;
  return [...found].sort((a, b) => order(a) - order(b));
}
