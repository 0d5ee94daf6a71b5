import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { EnsembleState, FromEnsemblePanel } from '../../../src/protocol/ensembleMessages.js';
import { duration, wholeNumber } from '../../../src/protocol/numbers.js';

/** The ensemble's name and on what it was run, with what can be done. */
export function header(state: EnsembleState, ask: (message: FromEnsemblePanel) => void): TemplateResult {
  const { name, work } = state;
  /** Before the first run the page itself asks for a file. */
  const canRun = work.kind === 'failed' || (work.kind === 'idle' && state.result !== undefined);
  return html`<header>
    <h1>${name}</h1>
    <span class="facts">${facts(state).join(' · ')}</span>
    <span class="actions">
      ${
        work.kind === 'running'
          ? html`<vscode-button
              secondary
              icon="debug-stop"
              title=${l10n.t('Ends after the rows under way; what was judged stays.')}
              @click=${() => ask({ type: 'stop' })}
              >${l10n.t('Stop')}</vscode-button
            >`
          : nothing
      }
      ${
        canRun
          ? html`<vscode-button
              icon="play"
              ?secondary=${state.result !== undefined}
              @click=${() => ask({ type: 'run' })}
              >${l10n.t('Run on a File…')}</vscode-button
            >`
          : nothing
      }
      <vscode-toolbar-button
        icon="list-selection"
        label=${l10n.t('Choose the members')}
        title=${l10n.t('Choose the members')}
        @click=${() => ask({ type: 'chooseMembers' })}
      ></vscode-toolbar-button>
    </span>
  </header>`;
}

function facts({ members, result }: EnsembleState): string[] {
  const size = l10n.t('{count} members', { count: members.length });
  if (!result) return [size];
  const { file, rows, judged, seconds, complete } = result;
  return [
    size,
    file,
    complete
      ? l10n.t('{rows} rows', { rows: wholeNumber(judged) })
      : l10n.t('{judged} of {rows} rows', { judged: wholeNumber(judged), rows: wholeNumber(rows) }),
    duration(seconds),
  ];
}
