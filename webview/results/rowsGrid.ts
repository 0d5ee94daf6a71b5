import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { wholeNumber } from '../../src/protocol/numbers.js';
import type { ResultsRow } from '../../src/protocol/resultsMessages.js';
import { PageElement } from '../common/pageElement.js';
import type { RowPages } from './rowPages.js';
import { rowAfterKey, rowWindow, scrollTo } from './rowWindow.js';

/** In pixels, as in the styles. */
const rowHeight = 24;

/** A table of any length, of which only the rows that are seen exist. `.pages` has them; `open` is told which row was asked for. */
class RowsGrid extends PageElement {
  static override properties = {
    pages: { attribute: false },
    isFreeText: { attribute: false },
    version: { attribute: false },
    active: { state: true },
  };
  declare pages: RowPages | undefined;
  /** Of a text that is as it should be, the probability alone was judged. */
  declare isFreeText: boolean;
  /** Another one: rows may have come. */
  declare version: number;
  /** The row that the keys are at. */
  declare private active: number;

  private viewport = { scrollTop: 0, height: 0 };
  private readonly resizing = new ResizeObserver(() => this.measure());

  constructor() {
    super();
    this.active = 0;
    this.version = 0;
    this.isFreeText = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizing.disconnect();
  }

  /** To the first row, for another list. */
  reset(): void {
    this.active = 0;
    this.scroller?.scrollTo({ top: 0 });
  }

  private get scroller(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.rows-scroll');
  }

  private measure(): void {
    const { scroller } = this;
    if (!scroller) return;
    this.viewport = { scrollTop: scroller.scrollTop, height: scroller.clientHeight };
    this.requestUpdate();
  }

  protected override firstUpdated(): void {
    if (this.scroller) this.resizing.observe(this.scroller);
    this.measure();
  }

  /** The policy forbids styles in the page's text, not those that are set in code. */
  protected override updated(): void {
    const { top, height } = this.window;
    this.querySelector<HTMLElement>('.rows-space')?.style.setProperty('height', `${height}px`);
    this.querySelector<HTMLElement>('.rows-seen')?.style.setProperty('transform', `translateY(${top}px)`);
    const { scroller } = this;
    const scrollBar = scroller ? scroller.offsetWidth - scroller.clientWidth : 0;
    this.querySelector<HTMLElement>('.rows-head')?.style.setProperty('padding-right', `${scrollBar}px`);
  }

  private get window(): ReturnType<typeof rowWindow> {
    return rowWindow(this.viewport, this.pages?.total ?? 0, rowHeight);
  }

  protected override render(): TemplateResult {
    const { pages } = this;
    const total = pages?.total ?? 0;
    const { first, end } = this.window;
    pages?.want(first, end);
    const isSeen = this.active >= first && this.active < end;
    return html`<div
      class="rows"
      role="grid"
      tabindex="0"
      aria-label=${l10n.t('Rows')}
      aria-rowcount=${total + 1}
      aria-activedescendant=${isSeen && total > 0 ? rowId(this.active) : nothing}
      @keydown=${(event: KeyboardEvent) => this.key(event)}
    >
      <div class="rows-head" role="rowgroup">
        <div class="row-cells" role="row" aria-rowindex="1">
          <span role="columnheader"><span class="visually-hidden">${l10n.t('Outcome')}</span></span>
          <span role="columnheader" class="number">${l10n.t('Line')}</span>
          <span role="columnheader">${l10n.t('Input')}</span>
          <span role="columnheader">${l10n.t('Should be')}</span>
          <span role="columnheader">${l10n.t('Predicted')}</span>
          <span role="columnheader" class="number">${l10n.t('Probability')}</span>
        </div>
      </div>
      <div class="rows-scroll" role="presentation" @scroll=${() => this.measure()}>
        <div class="rows-space" role="presentation">
          <div class="rows-seen" role="rowgroup">
            ${Array.from({ length: end - first }, (_, i) => this.row(first + i, pages?.row(first + i)))}
          </div>
        </div>
      </div>
    </div>`;
  }

  private row(index: number, row: ResultsRow | undefined): TemplateResult {
    const outcome = row && outcomeOf(row, this.isFreeText);
    return html`<div
      id=${rowId(index)}
      class="row-cells ${outcome ?? 'coming'} ${index === this.active ? 'active' : ''}"
      role="row"
      aria-rowindex=${index + 2}
      aria-selected=${index === this.active}
      @click=${() => (this.active = index)}
      @dblclick=${() => row && this.open(row)}
    >
      ${row && outcome ? cells(row, outcome, () => this.open(row)) : html`<span role="gridcell" class="wide">…</span>`}
    </div>`;
  }

  private key(event: KeyboardEvent): void {
    const { pages, viewport } = this;
    if (!pages || pages.total === 0) return;
    const chosen = pages.row(this.active);
    if (event.key === 'Enter' && chosen) return this.open(chosen);
    const to = rowAfterKey(event.key, this.active, pages.total, Math.floor(viewport.height / rowHeight));
    if (to === undefined) return;
    event.preventDefault();
    this.active = to;
    this.scroller?.scrollTo({ top: scrollTo(to, viewport, pages.total, rowHeight) });
    this.measure();
  }

  private open(row: ResultsRow): void {
    this.dispatchEvent(new CustomEvent('open', { detail: row }));
  }
}
customElements.define('softprompt-rows', RowsGrid);
export type { RowsGrid };

const rowId = (index: number): string => `row-${index}`;

type Outcome = 'right' | 'wrong' | 'scored' | 'problem' | 'pending';

function outcomeOf({ reason, problem, predicted, expected, right, pending }: ResultsRow, isFreeText: boolean): Outcome {
  if (reason !== undefined || problem) return 'problem';
  if (pending) return 'pending';
  if (isFreeText && predicted === expected) return 'scored';
  return right ? 'right' : 'wrong';
}

const signs: Readonly<Record<Outcome, string>> = { right: '✓', wrong: '✗', scored: '', problem: '⚠', pending: '' };

function outcomeName(outcome: Outcome): string {
  switch (outcome) {
    case 'right':
      return l10n.t('right');
    case 'wrong':
      return l10n.t('wrong');
    case 'scored':
      return l10n.t('scored by its probability');
    case 'problem':
      return l10n.t('cannot be judged');
    case 'pending':
      return l10n.t('not judged yet');
  }
}

function cells(row: ResultsRow, outcome: Outcome, open: () => void): TemplateResult {
  const { line, input, expected, predicted, probability, reason } = row;
  const clipped = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300);
  return html`
    <span role="gridcell" class="sign">
      <span aria-hidden="true">${signs[outcome]}</span>
      <span class="visually-hidden">${outcomeName(outcome)}</span>
    </span>
    <span role="gridcell" class="number">
      <button class="link" tabindex="-1" title=${l10n.t('Open line {line}', { line })} @click=${open}>
        ${wholeNumber(line)}
      </button>
    </span>
    <span role="gridcell" title=${input}>${clipped(input)}</span>
    ${
      reason === undefined
        ? html`<span role="gridcell" title=${expected}>${clipped(expected)}</span>
            <span role="gridcell" class="predicted" title=${predicted}>${clipped(predicted)}</span>
            <span role="gridcell" class="number">${outcome === 'pending' ? '' : probability.toFixed(2)}</span>`
        : html`<span role="gridcell" class="reason" title=${reason}>${reason}</span>`
    }
  `;
}
