import * as l10n from '@vscode/l10n';
import type { TestedFile } from '../evaluation/promptTests.js';
import { wholeNumber } from '../protocol/numbers.js';
import { gateResultText } from '../protocol/promptTest.js';
import { shortPath } from './runCommand.js';
import { clipped, columnLines, styled, type Screen } from './terminal.js';

/** Wrong rows of a failed test that are shown; `--json` has all. */
const shownRows = 5;

/** A recipe's tests: a line for each gate, and the first wrong rows of those that fail. Marks are words and signs, never a colour alone. */
export function testedLines(
  recipe: string,
  prompt: string,
  files: readonly TestedFile[],
  folder: string,
  screen: Screen,
): string[] {
  return [styled(screen, 'bold', `${recipe} · ${prompt}`), ...files.flatMap((file) => fileLines(file, folder, screen))];
}

function fileLines({ file, gates, metrics, wrong }: TestedFile, folder: string, screen: Screen): string[] {
  const path = shortPath(file.path, folder);
  const rows = l10n.t('{rows} rows', { rows: wholeNumber(metrics.n) });
  const lines = gates.map((gate) => {
    const mark = gate.passed ? styled(screen, 'green', '✓') : styled(screen, 'red', '✗');
    return `${mark} ${path}: ${gateResultText(gate)} (${rows})`;
  });
  if (gates.every(({ passed }) => passed)) return lines;
  const shown = wrong
    .slice(0, shownRows)
    .map(({ line, expected, predicted, probability }) => [
      `    ${path}:${line}`,
      l10n.t('expected {expected}', { expected: clipped(expected, 24) }),
      l10n.t('predicted {predicted}', { predicted: clipped(predicted, 24) }),
      `${(100 * probability).toFixed(0)} %`,
    ]);
  const more = wrong.length - shown.length;
  return [
    ...lines,
    ...columnLines(shown),
    ...(more > 0 ? [`    ${l10n.t('and {count} more wrong rows', { count: wholeNumber(more) })}`] : []),
  ];
}

export function countLine({ passed, failed }: { passed: number; failed: number }, screen: Screen): string {
  const text = l10n.t('{passed} passed, {failed} failed', { passed: wholeNumber(passed), failed: wholeNumber(failed) });
  return styled(screen, failed > 0 ? 'red' : 'green', text);
}
