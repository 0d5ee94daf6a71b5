import * as z from 'zod';

/** How a file is read. Everything may be left out: format, delimiter, header and columns are inferred and said. */
export const datasetSourceSchema = z.strictObject({
  path: z.string().min(1).describe('The data file, relative to the recipe.'),
  format: z
    .enum(['jsonl', 'json', 'csv', 'tsv', 'squad', 'mrqa', 'multirc', 'record', 'wsc', 'webnlg'])
    .optional()
    .describe(
      'jsonl: one JSON object a line; json: an array of objects, or an object of objects; csv; tsv. squad, mrqa, multirc, record, wsc, webnlg: the nested files of these data sets as they are published. By default from the file.',
    ),
  encoding: z
    .enum(['utf-8', 'utf-16le', 'latin1'])
    .optional()
    .describe('utf-8 by default (a byte-order mark is honoured).'),
  delimiter: z
    .string()
    .length(1)
    .optional()
    .describe('What separates the cells of csv and tsv: "," and a tab by default.'),
  quote: z
    .enum(['"', "'", ''])
    .optional()
    .describe(
      'The quoting character of csv (") and tsv (none by default: quotes are literal there). "" turns quoting off.',
    ),
  header: z.boolean().optional().describe('Whether the first line holds the column names. By default it is inferred.'),
  columns: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Column names for a file without a header. Without quoting, the last column takes the rest of the line.'),
});
export type DatasetSource = z.infer<typeof datasetSourceSchema>;

/** A row of a data file, with where it stands, so that every message and every mark in the editor can point at it. */
export interface Row {
  readonly values: Readonly<Record<string, unknown>>;
  /** 1-based line on which the row begins. */
  readonly line: number;
  /** Begin and end (exclusive) in the decoded text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

export interface Table {
  /** As given by the user; for messages. */
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** How it was read, with everything that was inferred filled in. */
  readonly source: DatasetSource;
}

/** A place in a text where virtual tokens stand, or a masked model's answer: before the character at `offset`, in UTF-16 code units. */
export interface VirtualSlot {
  readonly offset: number;
  /** 0 for the answer. */
  readonly count: number;
  readonly isAnswer?: true;
}

/** A training or test example: x and y of the papers, as text. */
export interface Example {
  /** The words alone: where the template places virtual tokens is said by `slots`. */
  readonly input: string;
  /** Ascending; absent where the template places none. */
  readonly slots?: readonly VirtualSlot[];
  readonly target: string;
  /** Index into the recipe's labels for classification; absent for free text. */
  readonly label?: number;
  /** Of free text every right target, where the row has several. */
  readonly references?: readonly string[];
  readonly file: string;
  readonly line: number;
}

/** How virtual token j, counted over all places of a sequence, is written among the ids of real tokens. */
export const virtualToken = (j: number): number => -1 - j;

/** Behind the ids of every vocabulary. */
const firstAnswerPlace = 2 ** 30;

/** How the place of a masked model's answer is written among the ids of real tokens, whatever the number of masks that it takes. */
export const answerPlace = (maskId: number): number => firstAnswerPlace + maskId;

/** The mask token of an answer's place; undefined for any other id. */
export const maskAt = (id: number): number | undefined => (id >= firstAnswerPlace ? id - firstAnswerPlace : undefined);

/** An example as token ids. The target is scored, the input is not. */
export interface TokenizedExample {
  /** With `virtualToken`s and an `answerPlace` where the template has them. */
  readonly inputIds: readonly number[];
  readonly targetIds: readonly number[];
  /** How many tokens of the input were cut off to fit the length limit. */
  readonly cutTokens: number;
}
