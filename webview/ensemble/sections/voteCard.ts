import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import type { EnsembleOutcome, FromEnsemblePanel } from '../../../src/protocol/ensembleMessages.js';
import { voteRules, type VoteRule } from '../../../src/protocol/evaluation.js';
import { intervalText, shareScore, signedPoints, voteMeaning, voteName } from '../../../src/protocol/voteWords.js';

/** The number that the reader came for, by the vote that they choose; another is another look at what was asked once. */
export function voteCard(
  { votes, entropy, disagreement }: EnsembleOutcome['report'],
  vote: VoteRule,
  ask: (message: FromEnsemblePanel) => void,
): TemplateResult {
  const { value, gain, gainInterval } = votes[vote];
  const tone = gainInterval.low > 0 ? 'better' : gainInterval.high < 0 ? 'worse' : 'same';
  const arrow = tone === 'better' ? 'arrow-up' : tone === 'worse' ? 'arrow-down' : 'dash';
  return html`<section class="card vote" aria-label=${l10n.t('What they say together')}>
    <div class="figures">
      <span class="big">${shareScore(value)}</span>
      <span class="distance ${tone}">
        <span class="codicon codicon-${arrow}" aria-hidden="true"></span>
        ${l10n.t('{gain} over the members’ mean (95 %: {interval})', {
          gain: signedPoints(gain),
          interval: intervalText(gainInterval),
        })}
      </span>
      <span class="facts">${tone === 'same' ? l10n.t('no difference that these rows could show') : ''}</span>
    </div>
    <fieldset>
      <legend>${l10n.t('Vote')}</legend>
      ${voteRules.map(
        (rule) =>
          html`<label title=${voteMeaning(rule)}>
            <input
              type="radio"
              name="vote"
              value=${rule}
              .checked=${rule === vote}
              @change=${() => ask({ type: 'vote', vote: rule })}
            />
            ${voteName(rule)}
          </label>`,
      )}
    </fieldset>
    <p class="facts">
      ${l10n.t('Entropy {entropy} nats a row, of it {disagreement} disagreement of the members', {
        entropy: entropy.toFixed(3),
        disagreement: disagreement.toFixed(3),
      })}
    </p>
  </section>`;
}
