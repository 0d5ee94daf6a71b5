import { assert, defined } from '../../src/common/assert.js';
import { reachable } from '../../src/graph/reachable.js';
import { evaluateDim, printShape } from '../../src/graph/shape.js';
import { isNode, type Node, type OpName, type OpParams, type Value } from '../../src/graph/value.js';
import { symbolSizes } from '../../src/runtime/tensorflow/symbolSizes.js';

/** What the interpreter is fed: anything that a session is fed, and float64. */
export interface Operand {
  readonly data: Float64Array | Float32Array | Int32Array;
  readonly shape: readonly number[];
}
export interface Tensor64 extends Operand {
  readonly data: Float64Array;
}
type Operands = Readonly<Record<string, Operand>>;

/**
 * Runs a graph in float64, straight from the operators' definitions: what gradient rules and lowerings are held against.
 * Inputs, parameters and weights are found by name in `feeds` and `weights`.
 */
export function interpret<Name extends string>(
  outputs: Readonly<Record<Name, Value>>,
  feeds: Operands,
  weights: Operands = {},
): Record<Name, Tensor64> {
  const { leaves, nodes } = reachable(Object.values<Value>(outputs));
  const values = new Map<Value, Operand>();
  for (const leaf of leaves) {
    if (isNode(leaf.origin)) continue;
    const { origin } = leaf;
    const found =
      origin.kind === 'constant'
        ? { data: Float64Array.from(origin.data), shape: leaf.shape.map(Number) }
        : defined(
            origin.kind === 'weight' ? weights[origin.name] : feeds[origin.name],
            `the ${origin.kind} ${origin.name}`,
          );
    values.set(leaf, found);
  }
  const sizes = symbolSizes(
    [...values].map(([{ origin, shape }, { data, shape: found }]) => {
      const name = 'name' in origin ? origin.name : 'a constant';
      assert(size(found) === data.length, `${name} is ${printShape(found)} with ${data.length} elements`);
      return { name, declared: shape, found };
    }),
  );
  const operand = (value: Value): Operand => defined(values.get(value), `value ${value.id}`);
  for (const node of nodes) {
    const shapes = node.outputs.map((y) => y.shape.map((d) => evaluateDim(d, sizes)));
    const results = runNode(node, node.inputs.map(operand), shapes);
    node.outputs.forEach((y, i) =>
      values.set(y, { data: defined(results[i], `output ${i} of ${node.op}`), shape: defined(shapes[i], 'a shape') }),
    );
  }
  const named = Object.entries<Value>(outputs).map(([name, v]) => {
    const { data, shape } = operand(v);
    return [name, { data: Float64Array.from(data), shape }];
  });
  return Object.fromEntries(named) as Record<Name, Tensor64>;
}

/** Data of the outputs, whose sizes the shape rules gave. */
type Kernel<Op extends OpName> = (
  inputs: readonly Operand[],
  shapes: readonly (readonly number[])[],
  params: OpParams[Op],
) => readonly Float64Array[];

function runNode<Op extends OpName>(
  { op, params }: Node<Op>,
  inputs: readonly Operand[],
  shapes: readonly (readonly number[])[],
): readonly Float64Array[] {
  return kernels[op](inputs, shapes, params);
}

const unary =
  (f: (x: number) => number): Kernel<OpName> =>
  ([x]) => [Float64Array.from(at(x).data, f)];

const binary =
  (f: (a: number, b: number) => number): Kernel<OpName> =>
  ([a, b], [shape]) => {
    const [x, y] = [broadcast(at(a), at(shape)), broadcast(at(b), at(shape))];
    return [x.map((v, i) => f(v, y[i] as number))];
  };

/** f of every row along the last axis, to `width` numbers. */
function alongRows({ data, shape }: Operand, width: number, f: (row: Float64Array) => ArrayLike<number>): Float64Array {
  const length = at(shape.at(-1));
  const result = new Float64Array((data.length / length) * width);
  for (let row = 0; row < data.length / length; row++)
    result.set(f(Float64Array.from(data.subarray(row * length, (row + 1) * length))), row * width);
  return result;
}

const kernels: { readonly [Op in OpName]: Kernel<Op> } = {
  After: ([x]) => [Float64Array.from(at(x).data)],
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),

  Gemm: ([a, b, c], [shape], { transA, transB }) => {
    const product = multiply(at(a), at(b), transA, transB, at(shape));
    if (!c) return [product];
    const added = broadcast(c, at(shape));
    return [product.map((v, i) => v + (added[i] as number))];
  },
  MatMul: ([a, b], [shape], { transA, transB }) => [multiply(at(a), at(b), transA, transB, at(shape))],

  Transpose: ([x], [shape], { perm }) => {
    const strides = stridesOf(at(x).shape);
    const offsets = offsetsOf(
      at(shape),
      perm.map((axis) => at(strides[axis])),
    );
    return [pick(at(x).data, offsets)];
  },
  Reshape: ([x]) => [Float64Array.from(at(x).data)],
  Expand: ([x], [shape]) => [broadcast(at(x), at(shape))],
  Concat: (inputs, [shape], { axis }) => {
    const result = new Float64Array(size(at(shape)));
    const strides = stridesOf(at(shape));
    let start = 0;
    for (const x of inputs) {
      const offsets = offsetsOf(x.shape, strides, start * at(strides.at(axis)));
      x.data.forEach((v, i) => (result[offsets[i] as number] = v));
      start += at(x.shape.at(axis));
    }
    return [result];
  },
  Split: ([x], shapes, { axis }) => {
    const strides = stridesOf(at(x).shape);
    let start = 0;
    return shapes.map((shape) => {
      const offsets = offsetsOf(shape, strides, start * at(strides.at(axis)));
      start += at(shape.at(axis));
      return pick(at(x).data, offsets);
    });
  },
  Gather: ([table, indices]) => [gatherRows(at(table).data, size(at(table).shape.slice(1)), at(indices).data)],
  ScatterRows: ([x, indices], [shape]) => {
    const width = size(at(shape).slice(1));
    const result = new Float64Array(size(at(shape)));
    at(indices).data.forEach((row, i) => {
      for (let j = 0; j < width; j++) result[row * width + j]! += at(at(x).data[i * width + j]);
    });
    return [result];
  },
  Unpack: ([x, inverse, ...indices], _, { zeros }) => {
    const [rows, width] = at(x).shape as [number, number];
    const source = joinRows([at(x)], zeros ? width : 0);
    assert(at(inverse).data.length === rows && indices.length > 0, 'Unpack of rows');
    return indices.map((index) => gatherRows(source, width, index.data));
  },
  Pack: (inputs, [shape], { sources, zeros }) => {
    const width = at(at(shape).at(-1));
    const joined = joinRows(inputs.slice(0, sources), zeros ? width : 0);
    return [gatherRows(joined, width, at(inputs[sources]).data)];
  },

  ReduceSum: ([x], [shape], { axes }) => [sumOver(at(x), axes, at(shape))],
  ReduceMean: ([x], [shape], { axes }) => {
    const count = at(x).data.length / size(at(shape));
    return [sumOver(at(x), axes, at(shape)).map((v) => v / count)];
  },
  ReduceLogSumExp: ([x]) => [
    alongRows(at(x), 1, (row) => {
      const largest = Math.max(...row);
      return [largest + Math.log(sum(row.map((v) => Math.exp(v - largest))))];
    }),
  ],
  RMSNormalization: ([x, weight], _, { epsilon }) => [
    alongRows(at(x), at(at(x).shape.at(-1)), (row) => {
      const scale = 1 / rms(row, epsilon);
      return row.map((v, i) => v * scale * at(at(weight).data[i]));
    }),
  ],
  InverseRms: ([x], _, { epsilon }) => [alongRows(at(x), 1, (row) => [1 / rms(row, epsilon)])],
  Softmax: ([x]) => [
    alongRows(at(x), at(at(x).shape.at(-1)), (row) => {
      const largest = Math.max(...row);
      const powers = row.map((v) => Math.exp(v - largest));
      const total = sum(powers);
      return powers.map((v) => v / total);
    }),
  ],
  Exp: unary(Math.exp),
  Erf: unary(erf),
  Relu: unary((x) => Math.max(x, 0)),
  Sign: unary(Math.sign),
  Sigmoid: unary(sigmoid),
  Silu: unary((x) => x * sigmoid(x)),
  SwiGlu: binary((gate, up) => gate * sigmoid(gate) * up),
  Tanh: unary(Math.tanh),
  Gelu: ([x], _, { approximate }) => {
    const weight = (v: number): number =>
      approximate === 'none' ? erf(v * Math.SQRT1_2) : Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3));
    return [Float64Array.from(at(x).data, (v) => 0.5 * v * (1 + weight(v)))];
  },
  LSTM: ([x, weightIh, weightHh, bias], [shape], { direction }) => {
    const [steps, size] = at(shape) as [number, number];
    const width = at(at(x).shape[1]);
    const y = new Float64Array(steps * size);
    let [h, c] = [new Float64Array(size), new Float64Array(size)];
    for (let n = 0; n < steps; n++) {
      const t = direction === 'forward' ? n : steps - 1 - n;
      const gate = (k: number): number => {
        let total = at(at(bias).data[k]);
        for (let j = 0; j < width; j++) total += at(at(weightIh).data[k * width + j]) * at(at(x).data[t * width + j]);
        for (let j = 0; j < size; j++) total += at(at(weightHh).data[k * size + j]) * at(h[j]);
        return total;
      };
      const sums = Array.from({ length: 4 * size }, (_, k) => gate(k));
      c = c.map(
        (cell, k) => sigmoid(at(sums[size + k])) * cell + sigmoid(at(sums[k])) * Math.tanh(at(sums[2 * size + k])),
      );
      h = c.map((cell, k) => sigmoid(at(sums[3 * size + k])) * Math.tanh(cell));
      y.set(h, t * size);
    }
    return [y];
  },
  RotaryEmbedding: ([x, cos, sin]) => {
    const [rows, heads, width] = at(x).shape as [number, number, number];
    const { data } = at(x);
    const half = width / 2;
    const result = new Float64Array(data.length);
    for (let row = 0; row < rows; row++)
      for (let head = 0; head < heads; head++)
        for (let i = 0; i < half; i++) {
          const first = (row * heads + head) * width + i;
          const [c, s] = [at(at(cos).data[row * half + i]), at(at(sin).data[row * half + i])];
          const [x1, x2] = [at(data[first]), at(data[first + half])];
          result[first] = x1 * c - x2 * s;
          result[first + half] = x2 * c + x1 * s;
        }
    return [result];
  },
};

function at<T>(value: T | undefined): T {
  return defined(value, 'an operand');
}

function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function sum(row: Float64Array): number {
  return row.reduce((a, b) => a + b, 0);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function rms(row: Float64Array, epsilon: number): number {
  return Math.sqrt(sum(row.map((v) => v * v)) / row.length + epsilon);
}

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms all have one sign (Abramowitz, Stegun 7.1.6). */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, total] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/** Row-major strides. */
function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => size(shape.slice(axis + 1)));
}

/** Where the elements of a shape lie, in row-major order, when its axes have these strides. */
function offsetsOf(shape: readonly number[], strides: readonly number[], start = 0): Int32Array {
  let offsets = Int32Array.of(start);
  shape.forEach((length, axis) => {
    const stride = at(strides[axis]);
    const next = new Int32Array(offsets.length * length);
    offsets.forEach((offset, i) => {
      for (let j = 0; j < length; j++) next[i * length + j] = offset + j * stride;
    });
    offsets = next;
  });
  return offsets;
}

function pick(data: Operand['data'], offsets: Int32Array): Float64Array {
  const result = new Float64Array(offsets.length);
  for (let i = 0; i < offsets.length; i++) result[i] = data[offsets[i] as number] as number;
  return result;
}

function broadcast({ data, shape }: Operand, target: readonly number[]): Float64Array {
  if (shape.join() === target.join()) return Float64Array.from(data);
  const strides = stridesOf(shape);
  const lead = target.length - shape.length;
  const repeated = target.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : at(strides[axis - lead])));
  return pick(data, offsetsOf(target, repeated));
}

/** Sums over axes; the result's shape may keep them as 1 or leave them out. */
function sumOver({ data, shape }: Operand, axes: readonly number[], target: readonly number[]): Float64Array {
  const strides = stridesOf(shape.map((length, axis) => (axes.includes(axis) ? 1 : length)));
  const offsets = offsetsOf(
    shape,
    strides.map((stride, axis) => (axes.includes(axis) ? 0 : stride)),
  );
  const result = new Float64Array(size(target));
  data.forEach((v, i) => {
    const offset = offsets[i] as number;
    result[offset] = at(result[offset]) + v;
  });
  return result;
}

/** Products of matrices [M, K] · [K, N] over equal leading dimensions; a transposed one lies as [K, M] or [N, K]. */
function multiply(a: Operand, b: Operand, transA: boolean, transB: boolean, shape: readonly number[]): Float64Array {
  const [m, n] = shape.slice(-2) as [number, number];
  const k = at(transA ? a.shape.at(-2) : a.shape.at(-1));
  const [rowA, stepA] = transA ? [1, m] : [k, 1];
  const [stepB, columnB] = transB ? [1, k] : [n, 1];
  const result = new Float64Array(size(shape));
  for (let batch = 0; batch < result.length / (m * n); batch++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let [p, q] = [batch * m * k + i * rowA, batch * k * n + j * columnB];
        let total = 0;
        for (let l = 0; l < k; l++, p += stepA, q += stepB) total += (a.data[p] as number) * (b.data[q] as number);
        result[batch * m * n + i * n + j] = total;
      }
  return result;
}

/** The numbers of all blocks, one after the other, and zeros behind. */
function joinRows(blocks: readonly Operand[], zeros: number): Float64Array {
  const joined = new Float64Array(blocks.reduce((n, { data }) => n + data.length, zeros));
  let start = 0;
  for (const { data } of blocks) {
    joined.set(data, start);
    start += data.length;
  }
  return joined;
}

function gatherRows(source: Operand['data'], width: number, indices: Operand['data']): Float64Array {
  const result = new Float64Array(indices.length * width);
  indices.forEach((row, i) => {
    assert(row >= 0 && (row + 1) * width <= source.length, `row ${row} of ${source.length / width}`);
    result.set(source.subarray(row * width, (row + 1) * width), i * width);
  });
  return result;
}
