import type { InterpretationReport, TokenMap } from '../../src/protocol/interpretation.js';

/** Neighbours that a line leads to: of every virtual token, and of the selected one. */
export const [fewLines, manyLines] = [1, 5] as const;

/** What the map shows. */
export interface MapContent {
  readonly map: TokenMap;
  readonly report: InterpretationReport;
  /** Index of a word by its id. */
  readonly wordOf: ReadonlyMap<number, number>;
}

export const mapContent = (map: TokenMap, report: InterpretationReport): MapContent => ({
  map,
  report,
  wordOf: new Map(map.words.map(({ id }, i) => [id, i])),
});

/** A virtual token's nearest words on the map, as their indices. */
export const linkedWords = ({ report, wordOf }: MapContent, position: number, count: number): number[] =>
  (report.tokens[position]?.nearest ?? []).slice(0, count).flatMap(({ id }) => wordOf.get(id) ?? []);

/** Words that have a text in them, whatever its case; equal ones first, then those that begin with it. */
export function matchingWords({ words }: TokenMap, text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const rank = (index: number): number => {
    const word = words[index]?.token.trim().toLowerCase() ?? '';
    return word === wanted ? 0 : word.startsWith(wanted) ? 1 : 2;
  };
  return words
    .flatMap(({ token }, i) => (token.toLowerCase().includes(wanted) ? [i] : []))
    .sort((a, b) => rank(a) - rank(b) || a - b);
}
