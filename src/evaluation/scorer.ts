import { defined } from '../common/assert.js';
import { scoringGraph, type PlacedPrompts } from '../methods/cachedGraph.js';
import { cacheOf } from '../methods/keyValueCache.js';
import type { Model } from '../models/architectures.js';
import type { CausalModel } from '../models/causalModel.js';
import type { Executor, Tensor } from '../runtime/executor.js';
import { candidateBatches, scoreCandidates, type Candidates, type MembersBefore } from './candidates.js';
import { modelSessions, type ModelSessions, type ModelSetting } from './modelSessions.js';
import { maskedScorer } from './maskedScorer.js';
import { pairScorer } from './pairScorer.js';
import { begin, openContinuing, placesBehind, type Member } from './standing.js';

export type { Member } from './standing.js';

/** The frozen model that answers. */
export interface ScorerSetting<M extends Model = Model> extends ModelSetting<M> {
  /** Sessions of the model that others use too, and that outlive this; its own unless given. */
  readonly sessions?: ModelSessions;
  /** Whether memory is given for speed: see `SessionSettings.packed`. Not beside a training. */
  readonly packed?: boolean;
}

/** A frozen model with one prompt or several, ready to rank candidates again and again. */
export interface Scorer {
  /**
   * Σ log p(token | everything before it): [member][example][candidate]. Any number of examples; all members are in the same runs, which are
   * no larger than one member's. Virtual tokens among the ids are read by members whose template places them.
   */
  score(examples: readonly Candidates[]): Promise<number[][][]>;
  dispose(): Promise<void>;
}

/** Members whose rows are alike: those whose prompts are all keys and values, or which have P virtual tokens among their rows. */
interface Group extends MembersBefore {
  /** By their numbers. */
  readonly members: readonly number[];
  readonly session: Executor;
}

/**
 * With a causal model, what stands in front of every example, the prompts and then `beginning` (the token ids that examples begin with: a template's first words, or
 * examples as text), is computed once and kept as keys and values. Examples that do not begin so are scored behind the prompts alone.
 */
export function openScorer(
  setting: ScorerSetting,
  members: readonly Member[],
  beginning: readonly number[] = [],
): Promise<Scorer> {
  const { model } = setting;
  switch (model.kind) {
    case 'causal':
      return openCausalScorer({ ...setting, model }, members, beginning);
    case 'encoderDecoder':
      return Promise.resolve(pairScorer({ ...setting, model }, members));
    case 'masked':
      return Promise.resolve(maskedScorer({ ...setting, model }, members));
  }
}

async function openCausalScorer(
  setting: ScorerSetting<CausalModel>,
  members: readonly Member[],
  beginning: readonly number[],
): Promise<Scorer> {
  const { model } = setting;
  const sessions = setting.sessions ?? modelSessions(setting);
  const dispose = async (): Promise<void> => {
    if (!setting.sessions) await sessions.dispose();
  };
  const groupsBehind = async (ids: readonly number[]): Promise<Group[]> => {
    const numbers = new Map<number, number[]>();
    members.forEach((member, i) => {
      const placed = placesBehind(member, ids) ? member.method.virtualTokens : 0;
      numbers.set(placed, [...(numbers.get(placed) ?? []), i]);
    });
    const beginner = { ...setting, session: await openContinuing(sessions, model) };
    const groups: Group[] = [];
    for (const [placed, own] of numbers) {
      const rows = [];
      for (const i of own) rows.push((await begin(beginner, defined(members[i], 'a member'), ids)).rows);
      groups.push({
        members: own,
        session: await sessions.open(`scoring ${placed}`, () => scoringGraph(model, placed), {
          packed: setting.packed ?? false,
        }),
        cache: cacheOf(model, rows),
        placed: placed > 0 ? stacked(own.map((i) => defined(members[i]?.embeddings, 'vectors'))) : undefined,
      });
    }
    return groups;
  };
  const standing = new Map<readonly number[], Promise<Group[]>>();
  const groupsFor = (ids: readonly number[]): Promise<Group[]> => {
    const groups = standing.get(ids) ?? groupsBehind(ids);
    standing.set(ids, groups);
    return groups;
  };
  const beginningOf = ({ inputIds }: Candidates): readonly number[] =>
    beginsWith(inputIds, beginning) ? beginning : nothing;
  try {
    await groupsFor(beginning);
  } catch (error) {
    await dispose();
    throw error;
  }

  return {
    score: async (examples) => {
      const scores = members.map((): number[][] => []);
      const beginnings = examples.map(beginningOf);
      for (const ids of new Set(beginnings)) {
        const numbers = [...beginnings.keys()].filter((i) => beginnings[i] === ids);
        for (const { members: own, session, cache, placed } of await groupsFor(ids)) {
          const left = numbers.map((i) => behind(defined(examples[i], 'an example'), ids.length, placed !== undefined));
          for (const batch of candidateBatches(left, { members: own.length })) {
            const inputs = batch.map((i) => defined(left[i], 'an example'));
            const found = await scoreCandidates(session, model, { cache, placed }, inputs);
            own.forEach((member, m) =>
              batch.forEach((i, b) => {
                const row = defined(scores[member], 'a member');
                row[defined(numbers[i], 'an example')] = defined(found[m]?.[b], 'scores');
              }),
            );
          }
        }
      }
      return scores;
    },
    dispose,
  };
}

const nothing: readonly number[] = [];

/** Whether a text begins with the ids and goes on with words of its own. */
export const beginsWith = (inputIds: readonly number[], ids: readonly number[]): boolean =>
  ids.every((id, i) => inputIds[i] === id) && inputIds.slice(ids.length).some((id) => id >= 0);

/** What is left of an example behind its first tokens, with the virtual tokens among it where they are rows. */
export const behind = ({ inputIds, continuations }: Candidates, count: number, placed: boolean): Candidates => ({
  inputIds: inputIds.slice(count).filter((id) => placed || id >= 0),
  continuations,
});

/** Prompts of one size [P, hidden] as [prompts, P, hidden]. */
export function stacked(prompts: readonly Tensor<Float32Array>[]): PlacedPrompts {
  const [count = 0, hidden = 0] = prompts[0]?.shape ?? [];
  const data = new Float32Array(prompts.length * count * hidden);
  prompts.forEach((prompt, i) => data.set(prompt.data, i * count * hidden));
  return { data, shape: [prompts.length, count, hidden] };
}
