import { isNode, type Leaf, type Value } from './value.js';
import { printShape } from './shape.js';
import { reachable } from './reachable.js';

/** The graph as text, one line a node, with stable names: for snapshots and for reading. */
export function printGraph(outputs: Readonly<Record<string, Value>>): string {
  const names = new Map<Value, string>();
  const lines: string[] = [];
  const { leaves, nodes } = reachable(Object.values(outputs));
  for (const leaf of leaves) {
    if (isNode(leaf.origin)) continue;
    names.set(leaf, leafName(leaf.origin));
    if (leaf.origin.kind !== 'constant') lines.push(`${leaf.origin.kind} ${leafName(leaf.origin)}: ${type(leaf)}`);
  }
  let next = 0;
  for (const node of nodes) {
    for (const y of node.outputs) names.set(y, `%${next++}`);
    const params = Object.entries(node.params).map(([k, v]) => `${k}=${JSON.stringify(v)}`);
    const call = `${node.op}(${node.inputs.map((x) => names.get(x)).join(', ')})`;
    const results = node.outputs.map((y) => `${names.get(y)}: ${type(y)}`).join(', ');
    lines.push(`${results} = ${call}${params.length > 0 ? ` {${params.join(', ')}}` : ''}`);
  }
  for (const [name, value] of Object.entries(outputs)) lines.push(`output ${name} = ${names.get(value)}`);
  return lines.join('\n') + '\n';
}

const type = (v: Value): string => `${v.dtype}${printShape(v.shape)}`;

const leafName = (leaf: Leaf): string =>
  leaf.kind !== 'constant'
    ? leaf.name
    : leaf.data.length <= 4
      ? `(${leaf.data.map((x) => Number(x.toPrecision(6))).join(', ')})`
      : `(${leaf.data.length} constants)`;
