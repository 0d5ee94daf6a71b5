import * as l10n from '@vscode/l10n';
import { describeMessage } from '../errors/catalogue.js';
import { describeNotice } from '../errors/notices.js';
import type { NearestTokens } from '../protocol/events.js';
import { duration, encoderName, methodName, nearestMeaning, wholeNumber } from '../protocol/numbers.js';
import { trainsPrompt } from '../protocol/recipe.js';
import { stateName } from '../protocol/runState.js';
import type { DataFile, RunReport } from './content.js';
import { html, type Markup, type Part } from './markup.js';
import { runCharts } from './runCharts.js';
import { scoreTable } from './scoreTable.js';
import { table } from './table.js';
import { timeText } from './timeText.js';

/** All that is known of one run. */
export function runSection(run: RunReport, index: number): Markup {
  const id = `run-${index + 1}`;
  const { told, recipe, data } = run;
  return html`<article class="run" id="${id}" aria-labelledby="${id}-name">
    <h2 id="${id}-name">${run.name}</h2>
    ${facts(run)} ${standing(run)} ${notices(run)} ${part(l10n.t('Scores'), scoreTable(told.evaluations, id))}
    ${part(l10n.t('Curves'), runCharts(told, id))}
    ${part(l10n.t('Nearest tokens'), told.nearest && nearestTable(told.nearest, recipe.method.peft_type, id))}
    ${part(l10n.t('Data'), data.length > 0 ? dataTable(data, id) : undefined)}
    ${part(l10n.t('Made with'), madeWith(run))}
    ${part(l10n.t('Recipe'), html`<pre>${JSON.stringify(recipe, null, 2)}</pre>`)}
  </article>`;
}

const part = (title: string, content: Markup | undefined): Markup | undefined =>
  content &&
  html`<h3>${title}</h3>
    ${content}`;

/** Said of a run that is not finished: what is told is what there is so far. */
function standing({ state, problem, told }: RunReport): Markup | undefined {
  if (state === 'finished') return undefined;
  const steps = { step: wholeNumber(told.steps.at(-1)?.step ?? 0), steps: wholeNumber(told.start?.steps ?? 0) };
  const words = problem && describeMessage(problem);
  return html`<p class="banner ${problem ? 'error' : 'warning'}">
    <strong>${l10n.t('{state} at step {step} of {steps}.', { state: stateName(state), ...steps })}</strong>
    ${words ? `${words.message} ${words.advice}` : l10n.t('This is what it had come to when this page was made.')}
  </p>`;
}

/** What the run said once and is over tells nothing of its result. */
const passing: ReadonlySet<string> = new Set(['convertingModel', 'waitingForRun']);

const notices = ({ told }: RunReport): Markup[] =>
  told.notices.flatMap(({ code, args }) =>
    passing.has(code) ? [] : [html`<p class="banner">${describeNotice(code, args)}</p>`],
  );

function facts({ recipe, told, started, outcome, id, name }: RunReport): Markup {
  const { method } = recipe;
  const encoder = encoderName(method);
  const said = [
    [methodName(method.peft_type), ...(encoder === undefined ? [] : [encoder])].join(', '),
    ...(trainsPrompt(method)
      ? [l10n.t('{count} virtual tokens', { count: wholeNumber(method.num_virtual_tokens) })]
      : []),
    told.start?.model ?? recipe.model,
    l10n.t('started {time}', { time: timeText(started) }),
    ...(outcome
      ? [l10n.t('{steps} steps in {time}', { steps: wholeNumber(outcome.step), time: duration(outcome.seconds) })]
      : []),
    ...(id === name ? [] : [id]),
  ];
  return html`<p class="facts">${said.join(' · ')}</p>`;
}

function nearestTable(nearest: readonly NearestTokens[], method: string, id: string): Markup {
  const meaning = nearestMeaning(method);
  const most = Math.max(0, ...nearest.map((token) => token.nearest.length));
  return html`${meaning === undefined ? undefined : html`<p class="facts">${meaning}</p>`}
  ${table({
    label: `${l10n.t('Nearest tokens')}, ${id}`,
    head: [
      l10n.t('Virtual token'),
      ...Array.from({ length: most }, (_, i) => l10n.t('{place}. nearest', { place: i + 1 })),
    ],
    rows: nearest.map((token): Part[] => [
      wholeNumber(token.position + 1),
      ...token.nearest.map(
        ({ token: text, similarity }) =>
          html`<code>${JSON.stringify(text).slice(1, -1)}</code> ${similarity.toFixed(2)}`,
      ),
    ]),
  })}`;
}

function dataTable(data: readonly DataFile[], id: string): Markup {
  return table({
    label: `${l10n.t('Data')}, ${id}`,
    head: [
      l10n.t('Split'),
      l10n.t('File'),
      l10n.t('Rows'),
      l10n.t('Cut rows'),
      l10n.t('Tokens a row'),
      l10n.t('SHA-256 of the file now'),
    ],
    numbers: [2, 3],
    rows: data.map(({ split, path, rows, cutRows, tokens, now }): Part[] => [
      split,
      path,
      wholeNumber(rows),
      wholeNumber(cutRows),
      l10n.t('{mean} on average, {max} at most', { mean: tokens.mean.toFixed(0), max: wholeNumber(tokens.max) }),
      now
        ? html`<code>${now.checksum}</code>${
              now.changedSince
                ? html`<span class="below"
                    >${l10n.t('written after the run began: it may not be what was trained on')}</span
                  >`
                : undefined
            }`
        : l10n.t('the file is not there any more'),
    ]),
  });
}

function madeWith({ told, recipe, prompt, outcome }: RunReport): Markup {
  const { start } = told;
  const lines: readonly (readonly [string, Part])[] = [
    ...Object.entries(prompt?.versions ?? {}),
    [l10n.t('engine'), recipe.engine],
    ...(start
      ? ([
          [l10n.t('device'), l10n.t('{device}, {threads} threads', { device: start.device, threads: start.threads })],
        ] as const)
      : []),
    ...(start
      ? ([
          [
            l10n.t('base model'),
            l10n.t('{model}, {count} parameters', { model: start.model, count: wholeNumber(start.modelParameters) }),
          ],
        ] as const)
      : []),
    ...(prompt
      ? ([
          [l10n.t('base model, SHA-256'), html`<code>${prompt.modelChecksum}</code>`],
          [l10n.t('saved prompt'), prompt.name],
          [l10n.t('adapter_model.safetensors, SHA-256'), html`<code>${prompt.checksum}</code>`],
        ] as const)
      : outcome
        ? ([[l10n.t('saved prompt'), l10n.t('deleted since, or replaced by another of its name')]] as const)
        : []),
  ];
  return html`<dl>
    ${lines.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}
