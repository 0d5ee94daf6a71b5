import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { Problem } from '../../src/protocol/panelMessages.js';
import type { FromSweepPanel, SweepState, ToSweepPanel } from '../../src/protocol/sweepMessages.js';
import { summariseSweep } from '../../src/protocol/sweepTable.js';
import { PageElement } from '../common/pageElement.js';
import { keep, listen, post } from './host.js';
import { sweepCharts } from './sections/chart.js';
import { runTable } from './sections/runs.js';
import { sweepRows } from './sections/table.js';

/** The whole panel: holds what was told, and draws it. */
class SweepPanel extends PageElement {
  static override properties = { state: { state: true }, problem: { state: true } };
  declare private state: SweepState | undefined;
  /** What was asked and could not be done. */
  declare private problem: Problem | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    listen((message) => this.receive(message));
    post({ type: 'snapshot' });
  }

  private receive(message: ToSweepPanel): void {
    if (message.type === 'problem') {
      this.problem = message.problem;
      return;
    }
    keep({ sweep: message.state.folder });
    this.state = message.state;
  }

  protected override render(): TemplateResult {
    const { state, problem } = this;
    if (!state)
      return html`<vscode-progress-bar aria-label=${l10n.t('Reading the sweep')} indeterminate></vscode-progress-bar>`;
    const { table } = state;
    const summary = summariseSweep(table);
    return html`
      ${this.header(state)}
      <main>
        ${
          problem
            ? html`<div class="banner error">
                <span class="codicon codicon-error" aria-hidden="true"></span>
                <p><strong>${problem.message}</strong> ${problem.advice}</p>
              </div>`
            : nothing
        }
        ${sweepCharts(summary)} ${sweepRows(summary)} ${runTable(table, this.ask)}
      </main>
      <div class="visually-hidden" role="status">${progress(state)}</div>
    `;
  }

  private header(state: SweepState): TemplateResult {
    const { name, results } = state.table;
    const isDone = results.every((result) => result.state === 'finished');
    return html`<header>
      <h1>${name}</h1>
      <span class="facts">${progress(state)}</span>
      <span class="actions">
        ${
          isDone
            ? nothing
            : html`<vscode-button icon="play" @click=${() => this.ask({ type: 'run' })}
                >${l10n.t('Run the Rest')}</vscode-button
              >`
        }
        <vscode-toolbar-button
          icon="go-to-file"
          label=${l10n.t('Open the recipe')}
          title=${l10n.t('Open the recipe')}
          @click=${() => this.ask({ type: 'openRecipe' })}
        ></vscode-toolbar-button>
        <vscode-toolbar-button
          icon="table"
          label=${l10n.t('Open the table as CSV')}
          title=${l10n.t('Open the table as CSV')}
          @click=${() => this.ask({ type: 'openCsv' })}
        ></vscode-toolbar-button>
      </span>
    </header>`;
  }

  private readonly ask = (message: FromSweepPanel): void => {
    this.problem = undefined;
    post(message);
  };
}
customElements.define('softprompt-sweep', SweepPanel);

function progress({ recipe, table: { results } }: SweepState): string {
  const count = (state: string): number => results.filter((result) => result.state === state).length;
  const failed = count('failed');
  return [
    recipe,
    l10n.t('{done} of {total} runs finished', { done: count('finished'), total: results.length }),
    ...(failed > 0 ? [l10n.t('failed: {count}', { count: failed })] : []),
  ].join(' · ');
}
