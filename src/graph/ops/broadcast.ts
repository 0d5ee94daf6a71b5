import { broadcastShapes } from '../shape.js';
import { input } from '../operator.js';
import type { DType, Value } from '../value.js';

/** The shape rule of every element-wise operator with two inputs. */
export const broadcastOutputs = (inputs: readonly Value[]): readonly { shape: Value['shape']; dtype: DType }[] => [
  { shape: broadcastShapes(input(inputs, 0).shape, input(inputs, 1).shape), dtype: input(inputs, 0).dtype },
];

/** The shape rule of every operator whose output is like its first input. */
export const sameAsInput = (inputs: readonly Value[]): readonly { shape: Value['shape']; dtype: DType }[] => [
  { shape: input(inputs, 0).shape, dtype: input(inputs, 0).dtype },
];
