import type { Builder } from '../graph/builder.js';
import { multiplyDims, type Dim } from '../graph/shape.js';
import type { Value } from '../graph/value.js';

/**
 * Attention to an encoder's states that are never projected: q · (K h) = (Kᵀ q) · h, and Σ p · (V h) = V · Σ p · h, so that the matrices K and V
 * meet the few queries instead of every state (DeepSeek-AI 2024, arXiv:2405.04434, §2.1.2, of its compressed keys and values). It pays while a
 * text has fewer queries than a head is wide.
 *
 * query [heads, batch, n, size]; keys and values, the weights, [heads · size, width]; states [batch, length, width]; mask [batch, 1, length].
 * Returns [heads, batch, n, size].
 */
export function attendToStates(
  build: Builder,
  { query, keys, values, states, mask }: { query: Value; keys: Value; values: Value; states: Value; mask: Value },
): Value {
  const [heads, batch, n, size] = query.shape as [number, Dim, Dim, number];
  const width = states.shape.at(-1) as number;
  const perHead = (weight: Value): Value => build.reshape(weight, [heads, size, width]);
  const ofHeads = [heads, multiplyDims(batch, n)] as const;
  const ofTexts = [batch, multiplyDims(heads, n), width] as const;
  const turned = (x: Value, ...shape: readonly [Dim, Dim]): Value =>
    build.transpose(build.reshape(x, [...shape, n, width]), [1, 0, 2, 3]);

  const asked = build.matMul(build.reshape(query, [...ofHeads, size]), perHead(keys));
  const scores = build.matMul(build.reshape(turned(asked, heads, batch), ofTexts), states, { transB: true });
  const read = build.matMul(build.softmax(build.add(scores, mask)), states);
  const answers = build.reshape(turned(read, batch, heads), [...ofHeads, width]);
  return build.reshape(build.matMul(answers, perHead(values), { transB: true }), query.shape);
}
