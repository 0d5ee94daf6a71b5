import { defined } from '../../common/assert.js';
import type { NearestTokens } from '../../protocol/events.js';
import type { Drift, InterpretationReport, RepeatedNeighbour } from '../../protocol/interpretation.js';
import { nearestToPrompt } from './nearestToPrompt.js';
import type { PromptRequest } from '../openPrompt.js';
import { clusterByDirection } from './clusters.js';
import { foundLabels } from './foundLabels.js';
import { normDistribution, shareBelow } from './norms.js';
import { withInterpreted, type Interpreted } from './openInterpreted.js';
import { cosine, mean, norm } from './vectors.js';

/** What a saved prompt has learned, with its `top` nearest tokens. Throws what `openPrompt` throws. */
export const describePrompt = (request: PromptRequest & { readonly top: number }): Promise<InterpretationReport> =>
  withInterpreted(request, (interpreted) => describeInterpreted(interpreted, request.top));

async function describeInterpreted(interpreted: Interpreted, top: number): Promise<InterpretationReport> {
  const { name, prompt, base, space, embeddings } = interpreted;
  const vectors = space.virtual(embeddings.data);
  const nearest = await nearestToPrompt(embeddings, interpreted, top);
  const drifts = await driftsOf(vectors, interpreted);
  const { norms, mean: middle } = await lookAtVocabulary(interpreted);
  const repeated = repeatedNeighbours(nearest);
  const clusters = clusterByDirection(vectors.map((vector) => vector.map((x, i) => x - (middle[i] as number))));
  const { labels, targetPrefix = '' } = prompt.details?.task ?? {};
  return {
    name,
    method: prompt.config.peft_type,
    model: base.name,
    compared: space.compared,
    top,
    tokens: nearest.map((token, i) => {
      const { position } = token;
      const length = norm(defined(vectors[i], 'a vector'));
      const drift = drifts?.[i];
      return {
        ...token,
        norm: length,
        normRank: shareBelow(norms, length),
        ...(drift && { drift }),
        twins: (repeated.find(({ positions }) => positions.includes(position))?.positions ?? []).filter(
          (other) => other !== position,
        ),
        cluster: clusters.findIndex(({ positions }) => positions.includes(position)),
      };
    }),
    norms: normDistribution(norms),
    ...(drifts && {
      drift: {
        meanCosine: mean(drifts.map((drift) => drift.cosine)),
        meanDistance: mean(drifts.map((drift) => drift.distance)),
      },
    }),
    labels: foundLabels(nearest, {
      labels: labels ?? {},
      targetPrefix,
      encode: (text) => base.tokenizer.encode(text),
      tokenText: (id) => base.tokenizer.tokenText(id),
    }),
    repeated,
    clusters,
  };
}

async function driftsOf(vectors: readonly Float32Array[], interpreted: Interpreted): Promise<Drift[] | undefined> {
  const { start, space, embeddings } = interpreted;
  if (!start) return undefined;
  const from = await nearestToPrompt({ shape: embeddings.shape, data: start }, interpreted, 1);
  return space.virtual(start).map((before, i) => {
    const now = defined(vectors[i], 'a vector');
    return {
      cosine: cosine(before, now),
      distance: norm(now.map((x, j) => x - (before[j] as number))),
      from: defined(from[i]?.nearest[0], 'a token'),
    };
  });
}

/** Norms, ascending, and the mean vector; without special tokens and rows that hold nothing. */
async function lookAtVocabulary({ space, textOf }: Interpreted): Promise<{ norms: Float64Array; mean: Float64Array }> {
  const norms: number[] = [];
  const sum: number[] = [];
  let id = 0;
  for await (const vector of space.vocabulary()) {
    const length = textOf(id++) === undefined ? 0 : norm(vector);
    if (length === 0) continue;
    norms.push(length);
    vector.forEach((x, i) => (sum[i] = (sum[i] ?? 0) + x));
  }
  return { norms: Float64Array.from(norms).sort(), mean: Float64Array.from(sum, (x) => x / norms.length) };
}

/** Those of most virtual tokens first. */
function repeatedNeighbours(tokens: readonly NearestTokens[]): RepeatedNeighbour[] {
  const found = new Map<number, { token: string; positions: number[] }>();
  for (const { position, nearest } of tokens) {
    const [first] = nearest;
    if (!first) continue;
    const known = found.get(first.id) ?? { token: first.token, positions: [] };
    known.positions.push(position);
    found.set(first.id, known);
  }
  return [...found]
    .flatMap(([id, { token, positions }]) => (positions.length > 1 ? [{ id, token, positions }] : []))
    .sort((a, b) => b.positions.length - a.positions.length);
}
