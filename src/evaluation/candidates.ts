import { assert, defined } from '../common/assert.js';
import { scoringFeeds, type PlacedPrompts } from '../methods/cachedGraph.js';
import type { KeyValueCache } from '../methods/keyValueCache.js';
import type { CausalModel } from '../models/causalModel.js';
import { sharedBeginning } from '../models/packBatch.js';
import type { Sequence } from '../models/rowLayout.js';
import { intVector, type Executor, type Feeds, type Tensor } from '../runtime/executor.js';

/** A text and its possible continuations, as token ids: the labels of a classification, or the one target of free text. */
export interface Candidates {
  readonly inputIds: readonly number[];
  readonly continuations: readonly (readonly number[])[];
  /** Which of several prompts it reads; 0 unless told. */
  readonly prompt?: number;
}

/** Rows of one pass, over all members: enough for full matrix products, few enough for memory. */
const rowsPerBatch = 1024;
export const sequencesPerBatch = 64;

/**
 * Batches of like length, as indices: the shared text of every example is computed once, its continuations branch from it. The first `cached`
 * tokens of every example are no rows; each example is there for every one of `members`.
 */
export function candidateBatches(
  examples: readonly Candidates[],
  { cached = 0, members = 1 }: { cached?: number; members?: number } = {},
): number[][] {
  const rowsOf = examples.map((e) => members * (branching(e).ids.length - cached));
  const order = [...examples.keys()].sort((a, b) => (rowsOf[a] as number) - (rowsOf[b] as number));
  const batches: number[][] = [];
  let rows = Infinity;
  for (const index of order) {
    const batch = batches.at(-1);
    rows += rowsOf[index] as number;
    if (batch && rows <= rowsPerBatch && (batch.length + 1) * members <= sequencesPerBatch) batch.push(index);
    else {
      batches.push([index]);
      rows = rowsOf[index] as number;
    }
  }
  return batches;
}

/** The tokens that all examples begin with alike, at least one of each left. */
export const commonBeginning = (examples: readonly Candidates[]): readonly number[] =>
  examples[0]?.inputIds.slice(0, sharedBeginning(examples.map(branching))) ?? [];

/** What stands in front of every member's rows, and among them. */
export interface MembersBefore {
  readonly cache: KeyValueCache;
  readonly placed: PlacedPrompts | undefined;
}

/**
 * Σ log p(token | everything before it) of each continuation: [member][example][continuation], in one packed pass.
 * `session` runs the scoring graph; the examples' tokens are those behind the cache.
 */
export async function scoreCandidates(
  session: Executor,
  model: CausalModel,
  { cache, placed }: MembersBefore,
  examples: readonly Candidates[],
): Promise<number[][][]> {
  const sequences = examples.map(branching);
  const { logProbabilities } = await session.run({
    ...scoringFeeds(model, cache, sequences, placed),
    ...candidatePairs(examples, cache.lengths.length),
  });
  return sumsOf(defined(logProbabilities, 'logProbabilities').data, examples, cache.lengths.length);
}

/** As `scoreCandidates`, each example behind the cache of its own member: [example][continuation]. */
export async function scoreOwnCandidates(
  session: Executor,
  model: CausalModel,
  { cache, placed }: MembersBefore,
  examples: readonly Candidates[],
): Promise<number[][]> {
  const { logProbabilities } = await session.run({
    ...scoringFeeds(model, cache, examples.map(branching), placed, true),
    ...candidatePairs(examples, 1),
  });
  return defined(sumsOf(defined(logProbabilities, 'logProbabilities').data, examples, 1)[0], 'scores');
}

/** Which tokens are asked for at which rows: of every example's, `members` times. */
export function candidatePairs(examples: readonly Candidates[], members: number): Feeds {
  const pairRows: number[] = [];
  const pairTargets: number[] = [];
  let firstRow = 0;
  for (let member = 0; member < members; member++)
    for (const { continuations } of examples) {
      let branchRow = firstRow + 1;
      for (const continuation of continuations)
        continuation.forEach((token, i) => {
          pairRows.push(i === 0 ? firstRow : branchRow++);
          pairTargets.push(token);
        });
      firstRow = branchRow;
    }
  return { pairRows: intVector(pairRows), pairTargets: intVector(pairTargets) };
}

/** The answers to `candidatePairs`, summed over the tokens of each continuation: [member][example][continuation]. */
export function sumsOf(
  logProbabilities: Tensor['data'],
  examples: readonly Candidates[],
  members: number,
): number[][][] {
  let at = 0;
  return Array.from({ length: members }, () =>
    examples.map(({ continuations }) =>
      continuations.map((continuation) => continuation.reduce((sum) => sum + (logProbabilities[at++] as number), 0)),
    ),
  );
}

/** The text once, and behind it every continuation without its last token, which predicts nothing. */
export function branching({ inputIds, continuations }: Candidates): Sequence {
  assert(inputIds.length > 0 && continuations.every((c) => c.length > 0), 'texts and continuations have tokens');
  const ids = [...inputIds];
  const branches: number[] = [];
  for (const continuation of continuations) {
    if (continuation.length === 1) continue;
    branches.push(ids.length);
    ids.push(...continuation.slice(0, -1));
  }
  const labelRows = Array.from({ length: ids.length - inputIds.length + 1 }, (_, i) => inputIds.length - 1 + i);
  return { ids, labelRows, ...(branches.length > 0 && { branches }) };
}
