import type { Builder } from '../../graph/builder.js';
import type { Value } from '../../graph/value.js';
import type { Feeds, Tensor } from '../../runtime/executor.js';
import type { RowLayout } from '../rowLayout.js';

export interface Angles {
  readonly cos: Value;
  readonly sin: Value;
}

/**
 * The rows' rotations as inputs [rows, head size / 2]; the label rows' are picked from them. The queries' are scaled by 1/√(head size),
 * which saves scaling the scores.
 */
export function declareRotary(
  build: Builder,
  headDim: number,
  layout: RowLayout,
): Record<'query' | 'key' | 'labelQuery', Angles> {
  const angles = (name: string): Angles => ({
    cos: build.input(`rotary.${name}.cos`, [layout.rows, headDim / 2], 'float'),
    sin: build.input(`rotary.${name}.sin`, [layout.rows, headDim / 2], 'float'),
  });
  const query = angles('query');
  const pick = (v: Value): Value => build.gather(v, layout.labelRows);
  return { query, key: angles('key'), labelQuery: { cos: pick(query.cos), sin: pick(query.sin) } };
}

/**
 * θ_i = position · base^(−2i/size) for i < size/2 (Su et al. 2021, §3.2.2). Rounded to float32 where transformers
 * rounds, so that logits agree.
 */
export function rotaryAngles(ropeTheta: number, headDim: number): (positions: Int32Array) => Feeds {
  const half = headDim / 2;
  const inverseFrequencies = Array.from({ length: half }, (_, i) =>
    Math.fround(1 / Math.fround(ropeTheta ** ((2 * i) / headDim))),
  );
  const scale = 1 / Math.sqrt(headDim);
  const known = new Map<number, { cos: Float32Array; sin: Float32Array }>();
  const at = (position: number): { cos: Float32Array; sin: Float32Array } => {
    let found = known.get(position);
    if (!found) {
      const theta = inverseFrequencies.map((f) => Math.fround(position * f));
      found = { cos: Float32Array.from(theta, Math.cos), sin: Float32Array.from(theta, Math.sin) };
      known.set(position, found);
    }
    return found;
  };
  return (positions) => {
    const shape = [positions.length, half];
    const table = (kind: 'cos' | 'sin', factor: number): Tensor<Float32Array> => {
      const data = new Float32Array(positions.length * half);
      positions.forEach((position, row) => {
        const angles = at(position)[kind];
        for (let i = 0; i < half; i++) data[row * half + i] = (angles[i] as number) * factor;
      });
      return { data, shape };
    };
    return {
      'rotary.query.cos': table('cos', scale),
      'rotary.query.sin': table('sin', scale),
      'rotary.key.cos': table('cos', 1),
      'rotary.key.sin': table('sin', 1),
    };
  };
}

/** A key [heads · head size] that stands at a position, as it would be at position 0: rotated by −θ, head by head (see `rotaryEmbedding`). */
export function unrotated(key: Float32Array, position: number, ropeTheta: number, headDim: number): Float32Array {
  const half = headDim / 2;
  const first = key.slice();
  for (let head = 0; head < key.length; head += headDim) {
    for (let i = 0; i < half; i++) {
      const theta = position * ropeTheta ** ((-2 * i) / headDim);
      const [x1, x2] = [key[head + i] as number, key[head + half + i] as number];
      first[head + i] = x1 * Math.cos(theta) + x2 * Math.sin(theta);
      first[head + half + i] = x2 * Math.cos(theta) - x1 * Math.sin(theta);
    }
  }
  return first;
}
