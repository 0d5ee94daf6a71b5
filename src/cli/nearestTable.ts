import type { NearestTokens } from '../protocol/events.js';
import { nearestMeaning } from '../protocol/numbers.js';
import { quoted } from '../protocol/quoted.js';
import { clipped, columnLines, displayWidth, styled, type Screen } from './terminal.js';

/** A virtual token a line: its number and as many of the real tokens nearest to it as fit, each with its cosine similarity. */
export function nearestLines(tokens: readonly NearestTokens[], screen: Screen): string[] {
  const digits = String(tokens.length).length;
  const rows = tokens.map(({ position, nearest }) => [
    String(position + 1).padStart(digits),
    ...nearest.map(({ token, similarity }) => `${clipped(quoted(token), 18)} ${similarity.toFixed(2)}`),
  ]);
  const most = Math.max(2, ...rows.map((row) => row.length));
  const fits = (count: number): boolean =>
    columnLines(rows.map((row) => row.slice(0, count))).every((line) => displayWidth(line) < screen.columns);
  let count = most;
  while (count > 2 && !fits(count)) count--;
  return columnLines(rows.map((row) => row.slice(0, count))).map(
    (line) => styled(screen, 'dim', line.slice(0, digits)) + line.slice(digits),
  );
}

/** What is compared, where that is not the virtual tokens' own vectors. */
export function meaningLines(method: string | undefined, screen: Screen): string[] {
  const meaning = method === undefined ? undefined : nearestMeaning(method);
  return meaning === undefined ? [] : [styled(screen, 'dim', meaning)];
}
