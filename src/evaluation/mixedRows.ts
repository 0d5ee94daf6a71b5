import { defined } from '../common/assert.js';
import { several } from '../methods/method.js';
import { sequencesPerBatch } from './candidates.js';
import type { MixedScorer } from './mixedScorer.js';
import { modelSessions } from './modelSessions.js';
import { openScorer, stacked, type ScorerSetting } from './scorer.js';
import type { Member } from './standing.js';

/** Keys and values of their own have no place in the rows of an encoder-decoder's batch: such members are asked one after the other. */
export const hasPrefix = ({ method }: Member): boolean => method.entry === 'keysAndValues';

/** Of models in which a prompt changes every row: each text of a batch has its own virtual tokens among its rows. */
export function rowsScorer(setting: ScorerSetting): MixedScorer {
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
    const most = hasPrefix(member) ? 1 : sequencesPerBatch;
    const key = `${kind} ${Math.floor(alike.indexOf(member) / most)}`;
    asked.set(key, [...(asked.get(key) ?? []), i]);
  });
  return [...asked.values()];
}

/** Members of one kind as one of several prompts, of which a session holds so many that it serves every batch. */
function joined(members: readonly Member[]): Member {
  const first = defined(members[0], 'a member');
  if (members.length === 1 || !first.embeddings) return first;
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
