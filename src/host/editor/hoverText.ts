import * as l10n from '@vscode/l10n';
import type { Probability, RowDetail } from '../../protocol/evaluation.js';
import { reasonAtRow, sign } from './markTexts.js';

/** As many labels help; more are in the results. */
const shownLabels = 8;
/** Characters of a bar for a probability of 1. */
const barLength = 16;

/** What is known of a row, as Markdown. `members`: of an ensemble, in the judge's order. */
export function hoverText(row: RowDetail, members: readonly string[]): string {
  const { expected, predicted, right, probability, probabilities, votes = [], group, problem } = row;
  if (problem) return `${sign.problem} ${escaped(reasonAtRow(problem))}`;
  const outcome = sign[right ? 'right' : 'wrong'];
  const verdict =
    predicted === expected
      ? l10n.t('{outcome} {predicted}, as it should be', { outcome, predicted: strong(predicted) })
      : l10n.t('{outcome} {predicted}, should be {expected}', {
          outcome,
          predicted: strong(predicted),
          expected: strong(expected),
        });
  return [
    probabilities ? verdict : `${verdict} · ${probability.toFixed(2)}`,
    ...(probabilities ? [bars(probabilities), ...competitor(probabilities)] : []),
    ...(votes.length > 0 ? [ballot(votes, members)] : []),
    ...(group !== undefined ? [l10n.t('Group: {group}', { group: strong(group) })] : []),
  ].join('\n\n');
}

/** A bar a line, in the editor's own font, so that they stand below one another. */
function bars(probabilities: readonly Probability[]): string {
  const shown = probabilities.slice(0, shownLabels);
  const more = probabilities.length - shown.length;
  return [
    ...shown.map(({ label, probability }) => `\`${bar(probability)} ${probability.toFixed(2)}\` ${escaped(label)}`),
    ...(more > 0 ? [l10n.t('and {count} more', { count: more })] : []),
  ].join('  \n');
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar to an eighth of a character, filled up so that all are of one length. */
export function bar(share: number): string {
  const size = Math.round(8 * barLength * Math.min(1, Math.max(0, share)));
  return `${'█'.repeat(size >> 3)}${eighths[size % 8] ?? ''}`.padEnd(barLength, '░');
}

/** The label that came nearest to the one that was predicted. */
function competitor([best, next]: readonly Probability[]): string[] {
  if (!best || !next) return [];
  const distance = (best.probability - next.probability).toFixed(2);
  return [l10n.t('Nearest competitor: {label}, {distance} behind', { label: strong(next.label), distance })];
}

function ballot(votes: readonly Probability[], members: readonly string[]): string {
  return votes
    .map(({ label, probability }, i) =>
      [`\`${probability.toFixed(2)}\``, strong(label), escaped(members[i] ?? '')].join(' '),
    )
    .join('  \n');
}

const strong = (text: string): string => `**${escaped(clip(text))}**`;

function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
}

/** Text of a file is no Markdown. */
export function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!~<>&|$]/g, '\\$&');
}
