import { assert } from '../common/assert.js';
import { operators } from './operators.js';
import { broadcastShapes, elementCount, multiplyDims, sameShape, type Dim, type Shape } from './shape.js';
import { type DType, type Leaf, type Node, type OpName, type OpParams, type Value } from './value.js';

/**
 * Builds a graph. Operators are pure, so the same operator on the same inputs is the same value (hash-consing): a gradient rule may
 * ask again for what the forward pass computed and gets it for nothing. With `trainsWeights`, a model's weights are parameters.
 */
export type Builder = ReturnType<typeof createBuilder>;

export function createBuilder({ trainsWeights = false } = {}) {
  const leaves: Value[] = [];
  const nodes: Node[] = [];
  const known = new Map<string, readonly Value[]>();
  let count = 0;

  const leaf = (origin: Leaf, shape: Shape, dtype: DType): Value => {
    const key = JSON.stringify(origin.kind === 'constant' ? { ...origin, shape, dtype } : origin);
    const found = known.get(key)?.[0];
    if (found) {
      assert(sameShape(found.shape, shape) && found.dtype === dtype, `two leaves named ${key} of different shapes`);
      return found;
    }
    const value: Value = { id: count++, shape, dtype, requiresGradient: origin.kind === 'parameter', origin };
    leaves.push(value);
    known.set(key, [value]);
    return value;
  };

  const apply = <Op extends OpName>(op: Op, inputs: readonly Value[], params: OpParams[Op]): readonly Value[] => {
    const key = `${op}(${inputs.map((v) => v.id).join(',')})${JSON.stringify(params)}`;
    const found = known.get(key);
    if (found) return found;
    const outputs: Value[] = [];
    const node: Node<Op> = { op, inputs, params, outputs };
    const requiresGradient = inputs.some((v) => v.requiresGradient);
    for (const { shape, dtype } of operators[op].outputs(inputs, params))
      outputs.push({ id: count++, shape, dtype, requiresGradient, origin: node as Node });
    nodes.push(node as Node);
    known.set(key, outputs);
    return outputs;
  };
  const one = <Op extends OpName>(op: Op, inputs: readonly Value[], params: OpParams[Op]): Value => {
    const [value] = apply(op, inputs, params);
    assert(value, `${op} gave no output`);
    return value;
  };

  const build = {
    leaves: leaves as readonly Value[],
    nodes: nodes as readonly Node[],

    input: (name: string, shape: Shape, dtype: DType = 'int') => leaf({ kind: 'input', name }, shape, dtype),
    parameter: (name: string, shape: Shape) => leaf({ kind: 'parameter', name }, shape, 'float'),
    weight: (name: string, shape: Shape) =>
      leaf({ kind: trainsWeights ? 'parameter' : 'weight', name }, shape, 'float'),
    constant: (data: readonly number[], shape: Shape, dtype: DType = 'float') =>
      leaf({ kind: 'constant', data }, shape, dtype),
    scalar: (x: number) => leaf({ kind: 'constant', data: [x] }, [], 'float'),

    /** x, computed no earlier than `awaited`: for rematerialisation in gradient rules. */
    after: (x: Value, awaited: Value) => one('After', [x, awaited], {}),
    add: (a: Value, b: Value) => one('Add', [a, b], {}),
    sub: (a: Value, b: Value) => one('Sub', [a, b], {}),
    mul: (a: Value, b: Value | number) => one('Mul', [a, typeof b === 'number' ? build.scalar(b) : b], {}),
    /** op(a) · op(b) + c: a [M, K], b [K, N], c [N] or [M, N]. */
    gemm: (a: Value, b: Value, options: { transA?: boolean; transB?: boolean; c?: Value | undefined } = {}) =>
      one('Gemm', options.c ? [a, b, options.c] : [a, b], {
        transA: options.transA ?? false,
        transB: options.transB ?? false,
      }),
    /** op(a) · op(b): a [..., M, K], b [..., K, N] with the same leading dimensions. */
    matMul: (a: Value, b: Value, { transA = false, transB = false } = {}) => one('MatMul', [a, b], { transA, transB }),
    transpose: (x: Value, perm: readonly number[]) => one('Transpose', [x], { perm }),
    /** The last two axes exchanged. */
    swapLast: (x: Value) => {
      const rank = x.shape.length;
      return build.transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
    },
    reshape: (x: Value, shape: Shape) => (sameShape(x.shape, shape) ? x : one('Reshape', [x], { shape })),
    expand: (x: Value, shape: Shape) => (sameShape(x.shape, shape) ? x : one('Expand', [x], { shape })),
    zeros: (shape: Shape) => build.expand(build.scalar(0), shape),
    concat: (values: readonly Value[], axis: number) =>
      values.length === 1 && values[0] ? values[0] : one('Concat', values, { axis }),
    split: (x: Value, sizes: Shape, axis: number) => apply('Split', [x], { axis, sizes }),
    /** Rows of a table: table [N, ...rest], indices [...I] → [...I, ...rest]. */
    gather: (table: Value, indices: Value) => one('Gather', [table, indices], {}),
    /** Each row x [...I, ...rest] added to the row of [rows, ...rest] that its index [...I] names. */
    scatterRows: (x: Value, indices: Value, rows: Dim) => one('ScatterRows', [x, indices], { rows }),
    unpack: (x: Value, indices: readonly Value[], inverse: Value, options: { zeros: boolean; partial: boolean }) =>
      apply('Unpack', [x, inverse, ...indices], { ...options, outputs: indices.length }),
    pack: (
      sources: readonly Value[],
      index: Value,
      inverses: readonly Value[],
      options: { zeros: boolean; partial: boolean },
    ) => one('Pack', [...sources, index, ...inverses], { ...options, sources: sources.length }),
    reduceSum: (x: Value, axes: readonly number[], keepdims: boolean) =>
      axes.length === 0 ? x : one('ReduceSum', [x], { axes, keepdims }),
    reduceMean: (x: Value, axes: readonly number[]) => one('ReduceMean', [x], { axes }),
    /** log Σ exp over the last axis, which is kept as 1. */
    reduceLogSumExp: (x: Value) => one('ReduceLogSumExp', [x], {}),
    /** 1 / √(mean(x²) + ε) over the last axis, which is kept as 1. */
    inverseRms: (x: Value, epsilon: number) => one('InverseRms', [x], { epsilon }),
    softmax: (x: Value) => one('Softmax', [x], {}),
    exp: (x: Value) => one('Exp', [x], {}),
    erf: (x: Value) => one('Erf', [x], {}),
    relu: (x: Value) => one('Relu', [x], {}),
    sign: (x: Value) => one('Sign', [x], {}),
    sigmoid: (x: Value) => one('Sigmoid', [x], {}),
    silu: (x: Value) => one('Silu', [x], {}),
    /** gate · σ(gate) · up. */
    swiGlu: (gate: Value, up: Value) => one('SwiGlu', [gate, up], {}),
    tanh: (x: Value) => one('Tanh', [x], {}),
    gelu: (x: Value, approximate: 'none' | 'tanh') => one('Gelu', [x], { approximate }),
    /** One direction of one LSTM layer over x [steps, in], in PyTorch's layout; bias is the sum of both: [steps, size]. */
    lstm: (
      x: Value,
      { weightIh, weightHh, bias }: { weightIh: Value; weightHh: Value; bias: Value },
      direction: 'forward' | 'reverse',
    ) => one('LSTM', [x, weightIh, weightHh, bias], { direction }),
    /** x [rows, heads, size] rotated by the angles of cos and sin [rows, size/2]. */
    rotaryEmbedding: (x: Value, cos: Value, sin: Value) => one('RotaryEmbedding', [x, cos, sin], {}),

    /** x / rms(x) · weight over the last axis. */
    rmsNorm: (x: Value, weight: Value, epsilon: number) => one('RMSNormalization', [x, weight], { epsilon }),
    /** (x − mean) / std · weight + bias over the last axis (Ba, Kiros, Hinton 2016, eq. 3). */
    layerNorm: (x: Value, weight: Value, bias: Value, epsilon: number) => {
      const centred = build.sub(x, build.reduceMean(x, [x.shape.length - 1]));
      return build.add(build.mul(build.mul(centred, build.inverseRms(centred, epsilon)), weight), bias);
    },

    /** Sums x down to a shape that broadcasts to x's: the one place where broadcasting is undone. */
    sumTo: (x: Value, shape: Shape): Value => {
      if (sameShape(x.shape, shape)) return x;
      assert(sameShape(broadcastShapes(x.shape, shape), x.shape), 'sumTo needs a shape that broadcasts to its value');
      const lead = x.shape.length - shape.length;
      const axes = [...x.shape.keys()].filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1));
      return build.reshape(build.reduceSum(x, axes, true), shape);
    },
    /** x with its leading axes up to `axis` (exclusive) joined to one. */
    flattenTo2d: (x: Value): Value => {
      const width = x.shape.at(-1) as Dim;
      return build.reshape(x, [elementCount(x.shape.slice(0, -1)), width]);
    },
    /** x [rows, heads·size] seen as [rows·heads, size]. */
    splitHeads: (x: Value, heads: number, size: number): Value =>
      build.reshape(x, [multiplyDims(x.shape[0] as Dim, heads), size]),
  };
  return build;
}
