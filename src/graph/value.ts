import type { Dim, Shape } from './shape.js';

/** Element types: `float` is float32 (float64 in the tests' interpreter), `int` is int32. */
export type DType = 'float' | 'int';

/**
 * Every operator and its parameters. Names are ONNX's where ONNX has the operator; the others are `After` (order), `Pack`, `Unpack` (rows to padded
 * blocks and back), `ScatterRows` (Gather's adjoint), `InverseRms`, `Silu` and `SwiGlu`, which ONNX spells in several operators.
 */
export interface OpParams {
  After: Record<never, never>;
  Add: Record<never, never>;
  Sub: Record<never, never>;
  Mul: Record<never, never>;
  Gemm: { transA: boolean; transB: boolean };
  MatMul: { transA: boolean; transB: boolean };
  Transpose: { perm: readonly number[] };
  Reshape: { shape: Shape };
  Expand: { shape: Shape };
  Concat: { axis: number };
  Split: { axis: number; sizes: Shape };
  Gather: Record<never, never>;
  ScatterRows: { rows: Dim };
  Pack: { zeros: boolean; partial: boolean; sources: number };
  Unpack: { zeros: boolean; partial: boolean; outputs: number };
  ReduceSum: { axes: readonly number[]; keepdims: boolean };
  ReduceMean: { axes: readonly number[] };
  ReduceLogSumExp: Record<never, never>;
  RMSNormalization: { epsilon: number };
  InverseRms: { epsilon: number };
  Softmax: Record<never, never>;
  Exp: Record<never, never>;
  Erf: Record<never, never>;
  Relu: Record<never, never>;
  Sign: Record<never, never>;
  Sigmoid: Record<never, never>;
  Silu: Record<never, never>;
  SwiGlu: Record<never, never>;
  Tanh: Record<never, never>;
  Gelu: { approximate: 'none' | 'tanh' };
  LSTM: { direction: 'forward' | 'reverse' };
  RotaryEmbedding: Record<never, never>;
}
export type OpName = keyof OpParams;

/**
 * Where a value without inputs comes from: fed at every run (`input`), trained and fed (`parameter`), frozen and read from the model's
 * files (`weight`), or part of the graph (`constant`).
 */
export type Leaf =
  { kind: 'input' | 'parameter' | 'weight'; name: string } | { kind: 'constant'; data: readonly number[] };

export interface Node<Op extends OpName = OpName> {
  readonly op: Op;
  readonly params: OpParams[Op];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

export interface Value {
  /** Position in order of creation: inputs of a node always come before its outputs. */
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether a parameter stands upstream. */
  readonly requiresGradient: boolean;
  readonly origin: Leaf | Node;
}

export const isNode = (origin: Leaf | Node): origin is Node => 'op' in origin;
