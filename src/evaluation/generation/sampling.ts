import { defined } from '../../common/assert.js';
import type { Random } from '../../common/random.js';
import type { Sampling } from '../../protocol/evaluationMessages.js';

/** The token of the highest logit, the first of equal ones. */
export function mostLikely(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if ((logits[id] as number) > (logits[best] as number)) best = id;
  return best;
}

/**
 * A token drawn as transformers' `generate` draws it: logits over the temperature, of which the k highest stay, and of those the fewest whose
 * probabilities sum to p (Holtzman et al. 2020). The most likely one where the temperature is 0.
 */
export function sampledToken(
  logits: Float32Array,
  { temperature, topK, topP }: Pick<Sampling, 'temperature' | 'topK' | 'topP'>,
  random: Random,
): number {
  if (temperature === 0) return mostLikely(logits);
  const highest = logits[mostLikely(logits)] as number;
  const weight = (id: number): number => Math.exp(((logits[id] as number) - highest) / temperature);
  const ids = Uint32Array.from(logits.keys());
  const isCut = (topK > 0 && topK < logits.length) || topP < 1;
  // The order of equal ones is that of their ids, whatever is cut.
  if (isCut) ids.sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b);
  const among = topK > 0 ? ids.subarray(0, topK) : ids;
  const weights = Float64Array.from(among, weight);
  const total = weights.reduce((a, b) => a + b, 0);
  let kept = 0;
  let count = 0;
  // The first always stays.
  while (count < among.length && (count === 0 || topP >= 1 || kept < topP * total)) kept += weights[count++] as number;
  let left = random.next() * kept;
  for (let i = 0; i < count; i++) {
    left -= weights[i] as number;
    if (left < 0) return defined(among[i], 'a token');
  }
  return defined(among[count - 1], 'a token');
}

/** Logits less log Σ exp. */
export function logProbabilities(logits: Float32Array): Float64Array {
  const highest = logits[mostLikely(logits)] as number;
  let sum = 0;
  for (const x of logits) sum += Math.exp(x - highest);
  const normaliser = highest + Math.log(sum);
  return Float64Array.from(logits, (x) => x - normaliser);
}
