import type { Verdict } from '../../protocol/evaluation.js';

/** What is known of a row; nothing is, before it was judged and while an edit of it has not been. */
export type Outcome = 'right' | 'wrong' | 'problem';

/** A row's mark, where it stands in the document as it is now. */
export interface Mark {
  readonly row: number;
  /** 0-based, first and last. */
  readonly first: number;
  readonly last: number;
  readonly outcome: Outcome;
  /** The prediction, or why the row could not be judged; clipped. */
  readonly text: string;
  readonly probability: number;
}

/** A change of a document by its lines (0-based, as they were before it) and what now stands there. */
export interface LineChange {
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly endCharacter: number;
  readonly text: string;
}

export interface MarkCounts {
  readonly right: number;
  readonly wrong: number;
  readonly problems: number;
  /** Judged rows that an edit has not made another. */
  readonly judged: number;
}

/**
 * The marks of a file's rows. The process tells where rows stand for a revision of the text; what was edited since is laid over that: rows
 * that an edit touches lose their marks at once, those below move with the lines. In typed arrays, as a file may have 100,000 rows.
 */
export interface RowMarks {
  readonly rows: number;
  /** The revision that verdicts belong to. */
  readonly revision: number;
  readonly counts: () => MarkCounts;
  /** An edit, as it is made. */
  edit(revision: number, changes: readonly LineChange[]): void;
  /** Where the rows of a revision stand (1-based lines, a pair a row), and which old row each is. */
  layout(revision: number, lines: readonly number[], cameFrom: readonly number[]): void;
  /** Verdicts on another revision's rows are passed over: their numbers mean other rows. */
  judge(revision: number, verdicts: readonly Verdict[]): void;
  forget(): void;
  /** The marks that touch these lines. */
  inLines(first: number, last: number): Mark[];
  /** The nearest wrong row below a line (above, for -1), from the other end where there is none. */
  wrongFrom(line: number, direction: 1 | -1): Mark | undefined;
  /** Lines of wrong rows in order, first and last, adjacent ones merged; so many at most, over a document of `lineCount` lines. */
  wrongRanges(most: number, lineCount: number): readonly (readonly [first: number, last: number])[];
}

const outcomes = [undefined, 'right', 'wrong', 'problem'] as const;
const [right, wrong, problem] = [1, 2, 3];

/** A line has no room for more. */
const longestText = 60;

interface Places {
  readonly first: Int32Array;
  readonly last: Int32Array;
  /** 1 for rows that were edited since. */
  readonly edited: Uint8Array;
}

/** `lines`: 1-based, a pair a row. `textOf`: what a mark says beside its sign. */
export function rowMarks(lines: readonly number[], textOf: (verdict: Verdict) => string): RowMarks {
  let base = placesOf(lines);
  let shown = base;
  let revision = 0;
  let outcome = new Uint8Array(base.first.length);
  let text = new Uint32Array(base.first.length);
  let probability = new Float32Array(base.first.length);
  let edits: { readonly revision: number; readonly changes: readonly LineChange[] }[] = [];
  /** Asked for more often than it changes. */
  let counted: MarkCounts | undefined;
  const texts = textTable();

  const outcomeOf = (row: number): Outcome | undefined =>
    shown.edited[row] === 1 ? undefined : outcomes[outcome[row] ?? 0];
  const markOf = (row: number): Mark | undefined => {
    const known = outcomeOf(row);
    return (
      known && {
        row,
        first: shown.first[row] ?? 0,
        last: shown.last[row] ?? 0,
        outcome: known,
        text: texts.at(text[row] ?? 0),
        probability: probability[row] ?? 0,
      }
    );
  };
  /** The first row that ends on a line or below it. */
  const rowEndingFrom = (line: number): number => {
    let [low, high] = [0, shown.last.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((shown.last[middle] ?? 0) < line) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get rows() {
      return base.first.length;
    },
    get revision() {
      return revision;
    },
    counts: () => {
      if (counted) return counted;
      const counts = [0, 0, 0, 0];
      for (let row = 0; row < outcome.length; row++) {
        const known = shown.edited[row] === 1 ? 0 : (outcome[row] ?? 0);
        counts[known] = (counts[known] ?? 0) + 1;
      }
      const [, rights = 0, wrongs = 0, problems = 0] = counts;
      counted = { right: rights, wrong: wrongs, problems, judged: rights + wrongs };
      return counted;
    },
    edit: (to, changes) => {
      counted = undefined;
      edits.push({ revision: to, changes });
      shown = changes.reduce(edited, shown);
    },
    layout: (of, newLines, cameFrom) => {
      counted = undefined;
      const [before, beforeText, beforeProbability] = [outcome, text, probability];
      base = placesOf(newLines);
      revision = of;
      outcome = new Uint8Array(base.first.length);
      text = new Uint32Array(base.first.length);
      probability = new Float32Array(base.first.length);
      cameFrom.forEach((old, row) => {
        if (old < 0) return;
        outcome[row] = before[old] ?? 0;
        text[row] = beforeText[old] ?? 0;
        probability[row] = beforeProbability[old] ?? 0;
      });
      edits = edits.filter((edit) => edit.revision > of);
      shown = edits.flatMap(({ changes }) => changes).reduce(edited, base);
    },
    judge: (of, verdicts) => {
      if (of !== revision) return;
      counted = undefined;
      for (const verdict of verdicts) {
        const { row } = verdict;
        outcome[row] = verdict.problem ? problem : verdict.right ? right : wrong;
        text[row] = texts.add(textOf(verdict));
        probability[row] = verdict.probability;
      }
    },
    forget: () => {
      counted = undefined;
      outcome.fill(0);
    },
    inLines: (first, last) => {
      const marks: Mark[] = [];
      for (let row = rowEndingFrom(first); row < outcome.length && (shown.first[row] ?? 0) <= last; row++) {
        const mark = markOf(row);
        if (mark) marks.push(mark);
      }
      return marks;
    },
    wrongFrom: (line, direction) => {
      const rows = outcome.length;
      // Below: after the row of this line. Above: before the row that begins on it or was entered.
      const at = rowEndingFrom(line);
      const isInside = (shown.first[at] ?? Infinity) <= line;
      const from = direction === 1 ? (isInside ? at + 1 : at) : at - 1;
      for (let i = 0; i < rows; i++) {
        const row = (((from + direction * i) % rows) + rows) % rows;
        if (outcomeOf(row) === 'wrong') return markOf(row);
      }
      return undefined;
    },
    wrongRanges: (most, lineCount) => {
      const exact = mergedRanges(1, most);
      // Ranges that are further apart than this are no more than `most`.
      return exact ?? mergedRanges(Math.ceil(lineCount / most) + 1, Infinity) ?? [];
    },
  };

  /** Undefined where there are more than `most`. */
  function mergedRanges(apart: number, most: number): [number, number][] | undefined {
    const ranges: [number, number][] = [];
    for (let row = 0; row < outcome.length; row++) {
      if (outcome[row] !== wrong || shown.edited[row] === 1) continue;
      const [first, last] = [shown.first[row] ?? 0, shown.last[row] ?? 0];
      const before = ranges.at(-1);
      if (before && first - before[1] <= apart) before[1] = last;
      else if (ranges.push([first, last]) > most) return undefined;
    }
    return ranges;
  }
}

function placesOf(lines: readonly number[]): Places {
  const rows = lines.length / 2;
  const [first, last] = [new Int32Array(rows), new Int32Array(rows)];
  for (let row = 0; row < rows; row++) {
    first[row] = (lines[2 * row] ?? 1) - 1;
    last[row] = (lines[2 * row + 1] ?? 1) - 1;
  }
  return { first, last, edited: new Uint8Array(rows) };
}

/** Rows below a change move; rows in it are edited, and stand in order where it begins. */
function edited(places: Places, change: LineChange): Places {
  const { startLine, startCharacter, endLine, endCharacter, text } = change;
  const delta = (text.match(/\r\n?|\n/g) ?? []).length - (endLine - startLine);
  // What ends before a line begins leaves that line as it is, where it is still a line's beginning.
  const sparesEnd = endCharacter === 0 && (/[\r\n]$/.test(text) || (text === '' && startCharacter === 0));
  const lastTouched = sparesEnd ? endLine - 1 : endLine;
  const [first, last, isEdited] = [places.first.slice(), places.last.slice(), places.edited.slice()];
  for (let row = 0; row < first.length; row++) {
    const [begin, end] = [first[row] ?? 0, last[row] ?? 0];
    if (end < startLine) continue;
    if (begin > lastTouched) {
      first[row] = begin + delta;
      last[row] = end + delta;
    } else {
      first[row] = Math.min(begin, startLine);
      last[row] = startLine;
      isEdited[row] = 1;
    }
  }
  return { first, last, edited: isEdited };
}

/** Texts by number: of a label task there are few. */
function textTable(): { add(text: string): number; at(number: number): string } {
  const known: string[] = [];
  const numbers = new Map<string, number>();
  return {
    at: (number) => known[number] ?? '',
    add: (text) => {
      const clipped = clip(text.replace(/\s+/g, ' '));
      const number = numbers.get(clipped) ?? known.push(clipped) - 1;
      numbers.set(clipped, number);
      return number;
    },
  };
}

const clip = (text: string): string => (text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`);
