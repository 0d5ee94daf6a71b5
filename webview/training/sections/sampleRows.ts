import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { SampleRow } from '../../../src/protocol/events.js';
import { wholeNumber } from '../../../src/protocol/numbers.js';
import type { RunView } from '../runView.js';

type Change = 'fixed' | 'broken' | 'wrong' | 'right';
interface ChangedRow {
  readonly now: SampleRow;
  readonly before: SampleRow | undefined;
  readonly change: Change;
}

/** A few rows: what the model made of them without a prompt, and what it makes of them now. What changed stands first. */
export function sampleRows(view: RunView, openRow: (row: SampleRow) => void): TemplateResult {
  const { baseline, dev } = view.evaluations;
  const latest = dev ?? baseline;
  if (!latest)
    return section(html`<p class="empty">${l10n.t('A few rows appear here with the first evaluation.')}</p>`);
  const before = new Map(dev && baseline?.samples.map((row) => [keyOf(row), row]));
  const rows = latest.samples
    .map((now) => changedRow(now, before.get(keyOf(now))))
    .sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change));
  const count = (change: Change): number => rows.filter((row) => row.change === change).length;
  const description = !dev
    ? l10n.t('without a prompt; the first evaluation follows')
    : latest.metric === 'perplexity'
      ? l10n.t('no prompt → step {step}', { step: wholeNumber(dev.step) })
      : l10n.t('no prompt → step {step}; fixed: {fixed}, broken: {broken}', {
          step: wholeNumber(dev.step),
          fixed: count('fixed'),
          broken: count('broken'),
        });
  const isRanked = latest.metric === 'accuracy';
  return section(
    html`<div class="scroll" tabindex="0" role="region" aria-label=${l10n.t('What changed')}>
      <table class="samples">
        <thead>
          <tr>
            <th scope="col" class="change"><span class="visually-hidden">${l10n.t('Change')}</span></th>
            <th scope="col">${l10n.t('Row')}</th>
            ${isRanked ? html`<th scope="col" class="label">${l10n.t('Should be')}</th>` : nothing}
            <th scope="col" class="guess number">${dev && baseline ? l10n.t('No prompt → now') : l10n.t('Now')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ now, before: was, change }) =>
              html`<tr>
                <td class="change ${change}">${isRanked ? marks(now, was, change) : trend(now, was)}</td>
                <td class="row">
                  <button class="link" title="${now.input}&#10;${now.file}:${now.line}" @click=${() => openRow(now)}>
                    ${now.input.replace(/\s+/g, ' ')}
                  </button>
                </td>
                ${isRanked ? html`<td class="label">${now.expected}</td>` : nothing}
                <td class="number">${prediction(now, was, isRanked)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`,
    description,
  );
}

function section(content: TemplateResult, description = ''): TemplateResult {
  return html`<section class="card">
    <h2>${l10n.t('What changed')} <span class="facts">${description}</span></h2>
    ${content}
  </section>`;
}

const order: readonly Change[] = ['fixed', 'broken', 'wrong', 'right'];
const keyOf = ({ file, line }: SampleRow): string => `${file}:${line}`;
const isRight = ({ expected, predicted }: SampleRow): boolean => expected === predicted;

function changedRow(now: SampleRow, before: SampleRow | undefined): ChangedRow {
  if (!before || isRight(before) === isRight(now)) return { now, before, change: isRight(now) ? 'right' : 'wrong' };
  return { now, before, change: isRight(now) ? 'fixed' : 'broken' };
}

function marks(now: SampleRow, before: SampleRow | undefined, change: Change): TemplateResult {
  const mark = (row: SampleRow): string => (isRight(row) ? '✓' : '✗');
  return html`<span aria-hidden="true">${before ? `${mark(before)} → ` : ''}${mark(now)}</span>
    <span class="visually-hidden">${changeName(change)}</span>`;
}

function changeName(change: Change): string {
  switch (change) {
    case 'fixed':
      return l10n.t('fixed');
    case 'broken':
      return l10n.t('broken');
    case 'wrong':
      return l10n.t('wrong');
    case 'right':
      return l10n.t('right');
  }
}

function trend(now: SampleRow, before: SampleRow | undefined): TemplateResult | typeof nothing {
  if (!before) return nothing;
  const isUp = now.probability >= before.probability;
  return html`<span class="codicon codicon-arrow-${isUp ? 'up' : 'down'}" aria-hidden="true"></span>
    <span class="visually-hidden">${isUp ? l10n.t('likelier') : l10n.t('less likely')}</span>`;
}

/** What it was is told where it differs. */
function prediction(now: SampleRow, before: SampleRow | undefined, isRanked: boolean): TemplateResult {
  const probability = (row: SampleRow): string => row.probability.toFixed(2);
  const isSame = !isRanked || before?.predicted === now.predicted;
  const was = before && `${isSame ? probability(before) : before.predicted} → `;
  return html`${was}<b>${isRanked ? `${now.predicted} ` : ''}${probability(now)}</b>`;
}
