import type { Builder } from './builder.js';
import type { Emit } from './lowering.js';
import type { Shape } from './shape.js';
import type { DType, OpName, OpParams, Value } from './value.js';

/** What an operator must declare; the table in `operators.ts` does not compile while one is missing. */
export interface Operator<Op extends OpName> {
  /** Shapes and types of the outputs; throws where the inputs do not fit. */
  outputs(inputs: readonly Value[], params: OpParams[Op]): readonly { shape: Shape; dtype: DType }[];
  /**
   * The gradient with respect to each input, from the gradients of the outputs (undefined: zero). `undefined` for an input means that
   * none flows; the walk never asks for inputs that no parameter reaches, but a rule may ask `wants` to save the work.
   */
  gradient(call: GradientCall<Op>): readonly (Value | undefined)[];
  /** Portable ONNX operators for it; returns the names of the outputs. */
  lower(call: LoweringCall<Op>): readonly string[];
}

export interface GradientCall<Op extends OpName> {
  readonly build: Builder;
  readonly params: OpParams[Op];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly dOutputs: readonly (Value | undefined)[];
  wants(input: number): boolean;
}

export interface LoweringCall<Op extends OpName> {
  readonly emit: Emit;
  readonly params: OpParams[Op];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** Input i of an operator of fixed arity. */
export function input(values: readonly Value[], i: number): Value {
  const value = values[i];
  if (!value) throw new Error(`Internal error: input ${i} is missing`);
  return value;
}

/** The gradient of the only output of an operator. */
export function dOutput(dOutputs: readonly (Value | undefined)[]): Value {
  const value = dOutputs[0];
  if (!value) throw new Error('Internal error: a gradient rule was called without a gradient');
  return value;
}
