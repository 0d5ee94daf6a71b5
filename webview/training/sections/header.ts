import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { RunAction } from '../../../src/protocol/panelMessages.js';
import { methodName, wholeNumber } from '../../../src/protocol/numbers.js';
import { bestScore, type RunView } from '../runView.js';
import { isLive, stateIcon, stateName } from '../../../src/protocol/runState.js';

/** The run's name and what it is, with what can be done. `asked`: what was asked and has not happened yet. */
export function header(view: RunView, asked: RunAction | undefined, act: (action: RunAction) => void): TemplateResult {
  const { run, start } = view;
  const { plan } = run;
  const facts = [
    methodName(plan.method),
    ...(plan.encoder === undefined ? [] : [plan.encoder]),
    ...(plan.virtualTokens > 0 ? [`P=${plan.virtualTokens}`] : []),
    start?.model ?? plan.model,
  ];
  const tool = (action: RunAction, icon: string, label: string): TemplateResult =>
    html`<vscode-toolbar-button icon=${icon} label=${label} title=${label} @click=${() => act(action)}>
    </vscode-toolbar-button>`;
  return html`<header>
    <h1>${run.name}</h1>
    <span class="state ${run.state}">
      <span class="codicon codicon-${stateIcon[run.state]}" aria-hidden="true"></span> ${stateName(run.state)}
    </span>
    <span class="facts">${facts.join(' · ')}</span>
    <span class="actions">
      ${mainActions(view, asked, act)}
      ${run.saved ? tool('revealPrompt', 'list-tree', l10n.t('Show the saved prompt in the sidebar')) : nothing}
      ${tool('compare', 'git-compare', l10n.t('Compare with other runs'))}
      ${tool('openRecipe', 'go-to-file', l10n.t('Open the recipe'))}
      ${tool('showLog', 'output', l10n.t('Show the output of the process'))}
    </span>
  </header>`;
}

function mainActions(
  view: RunView,
  asked: RunAction | undefined,
  act: (action: RunAction) => void,
): TemplateResult | typeof nothing {
  const { state, controllable } = view.run;
  const button = (action: RunAction, icon: string, label: string, title: string, isMain = false): TemplateResult =>
    html`<vscode-button
      ?secondary=${!isMain}
      icon=${asked === action ? 'loading' : icon}
      ?icon-spin=${asked === action}
      ?disabled=${asked !== undefined || (isLive(state) && !controllable)}
      title=${isLive(state) && !controllable ? elsewhere() : title}
      @click=${() => act(action)}
      >${label}</vscode-button
    >`;
  const stop = (): TemplateResult => {
    const best = bestScore(view);
    return button(
      'stop',
      'debug-stop',
      best ? l10n.t('Stop and keep step {step}', { step: wholeNumber(best.step) }) : l10n.t('Stop and keep the latest'),
      l10n.t('Ends after the step under way and saves the best so far as a prompt.'),
    );
  };
  switch (state) {
    case 'running':
      return html`${button('pause', 'debug-pause', l10n.t('Pause'), l10n.t('Frees the cores after the step under way.'))}
      ${view.lastStep ? stop() : nothing}`;
    case 'paused':
      return html`${button('continue', 'debug-continue', l10n.t('Continue'), l10n.t('Goes on where it paused.'), true)}
      ${stop()}`;
    case 'stopped':
    case 'failed':
    case 'interrupted':
      return button('resume', 'debug-rerun', l10n.t('Resume'), l10n.t('Goes on from the last checkpoint.'), true);
    case 'queued':
    case 'finished':
      return nothing;
  }
}

const elsewhere = (): string =>
  l10n.t('This run cannot be reached from here: it was started in a terminal, or is just starting.');
