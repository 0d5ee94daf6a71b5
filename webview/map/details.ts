import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { InterpretationReport, VirtualToken } from '../../src/protocol/interpretation.js';
import { shortNumber, wholeNumber } from '../../src/protocol/numbers.js';
import { normChart } from './normChart.js';
import { neighbours, positionLinks, tokenText } from './parts.js';

/** All that is known of the selected virtual token. */
export function details(
  report: InterpretationReport,
  selected: number | undefined,
  choose: (position: number) => void,
): TemplateResult {
  const token = selected === undefined ? undefined : report.tokens[selected];
  if (!token)
    return html`<section class="card">
      <h2>${l10n.t('Virtual token')}</h2>
      <p class="empty">${l10n.t('Choose a numbered mark, or a number here.')}</p>
      <p>
        ${positionLinks(
          report.tokens.map(({ position }) => position),
          choose,
        )}
      </p>
    </section>`;
  const count = report.tokens.length;
  const step = (by: number) => () => choose((token.position + by + count) % count);
  return html`<section class="card details" aria-label=${title(token)}>
    <h2>
      ${title(token)}
      <span class="controls">
        <vscode-toolbar-button
          icon="arrow-up"
          label=${l10n.t('Previous virtual token')}
          title=${l10n.t('Previous virtual token')}
          @click=${step(-1)}
        >
        </vscode-toolbar-button>
        <vscode-toolbar-button
          icon="arrow-down"
          label=${l10n.t('Next virtual token')}
          title=${l10n.t('Next virtual token')}
          @click=${step(1)}
        >
        </vscode-toolbar-button>
      </span>
    </h2>
    <h3>${l10n.t('Nearest tokens (cosine)')}</h3>
    ${neighbours(token.nearest)}
    <h3>${l10n.t('Norm')}</h3>
    <p>${normText(token, report)}</p>
    ${normChart(token, report.norms)}
    <h3>${l10n.t('Drift from the start')}</h3>
    ${driftText(token)} ${labelsOf(token, report)}
    ${
      token.twins.length === 0
        ? nothing
        : html`<h3>${l10n.t('Twins: the same nearest token')}</h3>
            <p>${positionLinks(token.twins, choose)}</p>`
    }
    ${clusterOf(token, report, choose)}
  </section>`;
}

const title = ({ position }: VirtualToken): string => l10n.t('Virtual token {number}', { number: position + 1 });

function normText({ norm, normRank }: VirtualToken, { norms }: InterpretationReport): string {
  return l10n.t('{norm}: longer than {share} % of {count} tokens, whose median is {median}.', {
    norm: shortNumber(norm),
    share: (100 * normRank).toFixed(1),
    count: wholeNumber(norms.tokens),
    median: shortNumber(norms.quantiles[3]),
  });
}

function driftText({ drift }: VirtualToken): TemplateResult {
  if (!drift) return html`<p class="facts">${unknownDrift()}</p>`;
  return html`<p>
    ${l10n.t('Cosine {cosine}, distance {distance}; it began nearest to', {
      cosine: drift.cosine.toFixed(2),
      distance: shortNumber(drift.distance),
    })}
    ${tokenText(drift.from.token)} <span class="number facts">${drift.from.similarity.toFixed(2)}</span>
  </p>`;
}

export const unknownDrift = (): string =>
  l10n.t('Not known: the prompt does not keep what it began from. Prompts that are trained from now on do.');

function labelsOf({ position }: VirtualToken, { labels }: InterpretationReport): TemplateResult | typeof nothing {
  if (labels.length === 0) return nothing;
  const found = labels.flatMap(({ label, found: places }) =>
    places.filter((place) => place.position === position).map(({ rank, token }) => ({ label, rank, token })),
  );
  return html`<h3>${l10n.t('Class labels among them')}</h3>
    ${
      found.length === 0
        ? html`<p class="facts">${l10n.t('None.')}</p>`
        : found.map(
            ({ label, rank, token }) =>
              html`<p>${label}: ${tokenText(token)} <span class="facts">${l10n.t('rank {rank}', { rank })}</span></p>`,
          )
    }`;
}

function clusterOf(
  { position, cluster }: VirtualToken,
  { clusters }: InterpretationReport,
  choose: (position: number) => void,
): TemplateResult {
  const { positions = [], similarity = 1 } = clusters[cluster] ?? {};
  const others = positions.filter((other) => other !== position);
  return html`<h3>${l10n.t('Cluster')}</h3>
    ${
      others.length === 0
        ? html`<p class="facts">${l10n.t('None: no other virtual token points the same way.')}</p>`
        : html`<p>
            ${positionLinks(others, choose)}
            <span class="facts">${l10n.t('mean cosine {mean}', { mean: similarity.toFixed(2) })}</span>
          </p>`
    }`;
}
