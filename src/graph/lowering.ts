import { defined } from '../common/assert.js';
import { operators } from './operators.js';
import { addDims, monomials, printShape, withAxis, type Dim, type Shape } from './shape.js';
import { reachable } from './reachable.js';
import { isNode, type DType, type Node, type OpName, type Value } from './value.js';

/** ONNX's side of the lowering, as plain data; `src/runtime/onnx` turns it into bytes. */
export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  /** The graph's outputs by our names, each the ONNX value that holds it. */
  readonly outputs: Readonly<Record<string, OnnxValue>>;
  /** Frozen weights, read from the model's files. */
  readonly weights: readonly OnnxValue[];
  readonly constants: readonly (OnnxValue & { readonly data: readonly number[] })[];
  readonly nodes: readonly OnnxNode[];
  /** Type and shape of every intermediate: without them the memory planner finds nothing to reuse. */
  readonly intermediates: readonly OnnxValue[];
}
export interface OnnxValue extends OnnxType {
  readonly name: string;
}
export interface OnnxType {
  readonly shape: Shape;
  readonly dtype: DType | 'int64';
}
export interface OnnxNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers, lists of integers, and floats and texts marked as such. */
  readonly attributes: Readonly<
    Record<string, number | readonly number[] | { readonly float: number } | { readonly string: string }>
  >;
}
type Attributes = OnnxNode['attributes'];

/** What an operator's lowering may do. Equal nodes are emitted once. */
export interface Emit {
  /** Whether onnxruntime's own fused operators (domain com.microsoft) may be used; not every execution provider has them. */
  readonly fused: boolean;
  /** The ONNX name of a value that was already lowered. */
  name(value: Value): string;
  /** One ONNX node; without a type it is the operator's own next output. */
  node(opType: string, inputs: readonly string[], attributes?: Attributes, type?: OnnxType): string;
  /** One ONNX node with several outputs. */
  nodes(
    opType: string,
    inputs: readonly string[],
    attributes: Attributes,
    types: readonly OnnxType[],
  ): readonly string[];
  float(data: readonly number[], shape?: Shape): string;
  int64(data: readonly number[]): string;
  /** The shape as an int64 tensor; with `inferOne`, one symbolic dimension may stay −1. */
  shapeTensor(shape: Shape, options: { inferOne: boolean }): string;
  /** Matrices [N_i, width] joined, with one row of zeros behind. `shape` is the joined shape without that row. */
  withZeroRow(names: readonly string[], shape: Shape): string;
}

/** Lowers the graph that the outputs depend on to portable ONNX operators. */
export function lowerToOnnx(outputs: Readonly<Record<string, Value>>, { fused = false } = {}): OnnxGraph {
  const { leaves, nodes } = reachable(Object.values(outputs));
  const names = new Map<Value, string>();
  const onnxNodes: OnnxNode[] = [];
  const intermediates: OnnxValue[] = [];
  const constants = new Map<string, OnnxValue & { data: readonly number[] }>();
  const emitted = new Map<string, readonly string[]>();
  const inputs: OnnxValue[] = [];
  const weights: OnnxValue[] = [];
  let count = 0;
  let pendingOutputs: Value[] = [];

  const constant = (data: readonly number[], shape: Shape, dtype: OnnxType['dtype']): string => {
    const key = `${dtype}${printShape(shape)}${data.join(',')}`;
    const found = constants.get(key);
    if (found) return found.name;
    const name = `c${constants.size}`;
    constants.set(key, { name, shape, dtype, data });
    return name;
  };

  const emitNodes: Emit['nodes'] = (opType, nodeInputs, attributes, types) => {
    const key = `${opType}(${nodeInputs.join(',')})${JSON.stringify(attributes)}`;
    const found = emitted.get(key);
    if (found) return found;
    const results = types.map(() => `v${count++}`);
    onnxNodes.push({ opType, inputs: nodeInputs, outputs: results, attributes });
    types.forEach(({ shape, dtype }, i) => intermediates.push({ name: defined(results[i], 'a name'), shape, dtype }));
    emitted.set(key, results);
    return results;
  };

  const emit: Emit = {
    fused,
    name: (value) => defined(names.get(value), 'the name of a lowered value'),
    node: (opType, nodeInputs, attributes = {}, type) =>
      defined(
        emitNodes(opType, nodeInputs, attributes, [type ?? defined(pendingOutputs.shift(), 'an output')])[0],
        opType,
      ),
    nodes: emitNodes,
    float: (data, shape = []) => constant(data, shape, 'float'),
    int64: (data) => constant(data, [data.length], 'int64'),
    shapeTensor: (shape, { inferOne }) => {
      const symbolic = shape.filter((d) => typeof d === 'string');
      if (symbolic.length === 0) return emit.int64(shape as number[]);
      if (inferOne && symbolic.length === 1) return emit.int64(shape.map((d) => (typeof d === 'number' ? d : -1)));
      return emit.node('Concat', shape.map(sizeOf), { axis: 0 }, { shape: [shape.length], dtype: 'int64' });
    },
    withZeroRow: (rows, shape) => {
      const zero = emit.float(new Array<number>(shape[1] as number).fill(0), [1, shape[1] as Dim]);
      const type = { shape: withAxis(shape, 0, addDims(shape[0] as Dim, 1)), dtype: 'float' } as const;
      return emit.node('Concat', [...rows, zero], { axis: 0 }, type);
    },
  };

  /** The size of a dimension as an int64 tensor [1], read from the graph's inputs when it runs. */
  const scalar64: OnnxType = { shape: [1], dtype: 'int64' };
  function sizeOf(dim: Dim): string {
    if (typeof dim === 'number') return emit.int64([dim]);
    const parts = monomials(dim).map(({ coefficient, symbols }) => {
      const factors = symbols.map(symbolSize);
      if (coefficient !== 1 || factors.length === 0) factors.push(emit.int64([coefficient]));
      return factors.reduce((a, b) => emit.node('Mul', [a, b], {}, scalar64));
    });
    return parts.reduce((a, b) => emit.node('Add', [a, b], {}, scalar64));
  }
  function symbolSize(symbol: string): string {
    for (const { name, shape } of inputs)
      for (const [axis, dim] of shape.entries()) {
        const [term, ...others] = monomials(dim);
        if (term?.symbols.length !== 1 || term.symbols[0] !== symbol || others.length > 0) continue;
        const size = emit.node('Shape', [name], { start: axis, end: axis + 1 }, scalar64);
        return term.coefficient === 1 ? size : emit.node('Div', [size, emit.int64([term.coefficient])], {}, scalar64);
      }
    throw new Error(`Internal error: no input has a dimension from which "${symbol}" follows`);
  }

  for (const value of leaves) {
    const { origin, shape, dtype } = value;
    if (isNode(origin)) continue;
    if (origin.kind === 'constant') names.set(value, constant(origin.data, shape, dtype));
    else {
      names.set(value, origin.name);
      (origin.kind === 'weight' ? weights : inputs).push({ name: origin.name, shape, dtype });
    }
  }
  for (const node of nodes) {
    pendingOutputs = [...node.outputs];
    const results = lowerNode(emit, node);
    node.outputs.forEach((y, i) => names.set(y, defined(results[i], `output ${i} of ${node.op}`)));
  }

  const found = Object.entries(outputs).map(([name, v]) => [
    name,
    { name: emit.name(v), shape: v.shape, dtype: v.dtype },
  ]);
  const outputValues = Object.fromEntries(found) as Record<string, OnnxValue>;
  const outputNames = new Set(Object.values(outputValues).map((v) => v.name));
  return {
    inputs,
    outputs: outputValues,
    weights,
    constants: [...constants.values()],
    nodes: onnxNodes,
    intermediates: intermediates.filter((v) => !outputNames.has(v.name)),
  };
}

function lowerNode<Op extends OpName>(emit: Emit, node: Node<Op>): readonly string[] {
  const { params, inputs, outputs } = node;
  return operators[node.op].lower({ emit, params, inputs, outputs });
}
