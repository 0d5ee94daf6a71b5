import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { duration, metricName, metricText, wholeNumber } from '../../../src/protocol/numbers.js';
import type { LogEvent } from '../runView.js';

/** So many lines are made at first; a long run has thousands. */
const firstLines = 200;

/** What happened, line by line, the newest first. */
export function log(events: readonly LogEvent[], all: boolean, showAll: () => void): TemplateResult {
  const lines = all ? events : events.slice(-firstLines);
  const more = events.length - lines.length;
  return html`<ol class="log scroll" tabindex="0" aria-label=${l10n.t('Log')}>
      ${lines.toReversed().map((event) => html`<li>${lineOf(event)}</li>`)}
    </ol>
    ${
      more > 0
        ? html`<button class="link" @click=${showAll}>
            ${l10n.t('Show earlier lines: {count}', { count: wholeNumber(more) })}
          </button>`
        : nothing
    }`;
}

function lineOf(event: LogEvent): TemplateResult {
  const line = (step: number | undefined, text: string, icon = ''): TemplateResult =>
    html`<span class="number">${step === undefined ? '' : wholeNumber(step)}</span>
      <span class="codicon ${icon && `codicon-${icon}`}" aria-hidden="true"></span>
      <span>${text}</span>`;
  switch (event.type) {
    case 'start':
      return event.resumedAt === 0
        ? line(
            0,
            l10n.t('Started: {steps} steps on {model}', { steps: wholeNumber(event.steps), model: event.model }),
            'play',
          )
        : line(event.resumedAt, l10n.t('Resumed from the checkpoint'), 'debug-rerun');
    case 'data':
      return line(undefined, dataText(event), 'table');
    case 'notice':
      return line(undefined, event.text, 'info');
    case 'group':
      return line(event.step, groupText(event), 'person');
    case 'design':
      return line(undefined, designText(event), 'comment-discussion');
    case 'checkpoint':
      return line(event.step, l10n.t('Checkpoint written'), 'save');
    case 'evaluation':
      return line(event.step, evaluationText(event), event.best ? 'star-full' : 'graph-line');
    case 'end':
      return line(
        event.step,
        l10n.t('Ended after {time}; step {step} is saved in {folder}', {
          time: duration(event.seconds),
          step: wholeNumber(event.bestStep),
          folder: event.folder,
        }),
        'check',
      );
  }
}

function dataText({ split, source, rows, cutRows }: Extract<LogEvent, { type: 'data' }>): string {
  const text = l10n.t('{split}: {rows} rows of {file}', { split, rows: wholeNumber(rows), file: source.path });
  return cutRows === 0 ? text : `${text}; ${l10n.t('{rows} rows are cut', { rows: wholeNumber(cutRows) })}`;
}

function groupText({ group, number, of, score }: Extract<LogEvent, { type: 'group' }>): string {
  const args = { number: wholeNumber(number), of: wholeNumber(of), group };
  if (!score) return l10n.t('{group} is trained, {number} of {of}', args);
  const told = { metric: metricName(score.metric), value: metricText(score.metric, score.value) };
  return l10n.t('{group} is trained, {number} of {of}: {metric} {value} on its dev rows', { ...args, ...told });
}

function designText({ split, metric, value, examples }: Extract<LogEvent, { type: 'design' }>): string {
  return l10n.t('{split} {metric} {value} by prompt design, with {count} training rows as text', {
    split,
    metric: metricName(metric),
    value: metricText(metric, value),
    count: examples,
  });
}

function evaluationText(event: Extract<LogEvent, { type: 'evaluation' }>): string {
  const { split, metric, value, loss, baseline, best } = event;
  const args = { split, metric: metricName(metric), value: metricText(metric, value), loss: loss.toFixed(3) };
  if (baseline) return l10n.t('{split} without a prompt: {metric} {value}, loss {loss}', args);
  return best
    ? l10n.t('{split}: {metric} {value}, loss {loss}; the best so far', args)
    : l10n.t('{split}: {metric} {value}, loss {loss}', args);
}
