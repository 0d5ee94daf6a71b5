import * as l10n from '@vscode/l10n';
import type { Interval, VoteRule } from './evaluation.js';
import { metricText, signedDistance } from './numbers.js';

export function voteName(vote: VoteRule): string {
  switch (vote) {
    case 'majority':
      return l10n.t('majority');
    case 'mean':
      return l10n.t('mean probability');
    case 'weighted':
      return l10n.t('weighted by dev score');
  }
}

/** What a vote rule does. */
export function voteMeaning(vote: VoteRule): string {
  switch (vote) {
    case 'majority':
      return l10n.t('The label that most members rank first; where as many rank another, the likelier one.');
    case 'mean':
      return l10n.t('The label with the highest mean of the members’ probabilities.');
    case 'weighted':
      return l10n.t('As the mean, with each member weighed by its score on the dev rows when it was trained.');
  }
}

/** The members of an ensemble are labels' classifiers: their score is accuracy. */
export const shareScore = (value: number): string => metricText('accuracy', value);

/** +1.5 */
export const signedPoints = (value: number): string => signedDistance('accuracy', value, 0);

/** +0.6 … +2.4 */
export const intervalText = ({ low, high }: Interval): string => `${signedPoints(low)} … ${signedPoints(high)}`;
