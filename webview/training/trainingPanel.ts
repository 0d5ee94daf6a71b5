import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { SampleRow } from '../../src/protocol/events.js';
import type { Problem, RunAction, ToPanel } from '../../src/protocol/panelMessages.js';
import { PageElement } from '../common/pageElement.js';
import { announcement } from './announcement.js';
import '../common/chart/chartElement.js';
import type { Zoom } from '../common/chart/plot.js';
import { keep, keptChoices, listen, post, type Choices } from './host.js';
import { type RunView } from './runView.js';
import { banner } from './sections/banner.js';
import { confusion } from '../common/confusion.js';
import { header } from './sections/header.js';
import { log } from './sections/log.js';
import { lossCard } from './sections/lossCard.js';
import { metricCard } from './sections/metricCard.js';
import { nearestTokens } from './sections/nearestTokens.js';
import { progress } from './sections/progress.js';
import { rateCards } from './sections/rateCards.js';
import { sampleRows } from './sections/sampleRows.js';
import { showMessage, type ShownRuns } from './shownRuns.js';
import { smoothed, type Smoothed } from './smoothing.js';

/** The whole panel: holds what was told and what the reader chose, and draws at most once a frame. */
class TrainingPanel extends PageElement {
  static override properties = {
    choices: { state: true },
    zoom: { state: true },
    asked: { state: true },
    opened: { state: true },
  };
  declare private choices: Choices;
  declare private zoom: Zoom | undefined;
  /** What was asked of the run and has not happened yet. */
  declare private asked: RunAction | undefined;
  /** Which of the parts that can be folded are open: only they are drawn. */
  declare private opened: ReadonlySet<string>;

  private shown: ShownRuns | undefined;
  private problem: Problem | undefined;
  private said = '';
  private isDrawingDue = false;
  private smoothings = new WeakMap<RunView, Smoothed>();

  constructor() {
    super();
    this.choices = keptChoices();
    this.opened = new Set();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    listen((message) => this.receive(message));
    post({ type: 'snapshot' });
  }

  private receive(message: ToPanel): void {
    if (message.type === 'problem') {
      this.problem = message.problem;
      this.asked = undefined;
    } else {
      const before = this.own?.run.state;
      const shown = showMessage(this.shown, message);
      if (!shown) return post({ type: 'snapshot' });
      this.shown = shown;
      const run = this.own?.run;
      if (message.type === 'snapshot') keep({ runs: shown.runs.map((view) => view.run.id) });
      else if (run && before && message.run.id === run.id)
        this.said = announcement(before, run, message.told) ?? this.said;
      if (run?.state !== before) {
        this.asked = undefined;
        this.problem = undefined;
      }
    }
    this.drawSoon();
  }

  private drawSoon(): void {
    if (this.isDrawingDue) return;
    this.isDrawingDue = true;
    requestAnimationFrame(() => {
      this.isDrawingDue = false;
      this.requestUpdate();
    });
  }

  private get own(): RunView | undefined {
    return this.shown?.runs[0];
  }

  protected override render(): TemplateResult {
    const view = this.own;
    if (!view)
      return html`<vscode-progress-bar aria-label=${l10n.t('Reading the run')} indeterminate></vscode-progress-bar>`;
    const { runs } = this.shown ?? { runs: [] };
    const { dev, baseline } = view.evaluations;
    const latest = dev ?? baseline;
    return html`
      ${header(view, this.asked, (action) => this.act(action))}
      <main>
        <div>${progress(view)} ${banner(view, this.problem)}</div>
        <div class="columns">
          ${metricCard(runs, this.zoom, this.onZoom)}
          ${lossCard({
            runs,
            smooth: (run) => this.smoothing(run),
            choices: this.choices,
            choose: (choice) => this.choose(choice),
            zoom: this.zoom,
            onZoom: this.onZoom,
          })}
        </div>
        <div class="columns">
          ${view.run.plan.virtualTokens === 0 ? nothing : guard([view.nearest, view.noNearest, view.run.plan.virtualTokens], () => nearestTokens(view))}
          ${guard([dev, baseline], () => sampleRows(view, (row) => this.openRow(row)))}
        </div>
        ${
          latest?.metrics.confusion
            ? this.folded('confusion', l10n.t('Confusion matrix'), () => confusion(latest.metrics))
            : nothing
        }
        ${this.folded('rates', l10n.t('Learning rate and gradient norm'), () => rateCards(runs, this.zoom, this.onZoom))}
        ${this.folded('log', l10n.t('Log'), () => {
          const all = 'all of the log';
          return guard([view.log, this.opened.has(all)], () =>
            log(view.log, this.opened.has(all), () => this.open(all, true)),
          );
        })}
      </main>
      <div class="visually-hidden" role="status">${this.said}</div>
    `;
  }

  private folded(name: string, title: string, content: () => unknown): TemplateResult {
    return html`<details @toggle=${({ target }: { target: HTMLDetailsElement }) => this.open(name, target.open)}>
      <summary><h2>${title}</h2></summary>
      ${this.opened.has(name) ? content() : nothing}
    </details>`;
  }

  private open(part: string, isOpen: boolean): void {
    const opened = new Set(this.opened);
    if (isOpen) opened.add(part);
    else opened.delete(part);
    this.opened = opened;
  }

  private act(action: RunAction): void {
    const { own } = this;
    if (!own) return;
    this.problem = undefined;
    if (isLasting[action]) this.asked = action;
    post({ type: action, run: own.run.id });
  }

  private openRow({ file, line }: SampleRow): void {
    if (this.own) post({ type: 'openRow', run: this.own.run.id, file, line });
  }

  private choose(choice: Partial<Choices>): void {
    this.choices = { ...this.choices, ...choice };
    this.smoothings = new WeakMap();
    keep(this.choices);
  }

  private readonly onZoom = ({ detail }: CustomEvent<Zoom | undefined>): void => {
    this.zoom = detail ?? undefined;
  };

  private smoothing(view: RunView): Smoothed {
    let made = this.smoothings.get(view);
    if (!made) this.smoothings.set(view, (made = smoothed(this.choices.smoothing)));
    return made;
  }
}
customElements.define('softprompt-training', TrainingPanel);

/** Whether an action takes until the run's state says so. */
const isLasting: Record<RunAction, boolean> = {
  pause: true,
  continue: true,
  stop: true,
  resume: true,
  openRecipe: false,
  revealPrompt: false,
  showLog: false,
  compare: false,
};
