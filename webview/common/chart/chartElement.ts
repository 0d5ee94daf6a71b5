import * as l10n from '@vscode/l10n';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { countBelow } from '../ascending.js';
import { wholeNumber } from '../../../src/protocol/numbers.js';
import { PageElement } from '../pageElement.js';
import type { ChartLine, ChartMark } from './line.js';
import { plotLines, type Plot, type PlotSettings, type Zoom } from './plot.js';
import { swatch } from './shapes.js';
import { onThemeChange } from './theme.js';
import { valueTable } from './valueTable.js';

interface Hover {
  readonly x: number | undefined;
  readonly values: readonly (number | undefined)[];
}
const nowhere: Hover = { x: undefined, values: [] };

/**
 * A chart over steps, with a legend that tells the values under the cursor, a sentence and a table for those who do not see it, and keys
 * that do what the mouse does. Fires `zoom` with the new range, or without one.
 */
export class ChartElement extends PageElement implements PlotSettings {
  static override properties = {
    lines: { attribute: false },
    marks: { attribute: false },
    logScale: { attribute: false },
    range: { attribute: false },
    format: { attribute: false },
    zoom: { attribute: false },
    summary: { attribute: false },
    hover: { state: true },
    asTable: { state: true },
    spoken: { state: true },
  };
  declare lines: readonly ChartLine[];
  declare marks: readonly ChartMark[];
  declare logScale: boolean;
  declare range: PlotSettings['range'];
  declare format: (value: number) => string;
  declare zoom: Zoom | undefined;
  /** What the chart shows, in a sentence. */
  declare summary: string;
  declare private hover: Hover;
  declare private asTable: boolean;
  declare private spoken: string;

  private plot: Plot | undefined;
  /** What the plot was made for: other lines need another one. */
  private made = '';
  private stopWatching: (() => void) | undefined;
  private readonly size = new ResizeObserver(() => {
    this.plot?.resize(this.target?.clientWidth ?? 0);
    this.plot?.draw();
  });

  constructor() {
    super();
    this.lines = [];
    this.marks = [];
    this.logScale = false;
    this.format = String;
    this.summary = '';
    this.hover = nowhere;
    this.asTable = false;
    this.spoken = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.size.observe(this);
    this.stopWatching = onThemeChange(() => this.rebuild());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.size.disconnect();
    this.stopWatching?.();
    this.plot?.dispose();
    this.plot = undefined;
  }

  protected override updated(changed: PropertyValues): void {
    const look = JSON.stringify([
      this.logScale,
      this.lines.map(({ label, colour, dash, shape }) => [label, colour, dash, shape]),
    ]);
    if (!this.plot || look !== this.made) {
      this.made = look;
      this.rebuild();
    } else if (['lines', 'marks', 'zoom', 'range'].some((name) => changed.has(name))) this.plot.draw();
  }

  private get target(): HTMLElement | null {
    return this.querySelector('.plot');
  }

  private rebuild(): void {
    this.plot?.dispose();
    const { target } = this;
    if (!target) return;
    this.plot = plotLines(target, () => this, {
      zoomed: (zoom) => this.fireZoom(zoom),
      hovered: (x, values) => {
        if (x !== this.hover.x) this.hover = x === undefined ? nowhere : { x, values };
      },
    });
  }

  protected override render(): TemplateResult {
    const { x } = this.hover;
    return html`
      <ul class="legend">
        ${this.lines.map((line, i) => html`<li>${swatch(line)} ${line.label} <b>${this.valueText(line, i)}</b></li>`)}
      </ul>
      <div
        class="plot"
        role="application"
        aria-roledescription=${l10n.t('chart')}
        aria-label="${this.summary} ${l10n.t('Arrow keys: values. Plus and minus: zoom. Escape: everything.')}"
        tabindex="0"
        @keydown=${this.onKey}
        @blur=${() => this.plot?.point(undefined)}
      ></div>
      <div class="visually-hidden" aria-live="polite">${this.spoken}</div>
      <div class="chart-foot">
        <button class="link" aria-expanded=${this.asTable} @click=${() => (this.asTable = !this.asTable)}>
          ${this.asTable ? l10n.t('Hide table') : l10n.t('Show as table')}
        </button>
        ${
          this.zoom
            ? html`<button class="link" @click=${() => this.fireZoom(undefined)}>${l10n.t('Show all steps')}</button>`
            : nothing
        }
        <span class="at">${x === undefined ? nothing : stepText(x)}</span>
      </div>
      ${this.asTable ? valueTable(this.lines, this.format, this.summary) : nothing}
    `;
  }

  /** Under the cursor, else the latest. */
  private valueText({ y }: ChartLine, i: number): string {
    const value = this.hover.x === undefined ? y[y.length - 1] : this.hover.values[i];
    return value === undefined ? '' : this.format(value);
  }

  private fireZoom(zoom: Zoom | undefined): void {
    this.dispatchEvent(new CustomEvent('zoom', { detail: zoom }));
  }

  private onKey(event: KeyboardEvent): void {
    const handled = this.act(event.key);
    if (handled) event.preventDefault();
  }

  private act(key: string): boolean {
    const steps = this.steps();
    const [first, last] = [steps[0], steps.at(-1)];
    if (first === undefined || last === undefined) return false;
    const [from, to] = this.zoom ?? [first, last];
    const at = countBelow(steps, this.hover.x ?? to);
    const page = Math.max(1, Math.round(steps.length / 50));
    const moves: Record<string, number> = {
      ArrowLeft: at - page,
      ArrowRight: at + page,
      Home: 0,
      End: steps.length - 1,
    };
    const move = moves[key];
    if (move !== undefined) this.speak(steps[Math.min(steps.length - 1, Math.max(0, move))]);
    else if (key === '+' || key === '-') {
      const middle = this.hover.x ?? (from + to) / 2;
      const half = ((to - from) / 2) * (key === '+' ? 0.5 : 2);
      const zoom: Zoom = [Math.max(first, middle - half), Math.min(last, middle + half)];
      this.fireZoom(zoom[0] <= first && zoom[1] >= last ? undefined : zoom);
    } else if (key === 'Escape' || key === '0') this.fireZoom(undefined);
    else return false;
    return true;
  }

  /** The steps that the cursor can stand on: those of the line with the most points. */
  private steps(): number[] {
    const longest = this.lines.reduce<ArrayLike<number>>((most, { x }) => (x.length > most.length ? x : most), []);
    const [from, to] = this.zoom ?? [-Infinity, Infinity];
    return Array.from(longest).filter((step) => step >= from && step <= to);
  }

  private speak(step: number | undefined): void {
    if (step === undefined) return;
    this.plot?.point(step);
    const values = this.lines.map((line, i) => `${line.label} ${this.valueText(line, i)}`);
    this.spoken = `${stepText(step)}: ${values.join(', ')}`;
  }
}
customElements.define('softprompt-chart', ChartElement);

function stepText(step: number): string {
  return l10n.t('step {step}', { step: wholeNumber(step) });
}
