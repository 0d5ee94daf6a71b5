import type { Operator } from './operator.js';
import { erf, exp, relu, sigmoid, sign, silu, tanh } from './ops/activations.js';
import { add, sub } from './ops/add.js';
import { after } from './ops/after.js';
import { concat } from './ops/concat.js';
import { expand } from './ops/expand.js';
import { gather } from './ops/gather.js';
import { gelu } from './ops/gelu.js';
import { gemm } from './ops/gemm.js';
import { inverseRms } from './ops/inverseRms.js';
import { lstm } from './ops/lstm.js';
import { matMul } from './ops/matMul.js';
import { mul } from './ops/mul.js';
import { reduceMean, reduceSum } from './ops/reduce.js';
import { reduceLogSumExp } from './ops/reduceLogSumExp.js';
import { reshape } from './ops/reshape.js';
import { rmsNorm } from './ops/rmsNorm.js';
import { rotaryEmbedding } from './ops/rotaryEmbedding.js';
import { scatterRows } from './ops/scatterRows.js';
import { softmax } from './ops/softmax.js';
import { split } from './ops/split.js';
import { swiGlu } from './ops/swiGlu.js';
import { transpose } from './ops/transpose.js';
import { pack, unpack } from './ops/unpack.js';
import type { OpName } from './value.js';

/** Every operator: a name in OpParams without a rule here does not compile. */
export const operators: { readonly [Op in OpName]: Operator<Op> } = {
  After: after,
  Add: add,
  Sub: sub,
  Mul: mul,
  Gemm: gemm,
  MatMul: matMul,
  Transpose: transpose,
  Reshape: reshape,
  Expand: expand,
  Concat: concat,
  Split: split,
  Gather: gather,
  ScatterRows: scatterRows,
  Pack: pack,
  Unpack: unpack,
  ReduceSum: reduceSum,
  ReduceMean: reduceMean,
  ReduceLogSumExp: reduceLogSumExp,
  RMSNormalization: rmsNorm,
  InverseRms: inverseRms,
  Softmax: softmax,
  Exp: exp,
  Erf: erf,
  Relu: relu,
  Sign: sign,
  Sigmoid: sigmoid,
  Silu: silu,
  SwiGlu: swiGlu,
  Tanh: tanh,
  Gelu: gelu,
  LSTM: lstm,
  RotaryEmbedding: rotaryEmbedding,
};
