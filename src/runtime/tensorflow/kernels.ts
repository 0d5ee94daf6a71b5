import type * as tensorflow from '@tensorflow/tfjs';
import { defined } from '../../common/assert.js';
import type { Node, OpName, OpParams } from '../../graph/value.js';

/** The module, handed in: `@tensorflow/tfjs` and the packages that bind it to native TensorFlow have the same face. */
export type Tensorflow = typeof tensorflow;
export type TfTensor = tensorflow.Tensor;

/** Every output is a tensor of its own, also where it shares an input's memory, so that each can be disposed. */
type Kernel<Op extends OpName> = (
  tf: Tensorflow,
  inputs: readonly TfTensor[],
  /** Sizes of the outputs. */
  shapes: readonly number[][],
  params: OpParams[Op],
) => TfTensor | TfTensor[];

/** Runs one node. Called where TensorFlow records operations, it can be differentiated. */
export function runKernel<Op extends OpName>(
  tf: Tensorflow,
  { op, params }: Node<Op>,
  inputs: readonly TfTensor[],
  shapes: readonly number[][],
): TfTensor[] {
  return [kernels[op](tf, inputs, shapes, params)].flat();
}

const kernels: { readonly [Op in OpName]: Kernel<Op> } = {
  After: (_, [x]) => at(x).clone(),
  Add: (tf, [a, b]) => tf.add(at(a), at(b)),
  Sub: (tf, [a, b]) => tf.sub(at(a), at(b)),
  Mul: (tf, [a, b]) => tf.mul(at(a), at(b)),
  Gemm: (tf, [a, b, c], _, { transA, transB }) => {
    const product = tf.matMul(at(a), at(b), transA, transB);
    return c ? tf.add(product, c) : product;
  },
  MatMul: (tf, [a, b], _, { transA, transB }) => tf.matMul(at(a), at(b), transA, transB),
  Transpose: (tf, [x], _, { perm }) => tf.transpose(at(x), [...perm]),
  Reshape: (tf, [x], [shape]) => tf.reshape(at(x), at(shape)),
  Expand: (tf, [x], [shape]) => tf.broadcastTo(at(x), at(shape)),
  Concat: (tf, inputs, _, { axis }) => tf.concat([...inputs], axis),
  Split: (tf, [x], shapes, { axis }) =>
    tf.split(
      at(x),
      shapes.map((shape) => at(shape.at(axis))),
      axis,
    ),
  Gather: (tf, [table, indices]) => tf.gather(at(table), at(indices)),
  ScatterRows: (tf, [x, indices], [shape]) => {
    const [rows = 0, ...rest] = at(shape);
    const flat = tf.reshape(at(indices), [-1]);
    return tf.unsortedSegmentSum(tf.reshape(at(x), [flat.size, ...rest]), flat as tensorflow.Tensor1D, rows);
  },
  Unpack: (tf, [x, , ...indices], _, { zeros }) => {
    const source = zeros ? tf.concat([at(x), tf.zeros([1, at(at(x).shape[1])])], 0) : at(x);
    return indices.map((index) => tf.gather(source, index));
  },
  Pack: (tf, inputs, [shape], { sources, zeros }) => {
    const width = at(at(shape)[1]);
    const rows = inputs.slice(0, sources).map((x) => tf.reshape(x, [-1, width]));
    return tf.gather(tf.concat(zeros ? [...rows, tf.zeros([1, width])] : rows, 0), at(inputs[sources]));
  },
  ReduceSum: (tf, [x], _, { axes, keepdims }) => tf.sum(at(x), [...axes], keepdims),
  ReduceMean: (tf, [x], _, { axes }) => tf.mean(at(x), [...axes], true),
  ReduceLogSumExp: (tf, [x]) => tf.logSumExp(at(x), -1, true),
  RMSNormalization: (tf, [x, weight], _, { epsilon }) =>
    tf.mul(tf.mul(at(x), inverseRms(tf, at(x), epsilon)), at(weight)),
  InverseRms: (tf, [x], _, { epsilon }) => inverseRms(tf, at(x), epsilon),
  Softmax: (tf, [x]) => tf.softmax(at(x)),
  Exp: (tf, [x]) => tf.exp(at(x)),
  Erf: (tf, [x]) => tf.erf(at(x)),
  Relu: (tf, [x]) => tf.relu(at(x)),
  Sign: (tf, [x]) => tf.sign(at(x)),
  Sigmoid: (tf, [x]) => tf.sigmoid(at(x)),
  Silu: (tf, [x]) => tf.mul(at(x), tf.sigmoid(at(x))),
  SwiGlu: (tf, [gate, up]) => tf.mul(tf.mul(at(gate), tf.sigmoid(at(gate))), at(up)),
  Tanh: (tf, [x]) => tf.tanh(at(x)),
  Gelu: (tf, [x], _, { approximate }) => {
    const weight =
      approximate === 'none'
        ? tf.erf(tf.mul(at(x), Math.SQRT1_2))
        : tf.tanh(tf.mul(tf.mul(at(x), Math.sqrt(2 / Math.PI)), tf.add(tf.mul(tf.square(at(x)), 0.044715), 1)));
    return tf.mul(tf.mul(at(x), 0.5), tf.add(weight, 1));
  },
  LSTM: (tf, [x, weightIh, weightHh, bias], [shape], { direction }) => {
    const [steps, size] = [at(at(shape)[0]), at(at(shape)[1])];
    const times = [...Array(steps).keys()];
    if (direction === 'reverse') times.reverse();
    let [hidden, cell]: TfTensor[] = [tf.zeros([1, size]), tf.zeros([1, size])];
    const outputs: TfTensor[] = [];
    for (const t of times) {
      const sums = tf.add(
        tf.add(tf.matMul(tf.slice(at(x), [t, 0], [1, -1]), at(weightIh), false, true), at(bias)),
        tf.matMul(at(hidden), at(weightHh), false, true),
      );
      const [i, f, g, o] = tf.split(sums, 4, 1);
      cell = tf.add(tf.mul(tf.sigmoid(at(f)), at(cell)), tf.mul(tf.sigmoid(at(i)), tf.tanh(at(g))));
      hidden = tf.mul(tf.sigmoid(at(o)), tf.tanh(cell));
      outputs[t] = hidden;
    }
    return tf.concat(outputs, 0);
  },
  RotaryEmbedding: (tf, [x, cosines, sines]) => {
    const [rows, , width] = at(x).shape as [number, number, number];
    const [x1, x2] = tf.split(at(x), 2, -1);
    const [cos, sin] = [cosines, sines].map((v) => tf.reshape(at(v), [rows, 1, width / 2]));
    const scaled = (part: TfTensor | undefined, by: TfTensor | undefined): TfTensor => tf.mul(at(part), at(by));
    return tf.concat([tf.sub(scaled(x1, cos), scaled(x2, sin)), tf.add(scaled(x2, cos), scaled(x1, sin))], -1);
  },
};

const inverseRms = (tf: Tensorflow, x: TfTensor, epsilon: number): TfTensor =>
  tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));

function at<T>(value: T | undefined): T {
  return defined(value, 'an operand');
}
