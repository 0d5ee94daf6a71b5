import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type {
  DisagreedRows,
  EnsembleOutcome,
  EnsembleState,
  FromEnsemblePanel,
  ToEnsemblePanel,
} from '../../src/protocol/ensembleMessages.js';
import type { Problem } from '../../src/protocol/panelMessages.js';
import { PageElement } from '../common/pageElement.js';
import { keep, listen, post } from './host.js';
import { announcement } from './announcement.js';
import { banner } from './sections/banner.js';
import { disagreedRows } from './sections/disagreedRows.js';
import { header } from './sections/header.js';
import { memberTable } from './sections/memberTable.js';
import { reliability } from './sections/reliability.js';
import { voteCard } from './sections/voteCard.js';

/** The whole panel: holds what was told, and draws it. */
class EnsemblePanel extends PageElement {
  static override properties = {
    state: { state: true },
    rows: { state: true },
    problem: { state: true },
    said: { state: true },
  };
  declare private state: EnsembleState | undefined;
  declare private rows: DisagreedRows | undefined;
  /** What was asked and could not be done. */
  declare private problem: Problem | undefined;
  declare private said: string;

  constructor() {
    super();
    this.said = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    listen((message) => this.receive(message));
    post({ type: 'snapshot' });
  }

  private receive(message: ToEnsemblePanel): void {
    switch (message.type) {
      case 'state':
        keep({ ensemble: message.state.folder });
        this.said = announcement(this.state, message.state) ?? this.said;
        this.state = message.state;
        return;
      case 'rows':
        this.rows = message.rows;
        return;
      case 'problem':
        this.problem = message.problem;
    }
  }

  protected override render(): TemplateResult {
    const { state } = this;
    if (!state)
      return html`<vscode-progress-bar
        aria-label=${l10n.t('Reading the ensemble')}
        indeterminate
      ></vscode-progress-bar>`;
    return html`
      ${header(state, this.ask)}
      <main>
        ${banner(state, this.problem, this.ask)} ${state.result ? this.outcome(state, state.result) : nothing}
      </main>
      <div class="visually-hidden" role="status">${this.said}</div>
    `;
  }

  /** What is on the page once there is something to tell; while the next file is run it is that of the last. */
  private outcome({ vote }: EnsembleState, { report, baselines }: EnsembleOutcome): TemplateResult {
    const { calibration, metrics } = report.votes[vote];
    return html`
      ${voteCard(report, vote, this.ask)}
      <div class="columns">
        ${memberTable(report, vote, baselines)} ${guard([calibration], () => reliability(calibration))}
      </div>
      ${guard([this.rows, report.members], () => disagreedRows(this.rows, report, metrics.labels ?? [], this.ask))}
    `;
  }

  private readonly ask = (message: FromEnsemblePanel): void => {
    this.problem = undefined;
    post(message);
  };
}
customElements.define('softprompt-ensemble', EnsemblePanel);
