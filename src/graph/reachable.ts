import { isNode, type Node, type Value } from './value.js';

/** The leaves and nodes that outputs depend on, each in order of creation: inputs always come before their users. */
export function reachable(outputs: readonly Value[]): { leaves: Value[]; nodes: Node[] } {
  const leaves = new Set<Value>();
  const nodes = new Set<Node>();
  const pending = [...outputs];
  for (let v = pending.pop(); v; v = pending.pop()) {
    if (!isNode(v.origin)) leaves.add(v);
    else if (!nodes.has(v.origin)) {
      nodes.add(v.origin);
      pending.push(...v.origin.inputs);
    }
  }
  const order = (node: Node): number => node.outputs[0]?.id ?? 0;
  return {
    leaves: [...leaves].sort((a, b) => a.id - b.id),
    nodes: [...nodes].sort((a, b) => order(a) - order(b)),
  };
}
