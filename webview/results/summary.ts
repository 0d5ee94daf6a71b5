import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { voteRules, type EvaluationSummary, type VoteRule } from '../../src/protocol/evaluation.js';
import { metricNames, type LabelScore, type MetricName, type Metrics } from '../../src/protocol/events.js';
import { worstFirst, type GroupScores } from '../../src/protocol/groupScores.js';
import { mainScore } from '../../src/protocol/mainScore.js';
import { distanceText, duration, isBetter, metricName, metricText, wholeNumber } from '../../src/protocol/numbers.js';
import type { ResultsState } from '../../src/protocol/resultsMessages.js';
import { voteName } from '../../src/protocol/voteWords.js';

/** The number that counts with its interval, how far it is from the baselines, and what else is known. */
export function summaryCard(state: ResultsState, vote: (rule: VoteRule) => void): TemplateResult {
  const { summary, members } = state;
  const score = summary ? mainScore(summary.metrics) : scoreSoFar(state);
  return html`<section class="card metric">
    <h2>${score ? capitalised(metricName(score.metric)) : l10n.t('Score')}</h2>
    ${score ? figures(score.metric, score.value, state) : html`<p class="empty">${noScoreYet(state)}</p>`}
    ${members.length > 0 ? votes(state, vote) : nothing}
    ${summary?.metrics.perLabel ? eachLabel(summary.metrics.perLabel) : nothing}
    ${summary?.groups ? eachGroup(summary.groups) : nothing}
  </section>`;
}

function scoreSoFar({ right, wrong, task }: ResultsState): { metric: MetricName; value: number } | undefined {
  return task === 'classification' && right + wrong > 0
    ? { metric: 'accuracy', value: right / (right + wrong) }
    : undefined;
}

function noScoreYet({ state }: ResultsState): string {
  return state === 'starting' || state === 'running'
    ? l10n.t('The score comes with the first rows.')
    : l10n.t('No row was judged.');
}

function figures(metric: MetricName, value: number, state: ResultsState): TemplateResult {
  const { summary, right, wrong } = state;
  const { none, examples } = summary?.baselines ?? {};
  return html`<div class="figures">
      <span class="big">${metricText(metric, value)}</span>
      ${summary?.interval ? html`<span class="facts">${interval(metric, summary.interval)}</span>` : nothing}
      ${none ? distance(metric, value, none, l10n.t('no prompt')) : nothing}
      ${
        examples
          ? distance(metric, value, examples.metrics, l10n.t('{count} examples as text', { count: examples.count }))
          : nothing
      }
    </div>
    <dl class="more">
      ${
        metric === 'accuracy'
          ? fact(
              l10n.t('right'),
              l10n.t('{right} of {judged}', { right: wholeNumber(right), judged: wholeNumber(right + wrong) }),
            )
          : nothing
      }
      ${summary ? moreFacts(summary, metric) : nothing}
    </dl>`;
}

/** What else was measured, and of which rows. */
function moreFacts(
  { metrics, calibration, judged, rows, problems, seconds }: EvaluationSummary,
  main: MetricName,
): TemplateResult {
  return html`${metricNames.map((metric) => {
    const value = metrics[metric];
    return metric === main || value === undefined ? nothing : fact(metricName(metric), metricText(metric, value));
  })}
  ${calibration ? fact(l10n.t('calibration error'), calibration.error.toFixed(3)) : nothing}
  ${fact(l10n.t('rows judged'), l10n.t('{judged} of {rows}', { judged: wholeNumber(judged), rows: wholeNumber(rows) }))}
  ${problems > 0 ? fact(l10n.t('not judged'), wholeNumber(problems)) : nothing}
  ${fact(l10n.t('took'), duration(seconds))}`;
}

const fact = (name: string, value: string): TemplateResult =>
  html`<div>
    <dt>${name}</dt>
    <dd class="number">${value}</dd>
  </div>`;

const interval = (metric: MetricName, { low, high }: { low: number; high: number }): string =>
  l10n.t('95 %: {low} … {high}', { low: metricText(metric, low), high: metricText(metric, high) });

function distance(metric: MetricName, value: number, other: Metrics, name: string): TemplateResult | typeof nothing {
  const baseline = other[metric];
  if (baseline === undefined) return nothing;
  const isSame = metricText(metric, value) === metricText(metric, baseline);
  const tone = isSame ? 'same' : isBetter(metric, value, baseline) ? 'better' : 'worse';
  const arrow = isSame ? 'dash' : value > baseline ? 'arrow-up' : 'arrow-down';
  return html`<span class="distance ${tone}">
    <span class="codicon codicon-${arrow}" aria-hidden="true"></span>
    ${l10n.t('{distance} against {baseline} ({score})', {
      distance: distanceText(metric, value, baseline),
      baseline: name,
      score: metricText(metric, baseline),
    })}
  </span>`;
}

/** Chosen after the fact: nothing runs again. */
function votes({ vote, summary, members }: ResultsState, choose: (rule: VoteRule) => void): TemplateResult {
  const scores = summary?.ensemble?.votes;
  return html`<fieldset class="votes">
    <legend>${l10n.t('How {count} members come to one answer', { count: members.length })}</legend>
    ${voteRules.map(
      (rule) =>
        html`<label>
          <input
            type="radio"
            name="vote"
            ?checked=${vote === rule}
            .checked=${vote === rule}
            @change=${() => choose(rule)}
          />
          ${voteName(rule)}
          ${scores ? html`<span class="facts number">${metricText('accuracy', scores[rule].value)}</span>` : nothing}
        </label>`,
    )}
  </fieldset>`;
}

const eachLabel = (scores: readonly LabelScore[]): TemplateResult =>
  folded(
    l10n.t('Each label'),
    nothing,
    [l10n.t('Label'), l10n.t('Precision'), l10n.t('Recall'), 'F1', l10n.t('Rows')],
    scores.map(({ label, precision, recall, f1, support }) => [
      label,
      precision.toFixed(3),
      recall.toFixed(3),
      f1.toFixed(3),
      wholeNumber(support),
    ]),
  );

/** Those whose prompts do worst come first. */
function eachGroup(groups: GroupScores): TemplateResult {
  const { column, metric } = groups;
  return folded(
    l10n.t('Each {column}', { column }),
    html`<span class="facts">${l10n.t('the worst first')}</span>`,
    [column, capitalised(metricName(metric)), l10n.t('Rows')],
    worstFirst(groups).map(({ group, value, rows, bare }) => [
      bare ? html`${group} <span class="facts">${l10n.t('no prompt')}</span>` : group,
      metricText(metric, value),
      wholeNumber(rows),
    ]),
  );
}

type FoldedRow = readonly [name: string | TemplateResult, ...numbers: string[]];

/** A table that unfolds: its heads, and rows of a name and numbers. */
function folded(
  title: string,
  aside: TemplateResult | typeof nothing,
  [names, ...numbers]: readonly [names: string, ...numbers: string[]],
  rows: readonly FoldedRow[],
): TemplateResult {
  return html`<details>
    <summary>
      <h2>${title}</h2>
      ${aside}
    </summary>
    <div class="scroll" tabindex="0" role="region" aria-label=${title}>
      <table>
        <thead>
          <tr>
            <th scope="col">${names}</th>
            ${numbers.map((name) => html`<th scope="col" class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([name, ...values]) =>
              html`<tr>
                <th scope="row">${name}</th>
                ${values.map((value) => html`<td class="number">${value}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
