import { extname } from 'node:path';
import { csvCell } from '../common/csv.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { RowDetail } from '../protocol/evaluation.js';
import { writeFileAtomic } from '../store/atomicFile.js';

/** What is written of a row. */
export type Prediction = Omit<RowDetail, 'row' | 'endLine'>;

const predictionEndings = ['.jsonl', '.csv', '.tsv'] as const;

type Ending = (typeof predictionEndings)[number];

const writers: Readonly<Record<Ending, (predictions: readonly Prediction[]) => string>> = {
  '.jsonl': (predictions) => predictions.map((p) => `${jsonLine(p)}\n`).join(''),
  '.csv': (predictions) => table(predictions, ',', csvCell),
  '.tsv': (predictions) => table(predictions, '\t', tsvCell),
};

/** How a file of predictions is written, by its ending. Throws `data.predictionsEnding`. */
export function predictionsEnding(path: string): Ending {
  const found = extname(path).toLowerCase();
  const ending = predictionEndings.find((known) => known === found);
  if (ending) return ending;
  throw new SoftpromptError('data.predictionsEnding', { file: path, found, endings: predictionEndings.join(', ') });
}

/**
 * Writes rows with what was made of them: .jsonl, an object a line; .csv and .tsv, with a column for each label's probability and for each
 * member's vote. Throws `data.predictionsEnding`, `store.noSpace` or `store.readOnly`.
 */
export async function writePredictions(path: string, predictions: readonly Prediction[]): Promise<void> {
  await writeFileAtomic(path, writers[predictionsEnding(path)](predictions));
}

function jsonLine({ line, input, expected, predicted, right, probability, probabilities, votes, problem }: Prediction) {
  return JSON.stringify({
    line,
    input,
    expected,
    predicted,
    right,
    probability,
    probabilities: probabilities && Object.fromEntries(probabilities.map((p) => [p.label, p.probability])),
    votes,
    problem,
  });
}

type Cell = string | number | boolean | undefined;

function table(predictions: readonly Prediction[], separator: string, written: (text: string) => string): string {
  const labels = [...new Set(predictions.flatMap((p) => p.probabilities?.map(({ label }) => label) ?? []))].sort();
  const members = predictions.reduce((most, p) => Math.max(most, p.votes?.length ?? 0), 0);
  const withProblems = predictions.some(({ problem }) => problem);
  const numbers = Array.from({ length: members }, (_, m) => m);
  const head: Cell[] = [
    ...['line', 'input', 'expected', 'predicted', 'right', 'probability'],
    ...labels.map((label) => `p(${label})`),
    ...numbers.flatMap((m) => [`member ${m + 1}`, `p(member ${m + 1})`]),
    ...(withProblems ? ['problem'] : []),
  ];
  const rows = predictions.map((row): Cell[] => {
    const of = new Map(row.probabilities?.map((p) => [p.label, p.probability]));
    return [
      ...[row.line, row.input, row.expected, row.predicted, row.right, row.probability],
      ...labels.map((label) => of.get(label)),
      ...numbers.flatMap((m) => [row.votes?.[m]?.label, row.votes?.[m]?.probability]),
      ...(withProblems ? [row.problem?.code] : []),
    ];
  });
  const line = (cells: readonly Cell[]): string =>
    cells.map((cell) => (typeof cell === 'string' ? written(safe(cell)) : String(cell ?? ''))).join(separator);
  return [head, ...rows].map((cells) => `${line(cells)}\r\n`).join('');
}

/** Spreadsheets run a text that begins like a formula; an apostrophe in front keeps it a text. A number is none. */
const safe = (text: string): string => (/^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+$/.test(text) ? `'${text}` : text);

/** A cell of tab-separated text has neither quotes nor a way to hold tabs and line breaks: they are written as in C. */
const tsvCell = (text: string): string =>
  text.replace(/[\\\t\r\n]/g, (found) => ({ '\t': '\\t', '\r': '\\r', '\n': '\\n' })[found] ?? '\\\\');
