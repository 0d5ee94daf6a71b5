import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { Sampling } from '../../src/protocol/evaluationMessages.js';

type NumberField = Exclude<keyof Sampling, 'stop'>;

/** How a text is drawn; folded, as greedy does for most. */
export function samplingFields(sampling: Sampling, change: (changed: Partial<Sampling>) => void): TemplateResult {
  const field = (name: NumberField, label: string, hint: string, least: number, most: number, isWhole = true) =>
    html`<div>
      <label for=${name}>${label}</label>
      <input
        id=${name}
        type="number"
        min=${least}
        max=${most}
        step=${isWhole ? 1 : 'any'}
        aria-describedby="${name}-hint"
        .value=${String(sampling[name])}
        @input=${({ target }: { target: HTMLInputElement }) => {
          if (target.value !== '' && target.validity.valid) change({ [name]: target.valueAsNumber });
        }}
        @change=${({ target }: { target: HTMLInputElement }) => {
          const value = Math.min(most, Math.max(least, Number(target.value) || 0));
          // Of a text that is no value yet, the nearest that is one.
          const rounded = isWhole ? Math.round(value) : value;
          target.value = String(rounded);
          change({ [name]: rounded });
        }}
      />
      <span class="facts" id="${name}-hint">${hint}</span>
    </div>`;
  return html`<div class="sampling">
    ${field('maxTokens', l10n.t('Most tokens'), l10n.t('the answer is cut there'), 1, 4096)}
    ${field('temperature', l10n.t('Temperature'), l10n.t('0: always the likeliest token'), 0, 5, false)}
    ${field('topK', l10n.t('Top k'), l10n.t('0: of all tokens'), 0, 1000)}
    ${field('topP', l10n.t('Top p'), l10n.t('1: of all tokens'), 0.01, 1, false)}
    ${field('beams', l10n.t('Beams'), l10n.t('1: no beam search'), 1, 16)}
    ${field('seed', l10n.t('Seed'), l10n.t('the same one draws the same text'), 0, 1e9)}
    <div class="wide">
      <label for="stop">${l10n.t('Stop strings')}</label>
      <textarea
        id="stop"
        rows="2"
        spellcheck="false"
        aria-describedby="stop-hint"
        .value=${guard([], () => sampling.stop.map(escaped).join('\n'))}
        @input=${({ target }: { target: HTMLTextAreaElement }) =>
          change({ stop: target.value.split('\n').filter(Boolean).map(unescaped) })}
      ></textarea>
      <span class="facts" id="stop-hint">${l10n.t('one a line; \\n is a line break')}</span>
    </div>
  </div>`;
}

/** What is set otherwise than by default, for the fold's title. */
export function samplingText({ maxTokens, temperature, topK, topP, beams, seed, stop }: Sampling): string {
  const drawn =
    temperature === 0
      ? [beams > 1 ? l10n.t('{count} beams', { count: beams }) : l10n.t('greedy')]
      : [
          l10n.t('temperature {value}', { value: temperature }),
          ...(topK > 0 ? [l10n.t('top k {value}', { value: topK })] : []),
          ...(topP < 1 ? [l10n.t('top p {value}', { value: topP })] : []),
          l10n.t('seed {value}', { value: seed }),
        ];
  const stops = stop.length > 0 ? [l10n.t('stop strings: {count}', { count: stop.length })] : [];
  return [...drawn, l10n.t('at most {count} tokens', { count: maxTokens }), ...stops].join(' · ');
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
const unescaped = (text: string): string =>
  text.replace(/\\([\\nt])/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? '\\');
