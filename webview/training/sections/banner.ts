import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { Problem } from '../../../src/protocol/panelMessages.js';
import { wholeNumber } from '../../../src/protocol/numbers.js';
import type { RunView } from '../runView.js';

type Tone = 'info' | 'warning' | 'error';

/** A sentence on why a run does not run, and what to do. `problem`: what was asked and could not be done. */
export function banner(view: RunView, problem: Problem | undefined): TemplateResult | typeof nothing {
  const { run, lastStep } = view;
  const step = wholeNumber(lastStep?.step ?? 0);
  if (problem) return box('error', problem.message, problem.advice);
  switch (run.state) {
    case 'queued':
      return box('info', l10n.t('Waiting in the queue.'), l10n.t('It starts by itself when the runs before it end.'));
    case 'running':
      return lastStep
        ? nothing
        : box(
            'info',
            l10n.t('Starting: reading the model and the data.'),
            l10n.t('The first step follows in seconds.'),
          );
    case 'paused':
      return box(
        'info',
        l10n.t('Paused after step {step}; the cores are free.', { step }),
        l10n.t('Continue goes on where it stands.'),
      );
    case 'interrupted':
      return box(
        'warning',
        l10n.t('The process of this run ended unexpectedly after step {step}.', { step }),
        l10n.t('Nothing saved is lost: Resume goes on from the last checkpoint.'),
      );
    case 'failed':
      return run.problem ? box('error', run.problem.message, run.problem.advice) : nothing;
    case 'stopped':
    case 'finished':
      return outcome(view);
  }
}

function outcome({ end, dev }: RunView): TemplateResult | typeof nothing {
  if (!end) return nothing;
  const best = { step: wholeNumber(end.bestStep) };
  const kept =
    dev.length > 0 ? l10n.t('Step {step} is kept, the best on dev.', best) : l10n.t('Step {step} is kept.', best);
  const step = wholeNumber(end.step);
  switch (end.reason) {
    case 'finished':
      return box('info', l10n.t('Finished after {step} steps.', { step }), kept);
    case 'earlyStopping':
      return box('info', l10n.t('Stopped early after {step} steps, as dev got no better.', { step }), kept);
    case 'stopped':
      return box('info', l10n.t('Stopped at your wish after {step} steps.', { step }), kept);
  }
}

function box(tone: Tone, message: string, advice: string): TemplateResult {
  return html`<div class="banner ${tone}">
    <span class="codicon codicon-${tone}" aria-hidden="true"></span>
    <p><strong>${message}</strong> ${advice}</p>
  </div>`;
}
