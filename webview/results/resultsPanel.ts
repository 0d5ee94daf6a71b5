import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { RowFilter } from '../../src/protocol/evaluation.js';
import { mainScore } from '../../src/protocol/mainScore.js';
import { metricName, metricText } from '../../src/protocol/numbers.js';
import type { Problem } from '../../src/protocol/panelMessages.js';
import type { ResultsAction, ResultsRow, ResultsState, ToResults } from '../../src/protocol/resultsMessages.js';
import { confusion, type Cell } from '../common/confusion.js';
import { PageElement } from '../common/pageElement.js';
import { filters } from './filters.js';
import { banners, header, phaseName } from './header.js';
import { keep, listen, post } from './host.js';
import { rowPages } from './rowPages.js';
import './rowsGrid.js';
import type { RowsGrid } from './rowsGrid.js';
import { summaryCard } from './summary.js';

/** While rows are judged, the list is read again this often. */
const betweenRefreshesMs = 800;

/** The whole panel: what was told of an evaluation, and the rows that the reader looks at. */
class ResultsPanel extends PageElement {
  static override properties = { told: { state: true }, filter: { state: true }, asked: { state: true } };
  declare private told: ResultsState | undefined;
  declare private filter: RowFilter;
  /** What was asked for and could not be done. */
  declare private asked: Problem | undefined;

  private readonly pages = rowPages((ask, filter, from, count) => post({ type: 'rows', ask, filter, from, count }));
  /** Counted up when rows came. */
  private rowsVersion = 0;
  private refreshedMs = -Infinity;
  private refreshing: number | undefined;
  private said = '';

  constructor() {
    super();
    this.filter = { kind: 'all' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    listen((message) => this.receive(message));
    post({ type: 'snapshot' });
  }

  private receive(message: ToResults): void {
    switch (message.type) {
      case 'state': {
        const before = this.told;
        keep(message.kept);
        this.told = message.state;
        if (before?.state !== message.state.state) {
          this.asked = undefined;
          if (before) this.said = announcement(message.state);
        }
        if (before?.version !== message.state.version) this.refreshSoon();
        return;
      }
      case 'rows':
        if (this.pages.receive(message.ask, message.total, message.rows)) this.rowsVersion++;
        break;
      case 'noRows':
        this.pages.failed(message.ask);
        return;
      case 'problem':
        this.asked = message.problem;
        return;
      case 'reveal':
        this.updateComplete.then(() => this.querySelector('.matrix')?.scrollIntoView({ block: 'nearest' }));
        return;
    }
    this.requestUpdate();
  }

  private refreshSoon(): void {
    if (this.refreshing !== undefined) return;
    const wait = Math.max(0, this.refreshedMs + betweenRefreshesMs - performance.now());
    this.refreshing = window.setTimeout(() => {
      this.refreshing = undefined;
      this.refresh();
    }, wait);
  }

  private refresh(): void {
    this.refreshedMs = performance.now();
    const { told, filter } = this;
    const hasRows = told !== undefined && told.state !== 'none' && told.state !== 'ended';
    const expected = !hasRows
      ? 0
      : filter.kind === 'all'
        ? told.rows
        : filter.kind === 'wrong'
          ? told.wrong
          : this.pages.total;
    this.pages.refresh(filter, Math.max(expected, hasRows && filter.kind !== 'all' ? 1 : 0));
    this.rowsVersion++;
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const { told, filter } = this;
    if (!told)
      return html`<vscode-progress-bar
        aria-label=${l10n.t('Reading the results')}
        indeterminate
      ></vscode-progress-bar>`;
    const hasRows = told.state !== 'none' && told.state !== 'ended' && told.rows > 0;
    const metrics = told.summary?.metrics;
    return html`
      ${header(told, (action) => this.act(action))}
      <main>
        ${banners(told, this.asked)}
        ${
          hasRows
            ? html`<div class="columns">
                  ${summaryCard(told, (vote) => post({ type: 'vote', vote }))}
                  ${
                    metrics?.confusion
                      ? html`<section class="card matrix">
                          <h2>
                            ${l10n.t('Confusion matrix')} <span class="facts">${l10n.t('a cell shows its rows')}</span>
                          </h2>
                          ${confusion(metrics, {
                            chosen: filter.kind === 'cell' ? filter : undefined,
                            choose: (cell) => this.chooseCell(cell),
                          })}
                        </section>`
                      : nothing
                  }
                </div>
                <section class="card">
                  <h2>${l10n.t('Rows')} ${filters(told, filter, (to) => this.choose(to))}</h2>
                  <softprompt-rows
                    .pages=${this.pages}
                    .isFreeText=${told.task === 'generation'}
                    .version=${this.rowsVersion}
                    @open=${({ detail }: CustomEvent<ResultsRow>) => this.openRow(detail)}
                  ></softprompt-rows>
                </section>`
            : nothing
        }
      </main>
      <div class="visually-hidden" role="status">${this.said}</div>
    `;
  }

  private chooseCell({ expected, predicted }: Cell): void {
    const { filter } = this;
    const isChosen = filter.kind === 'cell' && filter.expected === expected && filter.predicted === predicted;
    this.choose(isChosen ? { kind: 'all' } : { kind: 'cell', expected, predicted });
  }

  private choose(filter: RowFilter): void {
    this.filter = filter;
    this.refresh();
    this.querySelector<RowsGrid>('softprompt-rows')?.reset();
  }

  private act(action: ResultsAction): void {
    this.asked = undefined;
    post({ type: action });
  }

  private openRow({ line, endLine }: ResultsRow): void {
    post({ type: 'openRow', line, endLine });
  }
}
customElements.define('softprompt-results', ResultsPanel);

/** What a screen reader says when the evaluation begins or ends. */
function announcement({ state, summary }: ResultsState): string {
  const score = summary && mainScore(summary.metrics);
  if (state !== 'finished' || !score) return phaseName(state);
  return l10n.t('{state}: {metric} {value}', {
    state: phaseName(state),
    metric: metricName(score.metric),
    value: metricText(score.metric, score.value),
  });
}
