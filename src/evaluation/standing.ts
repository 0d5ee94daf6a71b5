import { defined } from '../common/assert.js';
import { continuingFeeds, continuingGraph, newKeysAndValues, nextLogits } from '../methods/cachedGraph.js';
import { cacheOf, type KeyValueRows } from '../methods/keyValueCache.js';
import type { Method } from '../methods/method.js';
import type { CausalModel } from '../models/causalModel.js';
import { readWeightRows } from '../models/embeddingRows.js';
import type { Executor, Tensor, WeightLocations } from '../runtime/executor.js';
import type { ModelSessions } from './modelSessions.js';

/** What answers: a prompt with its vectors, or the bare model (`noMethod` and no vectors). */
export interface Member {
  readonly method: Method;
  readonly embeddings?: Tensor<Float32Array>;
  /** Output vectors [classes, hidden] of a method that has some. */
  readonly classes?: Tensor<Float32Array>;
}

/** Who answers: one for all examples, or for each its own. */
export type Answering = Member | readonly Member[];

export const memberOf = (answering: Answering, example: number): Member =>
  'method' in answering ? answering : defined(answering[example], 'a member');

/** Which of the tokens of a template a member reads: its own virtual tokens only where the template places them. */
const idsFor = ({ method }: Member, ids: readonly number[]): readonly number[] =>
  places(method) ? ids : ids.filter((id) => id >= 0);

/** Whether a member has virtual tokens that are none of `ids`, but follow. */
export const placesBehind = ({ method }: Member, ids: readonly number[]): boolean =>
  places(method) && ids.filter((id) => id < 0).length < method.virtualTokens;

const places = ({ entry, virtualTokens }: Method): boolean => entry === 'anywhere' && virtualTokens > 0;

/** What goes on with texts, for whoever does. */
export const openContinuing = (sessions: ModelSessions, model: CausalModel): Promise<Executor> =>
  sessions.open('continuing', () => continuingGraph(model));

export interface Beginner {
  readonly session: Executor;
  readonly weights: WeightLocations;
  readonly model: CausalModel;
}

/** What a sequence's beginning leaves behind: keys and values of all that stands in it, and what the model says next. */
export interface Begun {
  readonly rows: KeyValueRows;
  /** [vocabulary]; undefined where nothing was computed. */
  readonly logits: Float32Array | undefined;
}

/** Puts a member's prompt and the tokens `ids` of its template in front; `session` runs the continuing graph. */
export async function begin(
  { session, weights, model }: Beginner,
  member: Member,
  ids: readonly number[],
): Promise<Begun> {
  const { method, embeddings } = member;
  const prefix = method.entry === 'keysAndValues' ? embeddings : undefined;
  const vectors: Float32Array[] = [];
  if (method.entry === 'front' && embeddings) vectors.push(embeddings.data);
  const own = idsFor(member, ids);
  const words = await readWeightRows(
    weights,
    model.embeddingName,
    own.filter((id) => id >= 0),
  );
  let word = 0;
  for (const id of own)
    vectors.push(
      id >= 0
        ? defined(words[word++], 'a word')
        : defined(embeddings, 'vectors').data.subarray((-1 - id) * model.hiddenSize, -id * model.hiddenSize),
    );
  if (vectors.length === 0) return { rows: prefix, logits: undefined };
  const made = await session.run(continuingFeeds(model, cacheOf(model, [prefix]), joined(vectors)));
  const rows = defined(made[newKeysAndValues], newKeysAndValues);
  return { rows: prefix ? below(prefix, rows) : rows, logits: defined(made[nextLogits], nextLogits).data };
}

/** Two matrices of one width, one below the other. */
const below = (a: Tensor<Float32Array>, b: Tensor<Float32Array>): Tensor<Float32Array> => ({
  data: joined([a.data, b.data]),
  shape: [(a.shape[0] ?? 0) + (b.shape[0] ?? 0), defined(a.shape[1], 'a width')],
});

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
