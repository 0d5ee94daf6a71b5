import { defined } from '../common/assert.js';
import { maskedFeeds, maskedScoringGraph, maskedText, type MaskedText } from '../methods/maskedGraph.js';
import { classEmbeddings, promptEmbeddings } from '../methods/method.js';
import type { MaskedModel } from '../models/maskedModel.js';
import { intVector, type Tensor } from '../runtime/executor.js';
import { type Candidates } from './candidates.js';
import { memberByMember } from './memberByMember.js';
import { modelSessions } from './modelSessions.js';
import type { Scorer, ScorerSetting } from './scorer.js';
import type { Member } from './standing.js';

/**
 * Ranks candidates with a masked model: each at as many masks as it has tokens, so that a text is read once for every length among its
 * candidates. A prompt changes every row, so that members are asked one after the other; of one with vectors for its classes a candidate is the
 * number of its class.
 */
export function maskedScorer(setting: ScorerSetting<MaskedModel>, members: readonly Member[]): Scorer {
  const { model } = setting;
  const sessions = setting.sessions ?? modelSessions(setting);
  const score = async (member: Member, examples: readonly Candidates[]): Promise<number[][]> => {
    const { method, embeddings, classes } = member;
    const { entry, virtualTokens, classes: count, prompts } = method;
    const session = await sessions.open(`masks ${[entry, virtualTokens, count, prompts].join(' ')}`, () =>
      maskedScoringGraph(model, method),
    );
    const { texts, pairs } = textsAndPairs(examples);
    const byWords = method.classes === undefined;
    const { logProbabilities } = await session.run({
      ...maskedFeeds(model, method, texts),
      ...(byWords && {
        pairRows: intVector(pairs.map(({ row }) => row)),
        pairTargets: intVector(pairs.map(({ token }) => token)),
      }),
      ...(embeddings && { [promptEmbeddings]: embeddings }),
      ...(classes && { [classEmbeddings]: classes }),
    });
    const { data }: Tensor = defined(logProbabilities, 'logProbabilities');
    const scores = examples.map(({ continuations }) => continuations.map(() => 0));
    pairs.forEach(({ row, token, example, continuation }, i) => {
      const own = defined(scores[example], 'an example');
      const at = byWords ? i : row * defined(method.classes, 'classes') + token;
      own[continuation] = defined(own[continuation], 'a score') + defined(data[at], 'a log-probability');
    });
    return scores;
  };
  return memberByMember({ setting, sessions }, members, score);
}

/** Which token of which candidate is read at which label row. */
interface AskedToken {
  readonly row: number;
  readonly token: number;
  readonly example: number;
  readonly continuation: number;
}

function textsAndPairs(examples: readonly Candidates[]): {
  readonly texts: MaskedText[];
  readonly pairs: AskedToken[];
} {
  const texts: MaskedText[] = [];
  const pairs: AskedToken[] = [];
  let rows = 0;
  examples.forEach(({ inputIds, continuations, prompt = 0 }, example) => {
    for (const count of new Set(continuations.map((tokens) => tokens.length))) {
      texts.push({ ...maskedText(inputIds, count), prompt });
      continuations.forEach((tokens, continuation) => {
        if (tokens.length === count)
          tokens.forEach((token, i) => pairs.push({ row: rows + i, token, example, continuation }));
      });
      rows += count;
    }
  });
  return { texts, pairs };
}
