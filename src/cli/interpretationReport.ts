import * as l10n from '@vscode/l10n';
import type { FoundLabel, InterpretationReport } from '../protocol/interpretation.js';
import { methodName, shortNumber } from '../protocol/numbers.js';
import { quoted } from '../protocol/quoted.js';
import { fittingLines, meaningLines, neighbourText } from './nearestTable.js';
import { columnLines, styled, type Screen } from './terminal.js';

/** What a prompt has learned: its virtual tokens, a line each, then what is true of all of them. */
export function reportLines(report: InterpretationReport, screen: Screen): string[] {
  const { name, method, model, drift } = report;
  const title = (text: string): string => styled(screen, 'bold', text);
  return [
    `${title(name)}  ${methodName(method)} · ${model}`,
    ...meaningLines(method, screen),
    '',
    ...tokenLines(report, screen),
    '',
    normLine(report),
    drift
      ? l10n.t('Drift from the start: mean cosine {cosine}, mean distance {distance}', {
          cosine: drift.meanCosine.toFixed(2),
          distance: shortNumber(drift.meanDistance),
        })
      : l10n.t('Drift from the start: not known, as the prompt does not keep what it began from'),
    ...section(title(l10n.t('Where class labels are found')), labelLines(report.labels)),
    ...section(
      title(l10n.t('Repeated neighbours: nearest to several virtual tokens')),
      columnLines(report.repeated.map(({ token, positions }) => [quoted(token), numbers(positions)])),
    ),
    ...section(
      title(l10n.t('Clusters: virtual tokens with a mean cosine of 0.5 and more')),
      columnLines(
        report.clusters
          .filter(({ positions }) => positions.length > 1)
          .map(({ positions, similarity }) => [similarity.toFixed(2), numbers(positions)]),
      ),
    ),
  ];
}

/** Number, norm, cosine with the start, and as many neighbours as fit. */
function tokenLines({ tokens, drift }: InterpretationReport, screen: Screen): string[] {
  const digits = String(tokens.length).length;
  const [head = '', ...lines] = fittingLines(
    [
      ['#'.padStart(digits), l10n.t('norm'), ...(drift ? [l10n.t('start')] : []), l10n.t('nearest (cosine)')],
      ...tokens.map(({ position, norm, drift: own, nearest }) => [
        String(position + 1).padStart(digits),
        shortNumber(norm),
        ...(own ? [own.cosine.toFixed(2)] : []),
        ...nearest.map(neighbourText),
      ]),
    ],
    drift ? 4 : 3,
    screen,
  );
  return [styled(screen, 'dim', head), ...lines];
}

function normLine({ tokens, norms }: InterpretationReport): string {
  const own = tokens.map(({ norm }) => norm);
  const [, low, , middle, , high] = norms.quantiles;
  return l10n.t('Norms: {least} to {most}; of the vocabulary {low}, {middle} and {high} (5 %, median, 95 %)', {
    least: shortNumber(Math.min(...own)),
    most: shortNumber(Math.max(...own)),
    low: shortNumber(low),
    middle: shortNumber(middle),
    high: shortNumber(high),
  });
}

const labelLines = (labels: readonly FoundLabel[]): string[] =>
  columnLines(
    labels.map(({ label, found }) => [
      label,
      found.length === 0
        ? l10n.t('nowhere')
        : found
            .map(({ position, rank, token }) =>
              l10n.t('{position}: {token}, rank {rank}', { position: position + 1, token: quoted(token), rank }),
            )
            .join(' · '),
    ]),
  );

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

/** Positions as people count them. */
export const numbers = (positions: readonly number[]): string => positions.map((position) => position + 1).join(', ');
