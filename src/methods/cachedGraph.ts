import type { Value } from '../graph/value.js';
import { createBuilder } from '../graph/builder.js';
import type { CausalModel } from '../models/causalModel.js';
import { packBatch } from '../models/packBatch.js';
import { declareRowLayout, withMembers, withOwnSequences, type Sequence } from '../models/rowLayout.js';
import { intVector, type Feeds, type GraphOutputs, type Tensor } from '../runtime/executor.js';
import { tokenLogProbabilities } from './causalGraph.js';
import { cacheFeeds, declareCache, type KeyValueCache } from './keyValueCache.js';
import { promptEmbeddings } from './method.js';
import { memberCopies, placedRowFeeds, placedRows } from './placedRows.js';

/**
 * Graphs of the frozen model behind keys and values that were computed before, whatever made them. All members read the same sequences; a run
 * loads the weights once for all of them.
 */

/** Members' vectors [members, P, hidden] that stand among the rows' own words. */
export type PlacedPrompts = Tensor<Float32Array>;

/** What `tokenLogProbabilities` gives at label rows. `placed` is P where the sequences hold virtual tokens, else 0; `own`: each member has its own. */
export function scoringGraph(model: CausalModel, placed: number, own = false): GraphOutputs {
  const build = createBuilder();
  const rows =
    placed > 0
      ? placedRows(
          build,
          model,
          memberCopies(build, build.input(promptEmbeddings, [withMembers, placed, model.hiddenSize], 'float')),
        )
      : build.gather(model.embeddings(build), build.input('ids', ['tokens']));
  const layout = declareRowLayout(build, model.heads, own ? withOwnSequences : withMembers);
  const hidden = model.hiddenStates(build, rows, layout, { prefix: declareCache(build, model) });
  return tokenLogProbabilities(build, model, hidden);
}

/** Feeds of the scoring graph but for its pairs; label rows are counted member by member. `own`: each member reads one sequence, its own. */
export function scoringFeeds(
  model: CausalModel,
  cache: KeyValueCache,
  sequences: readonly Sequence[],
  placed: PlacedPrompts | undefined,
  own = false,
): Feeds {
  const { lengths } = cache;
  const { feeds, ids, positions } = packBatch(model.heads, { members: lengths, own }, sequences);
  const rows = placed
    ? {
        ...placedRowFeeds(own ? sequences : lengths.flatMap(() => sequences), placed.shape[1] ?? 0, [
          lengths.length,
          own ? 1 : sequences.length,
        ]),
        [promptEmbeddings]: placed,
      }
    : { ids: intVector(ids) };
  return { ...feeds, ...model.positionFeeds(positions), ...cacheFeeds(cache, model.heads), ...rows };
}

/** Names of the continuing graph's outputs. */
export const nextLogits = 'logits';
export const newKeysAndValues = 'keysAndValues';

/** Goes on by some rows: `logits` [members, vocabulary] behind the last one, and `keysAndValues` [members · n, width] of them all. */
export function continuingGraph(model: CausalModel): GraphOutputs {
  const build = createBuilder();
  const rows = build.input('vectors', ['tokens', model.hiddenSize], 'float');
  const layout = declareRowLayout(build, model.heads, withMembers);
  const found: Value[] = [];
  const hidden = model.hiddenStates(build, rows, layout, {
    prefix: declareCache(build, model),
    onKeysAndValues: (key, value) => found.push(key, value),
  });
  return {
    [nextLogits]: build.gemm(hidden, model.head(build), { transB: true }),
    [newKeysAndValues]: build.concat(found, 1),
  };
}

/** Each member's next rows, as vectors [members · n, hidden], member by member. */
export function continuingFeeds(model: CausalModel, cache: KeyValueCache, vectors: Float32Array): Feeds {
  const rows = vectors.length / model.hiddenSize;
  const count = rows / cache.lengths.length;
  const sequence = { ids: Array<number>(count).fill(0), labelRows: [count - 1] };
  const { feeds, positions } = packBatch(model.heads, { members: cache.lengths }, [sequence]);
  return {
    ...feeds,
    ...model.positionFeeds(positions),
    ...cacheFeeds(cache, model.heads),
    vectors: { data: vectors, shape: [rows, model.hiddenSize] },
  };
}
