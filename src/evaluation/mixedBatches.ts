import { defined } from '../common/assert.js';
import type { Model } from '../models/architectures.js';
import { candidateBatches, sequencesPerBatch, type Candidates } from './candidates.js';
import { hasPrefix } from './mixedRows.js';
import type { Member } from './standing.js';

/** How much of what stands before the members' rows is kept, in bytes. */
const keptBytes = 2 ** 28;

/** Batches of like length in which few enough members meet that all of them can be kept; numbers of examples. */
export function mixedBatches(
  model: Model,
  examples: readonly Candidates[],
  members: readonly Member[],
  cached: number,
): number[][] {
  const room = keptMembers(model, members, cached);
  const blocks: number[][] = [];
  const blockOf = new Map<Member, number>();
  members.forEach((member, i) => {
    const block = blockOf.get(member) ?? Math.floor(blockOf.size / room);
    blockOf.set(member, block);
    (blocks[block] ??= []).push(i);
  });
  return blocks.flatMap((block) =>
    candidateBatches(
      block.map((i) => defined(examples[i], 'an example')),
      { cached },
    ).map((batch) => batch.map((i) => defined(block[i], 'an example'))),
  );
}

/** How many members' keys and values of what stands before their rows are kept for later batches, behind `cached` tokens. */
export function keptMembers(model: Model, members: readonly Member[], cached: number): number {
  const { heads, numLayers: layers } = model;
  if (model.kind !== 'causal') return members.some(hasPrefix) ? 1 : members.length;
  const rows = Math.max(1, ...members.map(({ method }) => method.virtualTokens)) + cached;
  const bytes = 4 * rows * 2 * layers * heads.numKeyValueHeads * heads.headDim;
  return Math.max(sequencesPerBatch, Math.floor(keptBytes / bytes));
}
