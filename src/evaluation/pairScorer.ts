import { defined } from '../common/assert.js';
import { pairFeeds, pairMethodKey, pairScoringGraph } from '../methods/pairGraph.js';
import { promptEmbeddings } from '../methods/method.js';
import type { EncoderDecoderModel } from '../models/encoderDecoder.js';
import { branching, candidateBatches, candidatePairs, sumsOf, type Candidates } from './candidates.js';
import { modelSessions } from './modelSessions.js';
import type { Scorer, ScorerSetting } from './scorer.js';
import type { Member } from './standing.js';

/**
 * Ranks candidates with an encoder-decoder: the encoder reads an example once, the decoder's rows branch into its continuations. What a prompt
 * changes it changes in every row of the encoder, so that members are asked one after the other.
 */
export function pairScorer(setting: ScorerSetting<EncoderDecoderModel>, members: readonly Member[]): Scorer {
  const { model } = setting;
  const sessions = setting.sessions ?? modelSessions(setting);
  const score = async ({ method, embeddings }: Member, examples: readonly Candidates[]): Promise<number[][]> => {
    const session = await sessions.open(`pairs ${pairMethodKey(method)}`, () => pairScoringGraph(model, method));
    const { logProbabilities } = await session.run({
      ...pairFeeds(
        model,
        method,
        examples.map(({ inputIds, continuations }) => ({
          ids: inputIds,
          decoder: branching({ inputIds: [model.decoderStartTokenId], continuations }),
        })),
      ),
      ...candidatePairs(examples, 1),
      ...(embeddings && { [promptEmbeddings]: embeddings }),
    });
    return defined(sumsOf(defined(logProbabilities, 'logProbabilities').data, examples, 1)[0], 'scores');
  };
  return {
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
  };
}
