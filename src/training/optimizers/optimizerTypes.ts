/** A trained tensor: float32, row-major, changed in place by the optimiser. */
export interface Trained {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * One tensor's optimiser. `state` holds everything that must survive a stop, as named float32 arrays that `step` changes in place;
 * the number of steps taken comes from outside, so that a resumed run continues exactly.
 */
export interface Optimizer {
  readonly state: Readonly<Record<string, Float32Array>>;
  /** One update; `step` counts from 1. */
  step(parameter: Trained, gradient: Float32Array, options: { step: number; learningRate: number }): void;
}

export type OptimizerFactory = (shape: readonly number[], options: { weightDecay: number }) => Optimizer;
