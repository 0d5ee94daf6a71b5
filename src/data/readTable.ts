import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { DatasetSource, Table } from '../protocol/dataset.js';
import { decodeText } from './decodeText.js';
import { readCsv, readTsv } from './formats/delimited.js';
import { formatOfName, type Format } from './formats/formatOfName.js';
import { readJson } from './formats/json.js';
import { readJsonLines } from './formats/jsonl.js';
import { nestedFormatOf, readNestedLines } from './formats/nestedLines.js';
import { readSquad } from './formats/squad.js';
import { readWebNlg } from './formats/webnlg.js';

/** A reader of one format: the decoded text, the file's name for messages, how to read it. */
type Reader = (text: string, file: string, source: DatasetSource) => Table;

const readers: Record<Format, Reader> = {
  jsonl: readJsonLines,
  json: readJson,
  csv: readCsv,
  tsv: readTsv,
  squad: readSquad,
  mrqa: readNestedLines('mrqa'),
  multirc: readNestedLines('multirc'),
  record: readNestedLines('record'),
  wsc: readNestedLines('wsc'),
  webnlg: readWebNlg,
};

/**
 * Reads a data file. `path` is where it lies; `displayName` (by default the source's own path) is what messages call it.
 * Throws `data.*` errors that name the file, the line, what was expected and what was found.
 */
export async function readTable(path: string, source: DatasetSource, displayName = source.path): Promise<Table> {
  const read = await readTableText(path, source, displayName);
  return parseTable(read.text, displayName, read.source);
}

/** The decoded text of a data file, and how it is to be read further. */
export async function readTableText(
  path: string,
  source: DatasetSource,
  displayName = source.path,
): Promise<{ text: string; source: DatasetSource }> {
  const { text, encoding } = decodeText(await readBytes(path, displayName), displayName, source.encoding);
  // Big-endian UTF-16 is read by its mark alone; a recipe has no name for it.
  return { text, source: encoding === 'utf-16be' ? source : { ...source, encoding } };
}

/** Rows with their lines and offsets from a text without a byte-order mark. Pure: the source's path only tells the format. */
export function parseTable(text: string, file: string, source: DatasetSource): Table {
  const format = source.format ?? inferFormat(text, source);
  const table = readers[format](text, file, { ...source, format });
  if (table.rows.length > 0) return table;
  if (table.source.header === true)
    throw new SoftpromptError('data.headerOnly', { file, columns: table.columns.join(', ') });
  throw new SoftpromptError('data.empty', { file });
}

/**
 * By the name's ending; by the first line where the ending says nothing, and for `.json`, since many files of that name hold JSON Lines.
 * JSON of a published set that nests its rows is told by its beginning.
 */
function inferFormat(text: string, source: DatasetSource): Format {
  const named = formatOfName(extname(source.path));
  if (named === 'jsonl') return firstLine(text)?.nested ?? 'jsonl';
  if (named === 'json') return jsonFormat(text);
  if (named !== undefined) return named;
  if (source.delimiter === undefined) {
    if (/^\s*\[/.test(text)) return 'json';
    if (/^\s*\{/.test(text)) return jsonFormat(text);
    return /^[^\r\n]*\t/.test(text) ? 'tsv' : 'csv';
  }
  return source.delimiter === ',' || source.delimiter === ';' ? 'csv' : 'tsv';
}

function jsonFormat(text: string): Format {
  const first = firstLine(text);
  if (first?.followed) return first.nested ?? 'jsonl';
  return isSquad.test(text.slice(0, 10_000)) ? 'squad' : 'json';
}

const isSquad = /^\s*\{[^]*"data"\s*:\s*\[\s*\{[^]*"paragraphs"\s*:\s*\[\s*\{/;

/** The first line that is not blank, if it is a whole object: the nested format that it is of, and whether more text stands below it. */
function firstLine(text: string): { nested: Format | undefined; followed: boolean } | undefined {
  const [, first, rest] = /^\s*(\{[^\r\n]*)([^]*)$/.exec(text) ?? [];
  if (first === undefined) return undefined;
  try {
    const object = JSON.parse(first) as Record<string, unknown>;
    return { nested: nestedFormatOf(object), followed: rest?.trim() !== '' };
  } catch {
    return undefined;
  }
}

async function readBytes(path: string, file: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    if (reason === 'ENOENT') throw new SoftpromptError('data.fileMissing', { file }, { cause });
    throw new SoftpromptError('data.unreadable', { file, reason }, { cause });
  }
}
