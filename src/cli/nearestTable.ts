import type { NearestTokens } from '../protocol/events.js';
import { nearestMeaning } from '../protocol/numbers.js';
import { quoted } from '../protocol/quoted.js';
import { clipped, columnLines, displayWidth, styled, type Screen } from './terminal.js';

/** A virtual token a line: its number and as many of the real tokens nearest to it as fit, each with its cosine similarity. */
export function nearestLines(tokens: readonly NearestTokens[], screen: Screen): string[] {
  const digits = String(tokens.length).length;
  const rows = tokens.map(({ position, nearest }) => [
    String(position + 1).padStart(digits),
    ...nearest.map(neighbourText),
  ]);
  return fittingLines(rows, 2, screen).map((line) => styled(screen, 'dim', line.slice(0, digits)) + line.slice(digits));
}

export const neighbourText = ({ token, similarity }: NearestTokens['nearest'][number]): string =>
  `${clipped(quoted(token), 18)} ${similarity.toFixed(2)}`;

/** As many columns as fit into a line, but at least some. */
export function fittingLines(rows: readonly (readonly string[])[], least: number, screen: Screen): string[] {
  const most = Math.max(least, ...rows.map((row) => row.length));
  const fits = (count: number): boolean =>
    columnLines(rows.map((row) => row.slice(0, count))).every((line) => displayWidth(line) < screen.columns);
  let count = most;
  while (count > least && !fits(count)) count--;
  return columnLines(rows.map((row) => row.slice(0, count)));
}

/** What is compared, where that is not the virtual tokens' own vectors. */
export function meaningLines(method: string | undefined, screen: Screen): string[] {
  const meaning = method === undefined ? undefined : nearestMeaning(method);
  return meaning === undefined ? [] : [styled(screen, 'dim', meaning)];
}
