import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { evaluationProgress } from '../../src/protocol/evaluationProgress.js';
import type { Problem } from '../../src/protocol/panelMessages.js';
import { wholeNumber } from '../../src/protocol/numbers.js';
import type { ResultsAction, ResultsPhase, ResultsState } from '../../src/protocol/resultsMessages.js';

const icons: Readonly<Record<ResultsPhase, string>> = {
  none: 'circle-outline',
  starting: 'loading codicon-modifier-spin',
  running: 'sync codicon-modifier-spin',
  finished: 'pass',
  stopped: 'circle-slash',
  ended: 'error',
};

export function phaseName(phase: ResultsPhase): string {
  switch (phase) {
    case 'none':
      return l10n.t('cleared');
    case 'starting':
      return l10n.t('starting');
    case 'running':
      return l10n.t('running');
    case 'finished':
      return l10n.t('finished');
    case 'stopped':
      return l10n.t('stopped');
    case 'ended':
      return l10n.t('ended');
  }
}

/** What is judged by what, and what can be done. */
export function header(state: ResultsState, act: (action: ResultsAction) => void): TemplateResult {
  const { name, file, state: phase, done, total, rows } = state;
  const judged = state.right + state.wrong + state.problems;
  const isUnderWay = phase === 'starting' || phase === 'running';
  const hasRows = !isUnderWay && phase !== 'none' && phase !== 'ended';
  const button = (action: ResultsAction, icon: string, label: string, isMain = false): TemplateResult =>
    html`<vscode-button icon=${icon} ?secondary=${!isMain} @click=${() => act(action)}>${label}</vscode-button>`;
  return html`<header>
      <h1>${name}</h1>
      <span class="state ${phase === 'ended' ? 'failed' : phase}">
        <span class="codicon codicon-${icons[phase]}" aria-hidden="true"></span> ${phaseName(phase)}
      </span>
      <span class="facts">${l10n.t('on')} <button class="link" @click=${() => act('openFile')}>${file}</button></span>
      <span class="actions">
        ${
          isUnderWay
            ? button('stop', 'debug-stop', l10n.t('Stop'))
            : button('again', 'refresh', l10n.t('Evaluate again'), !hasRows)
        }
        ${hasRows ? button('export', 'export', l10n.t('Export predictions')) : nothing}
        ${hasRows ? button('addTest', 'beaker', l10n.t('Add as a test')) : nothing}
      </span>
    </header>
    ${
      isUnderWay
        ? html`<vscode-progress-bar
              aria-label=${l10n.t('Progress')}
              .value=${done}
              .max=${Math.max(1, total)}
              ?indeterminate=${phase === 'starting' || done === 0}
            ></vscode-progress-bar>
            <p class="pace">
              <span>
                ${
                  phase === 'starting'
                    ? l10n.t('reading the model and the rows')
                    : evaluationProgress({ rows, judged, done, total })
                }
              </span>
            </p>`
        : nothing
    }`;
}

/** What a reader should know before the numbers. `asked`: what could not be done. */
export function banners(state: ResultsState, asked: Problem | undefined): TemplateResult {
  const { problem, state: phase, training, trainedOn, changedSince, right, wrong, problems, rows } = state;
  const shown: TemplateResult[] = [];
  if (asked) shown.push(box('error', asked.message, asked.advice));
  if (problem) shown.push(box(phase === 'ended' ? 'error' : 'warning', problem.message, problem.advice));
  if (phase === 'none')
    shown.push(box('info', l10n.t('Nothing is evaluated here now.'), l10n.t('Evaluate again judges every row anew.')));
  if (phase === 'stopped' && !problem)
    shown.push(
      box(
        'info',
        l10n.t('Stopped at {done} of {total}.', {
          done: wholeNumber(right + wrong + problems),
          total: wholeNumber(rows),
        }),
        l10n.t('What was judged stays; the score is of those rows.'),
      ),
    );
  if (training.length > 0)
    shown.push(
      box(
        'info',
        l10n.t('A training runs: {names}.', { names: training.join(', ') }),
        l10n.t('The evaluation shares the cores with it, and both take longer.'),
      ),
    );
  if (trainedOn > 0)
    shown.push(
      box(
        'warning',
        l10n.t('Rows that stood in the training data: {rows}.', { rows: wholeNumber(trainedOn) }),
        l10n.t('The score is likely better than on rows that the prompt has not seen.'),
      ),
    );
  if (changedSince)
    shown.push(
      box('warning', l10n.t('The file changed since.'), l10n.t('These results are of the rows as they were.')),
    );
  return html`${shown}`;
}

function box(tone: 'info' | 'warning' | 'error', message: string, advice: string): TemplateResult {
  return html`<div class="banner ${tone}">
    <span class="codicon codicon-${tone}" aria-hidden="true"></span>
    <p><strong>${message}</strong> ${advice}</p>
  </div>`;
}
