import { defined } from '../common/assert.js';
import { scoringGraph } from '../methods/cachedGraph.js';
import { cacheOf, type KeyValueRows } from '../methods/keyValueCache.js';
import { several } from '../methods/method.js';
import type { Model } from '../models/architectures.js';
import type { CausalModel } from '../models/causalModel.js';
import { candidateBatches, scoreOwnCandidates, sequencesPerBatch, type Candidates } from './candidates.js';
import { modelSessions } from './modelSessions.js';
import { beginsWith, behind, openScorer, stacked, type ScorerSetting } from './scorer.js';
import { begin, openContinuing, placesBehind, type Member } from './standing.js';

/** Ranks candidates of examples that each have a prompt of their own, or none, together in the same runs (Lester et al. 2021, figure 2). */
export interface MixedScorer {
  /** Σ log p(token | everything before it) of each example by its own member: [example][candidate]. */
  score(examples: readonly Candidates[], members: readonly Member[]): Promise<number[][]>;
  dispose(): Promise<void>;
}

/** How much of what stands before the members' rows is kept for later batches, in bytes. */
const keptBytes = 2 ** 28;

/**
 * What stands in front of an example, its prompt and then `beginning`, is computed once for each member and kept as keys and values; every
 * sequence of a batch is read behind its own, so that the frozen weights are read once for all prompts.
 */
export function openMixedScorer(setting: ScorerSetting, beginning: readonly number[]): MixedScorer {
  const { model } = setting;
  return model.kind === 'causal' ? causalScorer({ ...setting, model }, beginning) : rowsScorer(setting);
}

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

function keptMembers(model: Model, members: readonly Member[], cached: number): number {
  const { heads, numLayers: layers } = model;
  if (model.kind !== 'causal') return members.some(isPrefix) ? 1 : members.length;
  const rows = Math.max(1, ...members.map(({ method }) => method.virtualTokens)) + cached;
  const bytes = 4 * rows * 2 * layers * heads.numKeyValueHeads * heads.headDim;
  return Math.max(sequencesPerBatch, Math.floor(keptBytes / bytes));
}

/** Keys and values of their own have no place in the rows of an encoder-decoder's batch: such members are asked one after the other. */
const isPrefix = ({ method }: Member): boolean => method.entry === 'keysAndValues';

/** Of models in which a prompt changes every row: each text of a batch has its own virtual tokens among its rows. */
function rowsScorer(setting: ScorerSetting): MixedScorer {
  const sessions = setting.sessions ?? modelSessions(setting);
  return {
    score: async (examples, members) => {
      const found: number[][] = [];
      for (const numbers of askedTogether(members)) {
        const own = [...new Set(numbers.map((i) => defined(members[i], 'a member')))];
        const scorer = await openScorer({ ...setting, sessions }, [joined(own)]);
        const [scores] = await scorer.score(
          numbers.map((i) => ({
            ...defined(examples[i], 'an example'),
            prompt: own.indexOf(defined(members[i], 'a member')),
          })),
        );
        numbers.forEach((i, b) => (found[i] = defined(scores?.[b], 'scores')));
      }
      return found;
    },
    dispose: async () => {
      if (!setting.sessions) await sessions.dispose();
    },
  };
}

/** Numbers of examples whose members can be one: those with as many virtual tokens, as many as `joined` holds. */
function askedTogether(members: readonly Member[]): number[][] {
  const distinct = new Map<string, Member[]>();
  const asked = new Map<string, number[]>();
  members.forEach((member, i) => {
    const { entry, virtualTokens } = member.method;
    const kind = `${entry} ${virtualTokens}`;
    const alike = distinct.get(kind) ?? [];
    distinct.set(kind, alike);
    if (!alike.includes(member)) alike.push(member);
    const most = isPrefix(member) ? 1 : sequencesPerBatch;
    const key = `${kind} ${Math.floor(alike.indexOf(member) / most)}`;
    asked.set(key, [...(asked.get(key) ?? []), i]);
  });
  return [...asked.values()];
}

/** Members of one kind as one of several prompts, of which a session holds so many that it serves every batch. */
function joined(members: readonly Member[]): Member {
  const [first] = members;
  const { method, embeddings } = defined(first, 'a member');
  if (members.length === 1 || !embeddings) return { method, ...(embeddings && { embeddings }) };
  const prompts = members.map((member) => defined(member.embeddings, 'vectors'));
  const { shape, data } = stacked(prompts);
  const [, virtualTokens = 0, hidden = 0] = shape;
  const all = new Float32Array(sequencesPerBatch * virtualTokens * hidden);
  all.set(data);
  return {
    method: several(sequencesPerBatch, virtualTokens, hidden),
    embeddings: { data: all, shape: [sequencesPerBatch, virtualTokens, hidden] },
  };
}

function causalScorer(setting: ScorerSetting<CausalModel>, beginning: readonly number[]): MixedScorer {
  const { model } = setting;
  const sessions = setting.sessions ?? modelSessions(setting);
  /** The oldest first. */
  const begun = new Map<Member, Map<readonly number[], Promise<KeyValueRows>>>();
  const rowsBefore = async (member: Member, ids: readonly number[]): Promise<KeyValueRows> => {
    const own = begun.get(member) ?? new Map<readonly number[], Promise<KeyValueRows>>();
    begun.delete(member);
    begun.set(member, own);
    const session = await openContinuing(sessions, model);
    const known = own.get(ids) ?? begin({ ...setting, session }, member, ids).then(({ rows }) => rows);
    own.set(ids, known);
    return known;
  };
  const forgetOldest = (members: readonly Member[]): void => {
    const room = keptMembers(model, members, beginning.length);
    for (const member of begun.keys()) {
      if (begun.size <= room) return;
      begun.delete(member);
    }
  };

  return {
    score: async (examples, members) => {
      const found: number[][] = [];
      /** Examples that stand behind the same words, with as many virtual tokens among their own. */
      const alike = new Map<string, { ids: readonly number[]; placed: number; numbers: number[] }>();
      examples.forEach(({ inputIds }, i) => {
        const member = defined(members[i], 'a member');
        const ids = beginsWith(inputIds, beginning) ? beginning : nothing;
        const placed = placesBehind(member, ids) ? member.method.virtualTokens : 0;
        const key = `${ids.length} ${placed}`;
        const kind = alike.get(key) ?? { ids, placed, numbers: [] };
        kind.numbers.push(i);
        alike.set(key, kind);
      });
      for (const { ids, placed, numbers } of alike.values()) {
        const session = await sessions.open(`own scoring ${placed}`, () => scoringGraph(model, placed, true));
        const left = numbers.map((i) => behind(defined(examples[i], 'an example'), ids.length, placed > 0));
        for (const batch of candidateBatches(left)) {
          const own = batch.map((i) => defined(members[defined(numbers[i], 'an example')], 'a member'));
          const rows: KeyValueRows[] = [];
          for (const member of own) rows.push(await rowsBefore(member, ids));
          const before = {
            cache: cacheOf(model, rows),
            placed: placed > 0 ? stacked(own.map(({ embeddings }) => defined(embeddings, 'vectors'))) : undefined,
          };
          const inputs = batch.map((i) => defined(left[i], 'an example'));
          const scores = await scoreOwnCandidates(session, model, before, inputs);
          batch.forEach((i, b) => (found[defined(numbers[i], 'an example')] = defined(scores[b], 'scores')));
          forgetOldest(own);
        }
      }
      return found;
    },
    dispose: async () => {
      if (!setting.sessions) await sessions.dispose();
    },
  };
}

const nothing: readonly number[] = [];
