import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import {
  projections,
  type InterpretationReport,
  type Projection,
  type PromptComparison,
  type TokenMap,
} from '../../src/protocol/interpretation.js';
import type { MapSubject, ToMapPage } from '../../src/protocol/mapMessages.js';
import { methodName, nearestMeaning, wholeNumber } from '../../src/protocol/numbers.js';
import type { Problem } from '../../src/protocol/panelMessages.js';
import { quoted } from '../../src/protocol/quoted.js';
import { PageElement } from '../common/pageElement.js';
import { comparison } from './comparison.js';
import { details } from './details.js';
import { keep, kept, listen, post } from './host.js';
import { legend } from './legend.js';
import { mapContent, matchingWords, type MapContent } from './mapView.js';
import { meaningText, projectionHint, sampleText } from './mapWords.js';
import { overview } from './overview.js';
import { failure, waiting } from './states.js';
import './tokenMapElement.js';
import type { TokenMapElement } from './tokenMapElement.js';
import { tokenTable } from './tokenTable.js';

/** The whole page: a prompt's map with the selected virtual token beside it, or two prompts side by side. */
class MapPanel extends PageElement {
  static override properties = {
    subject: { state: true },
    report: { state: true },
    content: { state: true },
    compared: { state: true },
    problem: { state: true },
    share: { state: true },
    projection: { state: true },
    selected: { state: true },
    isTable: { state: true },
    query: { state: true },
    match: { state: true },
    said: { state: true },
  };
  declare private subject: MapSubject | undefined;
  declare private report: InterpretationReport | undefined;
  declare private content: MapContent | undefined;
  declare private compared: PromptComparison | undefined;
  declare private problem: Problem | undefined;
  /** Of the map that is being made. */
  declare private share: number;
  declare private projection: Projection;
  declare private selected: number | undefined;
  declare private isTable: boolean;
  declare private query: string;
  /** Which of the words found stands in the middle. */
  declare private match: number;
  declare private said: string;

  constructor() {
    super();
    this.projection = kept().projection ?? 'pca';
    this.share = 0;
    this.isTable = false;
    this.query = '';
    this.match = -1;
    this.said = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    listen((message) => this.receive(message));
    this.begin();
  }

  private begin(): void {
    this.problem = undefined;
    post({ type: 'begin', projection: this.projection });
  }

  private receive(message: ToMapPage): void {
    switch (message.type) {
      case 'about':
        this.subject = message.about;
        return this.remember();
      case 'report':
        this.report = message.report;
        this.selected ??= 0;
        return;
      case 'progress':
        this.share = message.share;
        return;
      case 'map':
        return this.show(message.map);
      case 'comparison':
        this.compared = message.comparison;
        return;
      case 'problem':
        this.problem = message.problem;
    }
  }

  private show(map: TokenMap): void {
    // Of a projection that the reader has left since.
    if (!this.report || map.projection !== this.projection) return;
    this.content = mapContent(map, this.report);
    this.said = l10n.t('The map is drawn.');
  }

  private remember(): void {
    if (this.subject) keep({ ...this.subject, projection: this.projection });
  }

  protected override render(): TemplateResult {
    const { compared, report, problem } = this;
    if (compared) return comparison(compared);
    return html`${report ? this.page(report) : nothing} ${problem ? failure(problem, () => this.begin()) : nothing}
    ${report || problem ? nothing : waiting(this.subject?.other === undefined ? l10n.t('Reading the prompt and its model…') : l10n.t('Comparing the prompts…'))}`;
  }

  private page(report: InterpretationReport): TemplateResult {
    const meaning = nearestMeaning(report.method);
    const choose = (position: number): void => this.choose(position);
    return html`
      <header>
        <h1>${report.name}</h1>
        <span class="facts">${[methodName(report.method), `P=${report.tokens.length}`, report.model].join(' · ')}</span>
        <span class="actions">
          <vscode-button secondary icon="compare-changes" @click=${() => post({ type: 'compare' })}>
            ${l10n.t('Compare…')}
          </vscode-button>
        </span>
      </header>
      ${meaning === undefined ? nothing : html`<p class="hint">${meaning}</p>`}
      <main @keydown=${this.onKey}>
        ${this.controls()}
        <div class=${this.isTable ? '' : 'split'}>
          <section class="card" aria-label=${this.isTable ? l10n.t('Virtual tokens') : l10n.t('Map')}>
            ${this.isTable ? tokenTable(report, this.selected, choose) : this.map()}
          </section>
          ${details(report, this.selected, choose)}
        </div>
        ${overview(report, choose)}
      </main>
      <div class="visually-hidden" role="status">${this.said}</div>
    `;
  }

  private controls(): TemplateResult {
    const found = this.found();
    return html`<div class="tools">
      <label for="search">${l10n.t('Search a token')}</label>
      <input
        id="search"
        type="search"
        .value=${this.query}
        ?disabled=${this.isTable || !this.content}
        @input=${({ target }: { target: HTMLInputElement }) => this.search(target.value)}
        @keydown=${this.onSearchKey}
      />
      <span class="facts" role="status">${this.query.trim() === '' ? nothing : this.matchText(found)}</span>
      <div class="choice" role="group" aria-label=${l10n.t('Projection')}>
        ${projections.map(
          (name) =>
            html`<button
              class="toggle"
              aria-pressed=${name === this.projection}
              title=${projectionHint(name)}
              @click=${() => this.project(name)}
            >
              ${name.toUpperCase()}
            </button>`,
        )}
      </div>
      <button
        class="toggle"
        aria-pressed=${this.isTable}
        title=${l10n.t('The same as a table (T)')}
        @click=${() => this.toggleTable()}
      >
        ${l10n.t('Table')}
      </button>
    </div>`;
  }

  private map(): TemplateResult {
    const { content, share } = this;
    if (!content) {
      if (this.problem) return html`<p class="empty">${l10n.t('There is no map.')}</p>`;
      return waiting(
        share > 0
          ? l10n.t('Laying out the map: {share} %', { share: Math.floor(100 * share) })
          : l10n.t('Laying out the map…'),
        share,
      );
    }
    const { map, report } = content;
    const summary = l10n.t('{tokens} virtual tokens among {words} real ones.', {
      tokens: map.virtual.length,
      words: wholeNumber(map.words.length),
    });
    return html`<softprompt-token-map
        .content=${content}
        .selected=${this.selected}
        .found=${this.found()}
        .summary=${summary}
        @choose=${({ detail }: CustomEvent<number>) => this.choose(detail)}
      ></softprompt-token-map>
      ${legend(report.drift !== undefined)}
      <p class="facts">${sampleText(map)} ${meaningText(map)}</p>`;
  }

  private choose(position: number): void {
    this.selected = position;
    const token = this.report?.tokens[position];
    const near = token?.nearest[0]?.token;
    this.said =
      near === undefined
        ? ''
        : l10n.t('Virtual token {number}, nearest to {token}', { number: position + 1, token: quoted(near) });
  }

  private project(projection: Projection): void {
    if (projection === this.projection && this.content) return;
    this.projection = projection;
    this.content = undefined;
    this.problem = undefined;
    this.share = 0;
    this.remember();
    post({ type: 'project', projection });
  }

  private toggleTable(): void {
    this.isTable = !this.isTable;
  }

  private found(): readonly number[] {
    return this.content ? matchingWords(this.content.map, this.query) : [];
  }

  private search(query: string): void {
    this.query = query;
    this.match = -1;
  }

  private matchText(found: readonly number[]): string {
    if (found.length === 0) return l10n.t('not among the tokens of the map');
    return this.match < 0
      ? l10n.t('{count} found; Enter goes there', { count: found.length })
      : l10n.t('{number} of {count}', { number: this.match + 1, count: found.length });
  }

  private readonly onSearchKey = (event: KeyboardEvent): void => {
    const found = this.found();
    if (event.key !== 'Enter' || found.length === 0) return;
    this.match = (this.match + (event.shiftKey ? found.length - 1 : 1)) % found.length;
    const word = this.content?.map.words[found[this.match] ?? 0];
    if (word) this.querySelector<TokenMapElement>('softprompt-token-map')?.centreOn(word.at);
  };

  private readonly onKey = ({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): void => {
    if (key.toLowerCase() === 't' && !(target instanceof HTMLInputElement) && !ctrlKey && !metaKey && !altKey)
      this.toggleTable();
  };
}
customElements.define('softprompt-map', MapPanel);
