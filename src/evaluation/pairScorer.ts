import { defined } from '../common/assert.js';
import { pairFeeds, pairMethodKey, pairScoringGraph } from '../methods/pairGraph.js';
import { promptEmbeddings } from '../methods/method.js';
import type { EncoderDecoderModel } from '../models/encoderDecoder.js';
import { branching, candidatePairs, sumsOf, type Candidates } from './candidates.js';
import { memberByMember } from './memberByMember.js';
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
        examples.map(({ inputIds, continuations, prompt = 0 }) => ({
          ids: inputIds,
          prompt,
          decoder: branching({ inputIds: [model.decoderStartTokenId], continuations }),
        })),
      ),
      ...candidatePairs(examples, 1),
      ...(embeddings && { [promptEmbeddings]: embeddings }),
    });
    return defined(sumsOf(defined(logProbabilities, 'logProbabilities').data, examples, 1)[0], 'scores');
  };
  return memberByMember({ setting, sessions }, members, score);
}
