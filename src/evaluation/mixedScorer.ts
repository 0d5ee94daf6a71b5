import { defined } from '../common/assert.js';
import { scoringGraph } from '../methods/cachedGraph.js';
import { cacheOf, type KeyValueRows } from '../methods/keyValueCache.js';
import type { CausalModel } from '../models/causalModel.js';
import { candidateBatches, scoreOwnCandidates, type Candidates } from './candidates.js';
import { keptMembers } from './mixedBatches.js';
import { rowsScorer } from './mixedRows.js';
import { modelSessions } from './modelSessions.js';
import { beginsWith, behind, stacked, type ScorerSetting } from './scorer.js';
import { begin, openContinuing, placesBehind, type Member } from './standing.js';

/** Ranks candidates of examples that each have a prompt of their own, or none, together in the same runs (Lester et al. 2021, figure 2). */
export interface MixedScorer {
  /** Σ log p(token | everything before it) of each example by its own member: [example][candidate]. */
  score(examples: readonly Candidates[], members: readonly Member[]): Promise<number[][]>;
  dispose(): Promise<void>;
}

/** `beginning`: the token ids that examples begin with. */
export function openMixedScorer(setting: ScorerSetting, beginning: readonly number[]): MixedScorer {
  const { model } = setting;
  return model.kind === 'causal' ? causalScorer({ ...setting, model }, beginning) : rowsScorer(setting);
}

/**
 * What stands in front of an example, its prompt and then `beginning`, is computed once for each member and kept as keys and values; every
 * sequence of a batch is read behind its own, so that the frozen weights are read once for all prompts.
 */
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
