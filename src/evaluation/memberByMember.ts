import { defined } from '../common/assert.js';
import { candidateBatches, type Candidates } from './candidates.js';
import type { ModelSessions } from './modelSessions.js';
import type { Scorer, ScorerSetting } from './scorer.js';
import type { Member } from './standing.js';

/** A scorer of models in which a prompt changes every row, so that members are asked one after the other; `score` does so with a batch. */
export const memberByMember = (
  { setting, sessions }: { readonly setting: Pick<ScorerSetting, 'sessions'>; readonly sessions: ModelSessions },
  members: readonly Member[],
  score: (member: Member, examples: readonly Candidates[]) => Promise<number[][]>,
): Scorer => ({
  score: async (examples) => {
    const scores = members.map((): number[][] => []);
    const batches = candidateBatches(examples);
    for (const [m, member] of members.entries())
      for (const batch of batches) {
        const found = await score(
          member,
          batch.map((i) => defined(examples[i], 'an example')),
        );
        batch.forEach((i, b) => (defined(scores[m], 'a member')[i] = defined(found[b], 'scores')));
      }
    return scores;
  },
  dispose: async () => {
    if (!setting.sessions) await sessions.dispose();
  },
});
