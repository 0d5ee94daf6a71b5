import * as l10n from '@vscode/l10n';
import type { EnsembleResult, EnsembleRow } from '../evaluation/evaluateEnsemble.js';
import { voteRules, type EnsembleReport, type VoteRule } from '../protocol/evaluation.js';
import { wholeNumber } from '../protocol/numbers.js';
import { intervalText, shareScore, signedPoints, voteName } from '../protocol/voteWords.js';
import { clipped, columnLines, styled, type Screen } from './terminal.js';

/** Rows that are shown; `--json` has all. */
const shownRows = 10;

/** The result of `ensemble`: members, their mean and best, each vote; how sure and how divided they are; where they disagree. */
export function ensembleLines(
  { report, baseline, rows }: EnsembleResult,
  vote: VoteRule,
  file: string,
  screen: Screen,
): string[] {
  const sections = [
    scoreLines(report, baseline?.accuracy, vote, rows.length, screen),
    measureLines(report, vote),
    disagreementLines(report, rows, vote, file, screen),
  ];
  return sections.flatMap((lines, i) => (i === 0 || lines.length === 0 ? lines : ['', ...lines]));
}

function scoreLines(
  { members, mean, best, votes }: EnsembleReport,
  baseline: number | undefined,
  vote: VoteRule,
  rows: number,
  screen: Screen,
): string[] {
  const table = [
    [l10n.t('{rows} rows', { rows: wholeNumber(rows) }), l10n.t('accuracy'), l10n.t('over mean'), '95 %'],
    ...(baseline === undefined ? [] : [[l10n.t('no prompt'), shareScore(baseline), signedPoints(baseline - mean), '']]),
    ...members.map(({ name, value }) => [name, shareScore(value), signedPoints(value - mean), '']),
    [l10n.t('mean'), shareScore(mean), '', ''],
    [l10n.t('best'), shareScore(best), signedPoints(best - mean), ''],
    ...voteRules.map((rule) => {
      const { value, gain, gainInterval } = votes[rule];
      return [ensembleName(rule), shareScore(value), signedPoints(gain), intervalText(gainInterval)];
    }),
  ];
  const [head = '', ...body] = columnLines(table);
  return [
    styled(screen, 'bold', head),
    ...body.map((line) => (line.startsWith(ensembleName(vote)) ? styled(screen, 'bold', line) : line)),
  ];
}

const ensembleName = (rule: VoteRule): string => l10n.t('ensemble, {vote}', { vote: voteName(rule) });

function measureLines({ entropy, disagreement, votes }: EnsembleReport, vote: VoteRule): string[] {
  return columnLines([
    [l10n.t('entropy of the mean probabilities'), l10n.t('{nats} nats a row', { nats: entropy.toFixed(3) })],
    [l10n.t('of it disagreement of the members'), l10n.t('{nats} nats a row', { nats: disagreement.toFixed(3) })],
    [l10n.t('expected calibration error'), votes[vote].calibration.error.toFixed(3)],
  ]);
}

function disagreementLines(
  { disagreed }: EnsembleReport,
  rows: readonly EnsembleRow[],
  vote: VoteRule,
  file: string,
  screen: Screen,
): string[] {
  if (disagreed.length === 0) return [l10n.t('All members agree on every row.')];
  const title = l10n.t('Rows they disagree on: {count}; the first of them, by {vote}', {
    count: wholeNumber(disagreed.length),
    vote: voteName(vote),
  });
  const shown = disagreed.slice(0, shownRows).flatMap((row) => rows[row] ?? []);
  return [
    styled(screen, 'bold', title),
    ...columnLines(
      shown.map(({ line, expected, predicted, votes }) => [
        `${file}:${line}`,
        votes.map(({ label }) => clipped(label, 16)).join(' '),
        `→ ${clipped(predicted, 16)}`,
        predicted === expected ? '✓' : l10n.t('✗ expected {expected}', { expected: clipped(expected, 24) }),
      ]),
    ),
  ];
}
