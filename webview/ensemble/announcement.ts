import * as l10n from '@vscode/l10n';
import type { EnsembleState } from '../../src/protocol/ensembleMessages.js';
import { shareScore, signedPoints, voteName } from '../../src/protocol/voteWords.js';

/** What a screen reader says of news: beginning, end and another vote, not each row. */
export function announcement(
  before: EnsembleState | undefined,
  { work, result, vote }: EnsembleState,
): string | undefined {
  if (!before || (before.work.kind === work.kind && before.vote === vote)) return undefined;
  if (work.kind === 'running') return l10n.t('Running on {file}', { file: work.file });
  if (work.kind === 'failed') return work.problem.message;
  if (work.kind !== 'idle' || !result) return undefined;
  const { value, gain } = result.report.votes[vote];
  return l10n.t('Ensemble, {vote}: {score}, {gain} over the members’ mean', {
    vote: voteName(vote),
    score: shareScore(value),
    gain: signedPoints(gain),
  });
}
