import * as l10n from '@vscode/l10n';
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { TryAnswer } from '../../src/protocol/evaluationMessages.js';
import { wholeNumber } from '../../src/protocol/numbers.js';
import type { Trial } from './trial.js';

interface AnswerCard {
  readonly title: string;
  readonly about: string;
  readonly trial: Trial;
  /** Buttons beside the title. */
  readonly controls?: TemplateResult;
}

/** What one side says. */
export function answerCard({ title, about, trial, controls }: AnswerCard): TemplateResult {
  return html`<section class="card answer" aria-label=${title}>
    <h2>${title} <span class="controls">${controls}</span></h2>
    <p class="facts">${about}</p>
    ${content(trial)}
  </section>`;
}

function content(trial: Trial): TemplateResult {
  switch (trial.state) {
    case 'empty':
      return html`<p class="empty">${l10n.t('The answer will stand here.')}</p>`;
    case 'waiting':
      return html`<p class="empty">${l10n.t('Waits for its turn.')}</p>`;
    case 'running':
      return html`<vscode-progress-bar indeterminate aria-label=${l10n.t('Answering')}></vscode-progress-bar>
        ${trial.text === '' ? nothing : written(trial.text)}`;
    case 'stopped':
      return html`${trial.text === '' ? nothing : written(trial.text)}
        <p class="facts">${l10n.t('Stopped.')}</p>`;
    case 'failed':
      return html`${trial.text === '' ? nothing : written(trial.text)}
        <div class="banner error">
          <span class="codicon codicon-error" aria-hidden="true"></span>
          <p>${trial.problem.message} ${trial.problem.advice}</p>
        </div>`;
    case 'answered': {
      const { probabilities, text } = trial.answer;
      return probabilities
        ? bars(probabilities)
        : html`${text === '' ? html`<p class="empty">${l10n.t('It answered with nothing.')}</p>` : written(text)}
            <p class="facts">${facts(trial.answer)}</p>`;
    }
  }
}

const written = (text: string): TemplateResult => html`<pre class="text" tabindex="0">${text}</pre>`;

/** Labels by their probability, the highest first. */
function bars(probabilities: NonNullable<TryAnswer['probabilities']>): TemplateResult {
  return html`<table class="bars">
    <thead class="visually-hidden">
      <tr>
        <th scope="col">${l10n.t('Label')}</th>
        <th scope="col">${l10n.t('Probability')}</th>
      </tr>
    </thead>
    <tbody>
      ${probabilities.map(
        ({ label, probability }, i) =>
          html`<tr class=${i === 0 ? 'best' : ''}>
            <th scope="row">${label}</th>
            <td class="bar" aria-hidden="true">${bar(probability)}</td>
            <td class="number">${(100 * probability).toFixed(1)} %</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Widths as attributes: the page's policy lets no style in. */
const bar = (share: number): TemplateResult =>
  html`<svg viewBox="0 0 100 10" preserveAspectRatio="none">
    ${svg`<rect width=${Math.max(0.5, 100 * share)} height="10"></rect>`}
  </svg>`;

/** 23 tokens · 41.2 tokens/s · 0.6 s · it ended by itself */
export function facts({ tokens, seconds, ended }: TryAnswer): string {
  const ends: Readonly<Record<TryAnswer['ended'], string>> = {
    eos: l10n.t('it ended by itself'),
    stop: l10n.t('ended at a stop string'),
    length: l10n.t('cut at the most tokens'),
  };
  return [
    tokens === 1 ? l10n.t('1 token') : l10n.t('{count} tokens', { count: wholeNumber(tokens) }),
    ...(seconds > 0 ? [l10n.t('{count} tokens/s', { count: (tokens / seconds).toFixed(1) })] : []),
    l10n.t('{seconds} s', { seconds: seconds.toFixed(1) }),
    ends[ended],
  ].join(' · ');
}

/** What a screen reader says of an answer once it is whole. */
export function spoken(title: string, { text, probabilities }: TryAnswer): string {
  const [best] = probabilities ?? [];
  const answer = best ? `${best.label}, ${(100 * best.probability).toFixed(1)} %` : text;
  return l10n.t('{who} answered: {answer}', { who: title, answer });
}
