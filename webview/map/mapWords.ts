import * as l10n from '@vscode/l10n';
import type { Projection, TokenMap } from '../../src/protocol/interpretation.js';
import { shareText, wholeNumber } from '../../src/protocol/numbers.js';

export const projectionHint = (projection: Projection): string =>
  projection === 'pca'
    ? l10n.t('Principal components: straight axes, at once')
    : l10n.t('UMAP: keeps neighbourhoods, in seconds');

/** Which tokens the map has. */
export const sampleText = ({ sampled, words, vocabulary }: TokenMap): string =>
  l10n.t(
    'Shown of {vocabulary} tokens: {named} that are near or name labels, and a sample of {sampled} frequent ones.',
    {
      vocabulary: wholeNumber(vocabulary),
      named: wholeNumber(words.length - sampled),
      sampled: wholeNumber(sampled),
    },
  );

/** What its axes mean. */
export const meaningText = ({ explained }: TokenMap): string =>
  explained
    ? l10n.t('By direction; the axes tell {first} and {second} of the differences.', {
        first: shareText(explained[0]),
        second: shareText(explained[1]),
      })
    : l10n.t('By direction; who is next to whom counts, distances across the map do not.');
