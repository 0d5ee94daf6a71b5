import { assert } from '../../common/assert.js';
import { dOutput, input, type Operator } from '../operator.js';
import type { Dim } from '../shape.js';
import { sameAsInput } from './broadcast.js';

/**
 * Rotary position embedding (Su et al. 2021, eq. 34, in the half-split layout of GPT-NeoX and Llama): x [rows, heads, size],
 * cos and sin [rows, size/2]; with x = [x₁, x₂]: y = [x₁ ∘ cos − x₂ ∘ sin, x₂ ∘ cos + x₁ ∘ sin].
 * A rotation by −θ undoes it: dx = rotate(dy, cos, −sin).
 */
export const rotaryEmbedding: Operator<'RotaryEmbedding'> = {
  outputs: (inputs) => {
    const [x, cos] = [input(inputs, 0), input(inputs, 1)];
    const size = x.shape[2];
    assert(
      x.shape.length === 3 && typeof size === 'number' && cos.shape[1] === size / 2,
      'RotaryEmbedding of [rows, heads, size]',
    );
    return sameAsInput(inputs);
  },
  gradient: ({ build, inputs, dOutputs }) => [
    build.rotaryEmbedding(dOutput(dOutputs), input(inputs, 1), build.mul(input(inputs, 2), -1)),
    undefined,
    undefined,
  ],
  /** ONNX's operator takes [batch, rows, heads · size] and rotations [batch, rows, size/2]; rows are one batch. */
  lower: ({ emit, inputs }) => {
    const x = input(inputs, 0);
    const [rows, heads, size] = x.shape as [Dim, number, number];
    const batched = (name: string, width: number): string =>
      emit.node('Reshape', [name, emit.int64([1, -1, width])], {}, { shape: [1, rows, width], dtype: 'float' });
    const rotated = emit.node(
      'RotaryEmbedding',
      [batched(emit.name(x), heads * size), ...inputs.slice(1).map((v) => batched(emit.name(v), size / 2))],
      { num_heads: heads, interleaved: 0 },
      { shape: [1, rows, heads * size], dtype: 'float' },
    );
    return [emit.node('Reshape', [rotated, emit.int64([-1, heads, size])])];
  },
};
