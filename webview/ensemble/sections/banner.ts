import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { EnsembleState, FromEnsemblePanel } from '../../../src/protocol/ensembleMessages.js';
import { wholeNumber } from '../../../src/protocol/numbers.js';
import type { Problem } from '../../../src/protocol/panelMessages.js';

type Tone = 'info' | 'warning' | 'error';

/** How far it is, why it does not go on, and what should be known of the result. */
export function banner(
  { work, result, members }: EnsembleState,
  problem: Problem | undefined,
  ask: (message: FromEnsemblePanel) => void,
): TemplateResult | typeof nothing {
  if (problem) return box('error', problem.message, problem.advice);
  switch (work.kind) {
    case 'failed':
      return box('error', work.problem.message, work.problem.advice);
    case 'open':
      return html`<vscode-progress-bar
        aria-label=${l10n.t('Reading the kept results')}
        indeterminate
      ></vscode-progress-bar>`;
    case 'running':
      return progress(work);
    case 'idle':
      return result ? notes(result) : empty(members, ask);
  }
}

function progress({ file, done, total }: Extract<EnsembleState['work'], { kind: 'running' }>): TemplateResult {
  return html`<div>
    <vscode-progress-bar
      aria-label=${l10n.t('Progress')}
      .value=${done}
      .max=${Math.max(1, total)}
      ?indeterminate=${done === 0}
    ></vscode-progress-bar>
    <p class="pace">
      <span>${file}</span>
      <span
        >${
          done === 0
            ? l10n.t('loading the base model and the members')
            : l10n.t('{done} of {total} rows, baselines included', {
                done: wholeNumber(done),
                total: wholeNumber(total),
              })
        }</span
      >
    </p>
  </div>`;
}

function notes({ complete, problems, trainedOn, changedSince, judged }: NonNullable<EnsembleState['result']>) {
  const said = [
    ...(complete
      ? []
      : [
          l10n.t('Stopped early: the scores are of the {count} rows that were judged.', { count: wholeNumber(judged) }),
        ]),
    ...(problems > 0
      ? [l10n.t('Rows that could not be read and are left out: {count}.', { count: wholeNumber(problems) })]
      : []),
    ...(trainedOn > 0
      ? [
          l10n.t('Rows that stood in the training data, so that the scores flatter: {count}.', {
            count: wholeNumber(trainedOn),
          }),
        ]
      : []),
    ...(changedSince ? [l10n.t('The file has changed since: run it again.')] : []),
  ];
  return said.length === 0 ? nothing : box('warning', said[0] ?? '', said.slice(1).join(' '));
}

function empty(members: EnsembleState['members'], ask: (message: FromEnsemblePanel) => void): TemplateResult {
  const gone = members.filter(({ isThere }) => !isThere);
  if (gone.length > 0)
    return box(
      'warning',
      l10n.t('Members that are not there: {names}.', { names: gone.map(({ name }) => name).join(', ') }),
      l10n.t('Wait for their training, or choose the members again.'),
    );
  return html`<div class="card">
    <h2>${l10n.t('Do they answer better together?')}</h2>
    <p>${members.map(({ name }) => name).join(', ')}</p>
    <p class="empty">
      ${l10n.t('Choose a file of rows with known answers: its members, their mean and best, and what they say together appear here.')}
    </p>
    <p><vscode-button icon="play" @click=${() => ask({ type: 'run' })}>${l10n.t('Run on a File…')}</vscode-button></p>
  </div>`;
}

function box(tone: Tone, message: string, advice: string): TemplateResult {
  return html`<div class="banner ${tone}">
    <span class="codicon codicon-${tone}" aria-hidden="true"></span>
    <p><strong>${message}</strong> ${advice}</p>
  </div>`;
}
