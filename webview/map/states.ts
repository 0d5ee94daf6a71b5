import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import type { Problem } from '../../src/protocol/panelMessages.js';

/** `share`: of what is under way, between 0 and 1; 0 where nobody knows. */
export const waiting = (text: string, share = 0): TemplateResult =>
  html`<div class="waiting">
    <vscode-progress-bar
      aria-label=${text}
      .value=${Math.round(100 * share)}
      .max=${100}
      ?indeterminate=${share === 0}
    ></vscode-progress-bar>
    <p class="empty">${text}</p>
  </div>`;

/** Why there is nothing to see, and what to do. */
export const failure = ({ message, advice }: Problem, again: () => void): TemplateResult =>
  html`<div class="banner error" role="alert">
    <span class="codicon codicon-error" aria-hidden="true"></span>
    <div>
      <p>${message}</p>
      <p class="facts">${advice}</p>
      <p><button class="link" @click=${again}>${l10n.t('Try again')}</button></p>
    </div>
  </div>`;
