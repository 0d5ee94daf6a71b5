import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { Sampling } from '../../src/protocol/evaluationMessages.js';
import type { Problem } from '../../src/protocol/panelMessages.js';
import {
  defaultSampling,
  type FromPlayground,
  type Playground as PlaygroundContent,
  type PlaygroundState,
  type Side,
  type ToPlayground,
} from '../../src/protocol/playgroundMessages.js';
import { openHost } from '../common/host.js';
import { PageElement } from '../common/pageElement.js';
import { answerCard, spoken } from './answerCard.js';
import { samplingFields, samplingText } from './samplingFields.js';
import { after, answered, answersOf, isBusy, noTrials, waiting, type Trials } from './trial.js';

const { post, listen, keep, kept } = openHost<FromPlayground, ToPlayground, PlaygroundState>();

/** The whole page: an input, and three answers side by side. */
class Playground extends PageElement {
  static override properties = {
    content: { state: true },
    values: { state: true },
    place: { state: true },
    sampling: { state: true },
    trials: { state: true },
    problem: { state: true },
    said: { state: true },
  };
  declare private content: PlaygroundContent | undefined;
  declare private values: Readonly<Record<string, string>>;
  /** Where the row stands that was taken. */
  declare private place: string | undefined;
  declare private sampling: Sampling;
  declare private trials: Trials;
  declare private problem: Problem | undefined;
  declare private said: string;

  /** Of the newest trial; what is told of an older one is passed over. */
  private run = 0;

  constructor() {
    super();
    const { values = {}, sampling = defaultSampling, answers } = kept();
    this.values = values;
    this.sampling = sampling;
    this.trials = answers ? answered(answers) : noTrials;
    this.said = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    listen((message) => this.receive(message));
    window.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.tryIt();
      }
    });
    post({ type: 'ready' });
  }

  private receive(message: ToPlayground): void {
    switch (message.type) {
      case 'playground': {
        const isFirst = this.content === undefined;
        if (!isFirst && this.content?.other?.folder !== message.other?.folder)
          this.trials = { ...this.trials, other: { state: 'empty' } };
        this.content = message;
        if (isFirst && kept().sampling === undefined) this.sampling = message.sampling;
        this.keep();
        break;
      }
      case 'row':
        this.values = message.values;
        this.place = message.place;
        this.keep();
        break;
      case 'problem':
        this.problem = message.problem;
        break;
      default: {
        if (message.run !== this.run) return;
        this.trials = { ...this.trials, [message.side]: after(this.trials[message.side], message) };
        if (message.type === 'answer') {
          this.said = spoken(this.titleOf(message.side), message.answer);
          this.keep();
        } else if (message.type === 'failed') {
          this.said = `${this.titleOf(message.side)}: ${message.problem.message}`;
        }
      }
    }
  }

  private keep(): void {
    const { content, values, sampling } = this;
    if (!content) return;
    const { prompt, other } = content;
    keep({
      prompt: prompt.folder,
      ...(other && { other: other.folder }),
      values,
      sampling,
      answers: answersOf(this.trials),
    });
  }

  private get canRun(): boolean {
    const { content, values } = this;
    return content !== undefined && content.columns.some((column) => (values[column] ?? '').trim() !== '');
  }

  private tryIt(): void {
    const { content, sampling } = this;
    if (!content || !this.canRun) return;
    this.problem = undefined;
    this.trials = waiting(content.other !== undefined);
    const values = Object.fromEntries(content.columns.map((column) => [column, this.values[column] ?? '']));
    post({ type: 'run', run: ++this.run, values, sampling });
  }

  protected override render(): TemplateResult {
    const { content } = this;
    if (!content)
      return html`<vscode-progress-bar aria-label=${l10n.t('Reading the prompt')} indeterminate></vscode-progress-bar>`;
    return html`
      <header>
        <h1>${l10n.t('Try {name}', { name: content.prompt.name })}</h1>
        <span class="facts">${content.prompt.about}</span>
      </header>
      <main>
        ${this.problemBanner()} ${this.input(content)}
        ${
          content.task === 'generation'
            ? html`<details>
                <summary>
                  <h2>${l10n.t('Sampling')}</h2>
                  <span class="facts">${samplingText(this.sampling)}</span>
                </summary>
                ${samplingFields(this.sampling, (changed) => {
                  this.sampling = { ...this.sampling, ...changed };
                  this.keep();
                })}
              </details>`
            : nothing
        }
        <div class="columns answers">
          ${answerCard({ title: this.titleOf('prompt'), about: content.prompt.about, trial: this.trials.prompt })}
          ${answerCard({
            title: this.titleOf('bare'),
            about: l10n.t('the base model alone'),
            trial: this.trials.bare,
          })}
          ${this.otherCard(content)}
        </div>
        ${this.asRead()}
      </main>
      <div class="visually-hidden" role="status" aria-live="polite">${this.said}</div>
    `;
  }

  private titleOf(side: Side): string {
    if (side === 'bare') return l10n.t('Without a prompt');
    const name = side === 'prompt' ? this.content?.prompt.name : this.content?.other?.name;
    return l10n.t('With {name}', { name: name ?? '' });
  }

  private problemBanner(): TemplateResult | typeof nothing {
    const { problem } = this;
    if (!problem) return nothing;
    return html`<div class="banner error" role="alert">
      <span class="codicon codicon-error" aria-hidden="true"></span>
      <p>${problem.message} ${problem.advice}</p>
    </div>`;
  }

  private input({ columns }: PlaygroundContent): TemplateResult {
    const busy = isBusy(this.trials);
    return html`<section class="input" aria-label=${l10n.t('Input')}>
      ${columns.map(
        (column, i) =>
          html`<div>
            <label for="column-${i}">${column}</label>
            <textarea
              id="column-${i}"
              rows=${columns.length === 1 ? 4 : 2}
              .value=${this.values[column] ?? ''}
              @input=${({ target }: { target: HTMLTextAreaElement }) => {
                this.values = { ...this.values, [column]: target.value };
                this.place = undefined;
                this.keep();
              }}
            ></textarea>
          </div>`,
      )}
      <div class="actions">
        <vscode-button
          icon=${busy ? 'debug-stop' : 'play'}
          ?disabled=${!busy && !this.canRun}
          @click=${() => (busy ? post({ type: 'stop' }) : this.tryIt())}
          >${busy ? l10n.t('Stop') : l10n.t('Run (Ctrl+Enter)')}</vscode-button
        >
        <vscode-button secondary icon="table" @click=${() => post({ type: 'takeRow' })}
          >${l10n.t('Take a row…')}</vscode-button
        >
        <span class="facts">
          ${this.place ?? (this.canRun ? nothing : l10n.t('Type an input, or take a row of your data.'))}
        </span>
      </div>
    </section>`;
  }

  private otherCard({ other }: PlaygroundContent): TemplateResult {
    const pick = (words: string): TemplateResult =>
      html`<vscode-button secondary @click=${() => post({ type: 'pickOther' })}>${words}</vscode-button>`;
    if (!other) {
      const title = l10n.t('With another prompt');
      return html`<section class="card answer" aria-label=${title}>
        <h2>${title}</h2>
        <p class="hint">${l10n.t('A second prompt can answer beside the first.')}</p>
        <div>${pick(l10n.t('Choose a prompt…'))}</div>
      </section>`;
    }
    return answerCard({
      title: this.titleOf('other'),
      about: other.about,
      trial: this.trials.other,
      controls: html`<button class="link" @click=${() => post({ type: 'pickOther' })}>${l10n.t('Change')}</button>
        <button class="link" @click=${() => post({ type: 'dropOther' })}>${l10n.t('Remove')}</button>`,
    });
  }

  /** The text that the model was given, once it answered. */
  private asRead(): TemplateResult | typeof nothing {
    const { prompt } = this.trials;
    if (prompt.state !== 'answered') return nothing;
    return html`<details>
      <summary><h2>${l10n.t('As the model reads it')}</h2></summary>
      <pre class="text" tabindex="0">${prompt.answer.input}</pre>
    </details>`;
  }
}
customElements.define('softprompt-playground', Playground);
