import { SoftpromptError } from '../../errors/softpromptError.js';
import type { DatasetSource, Row, Table } from '../../protocol/dataset.js';
import { lineIndexAt, textLines } from '../textLines.js';
import { objectTable } from './jsonObjects.js';

/**
 * WebNLG's XML: entries of a few triples with the texts that say them. A row a text, with its entry's other texts as well; an entry that has
 * none yet is a row without. Throws `data.webnlgEntry` at an entry that is not closed.
 */
export function readWebNlg(xml: string, file: string, source: DatasetSource): Table {
  const lines = textLines(xml);
  const lineAt = (offset: number): number => lineIndexAt(lines, offset) + 1;
  const begins = [...xml.matchAll(/<entry\b/g)].map(({ index }) => index);
  const rows = begins.flatMap((begin, i): Row[] => {
    const close = xml.indexOf('</entry>', begin);
    if (close < 0 || close > (begins[i + 1] ?? Infinity)) {
      throw new SoftpromptError('data.webnlgEntry', { file, line: lineAt(begin) });
    }
    const entry = xml.slice(begin, close);
    const [tag = ''] = /^[^>]*/.exec(entry) ?? [];
    const found = [...entry.matchAll(/<lex\b[^>]*>([^]*?)<\/lex>/g)];
    const texts = found.map(([, text = '']) => plain(text));
    const triples = [...entry.matchAll(/<mtriple>([^]*?)<\/mtriple>/g)].map(([, triple = '']) => plain(triple));
    const values = {
      id: attribute(tag, 'eid'),
      category: attribute(tag, 'category'),
      triples: triples.join(' && '),
      texts: [...new Set(texts)],
    };
    const row = (text: string | null, start: number, end: number): Row => {
      return { values: { ...values, text }, line: lineAt(start), start, end };
    };
    if (texts.length === 0) return [row(null, begin, close)];
    return found.map((lex, n) => row(texts[n] ?? null, begin + lex.index, begin + lex.index + lex[0].length));
  });
  return objectTable(file, rows, source);
}

const attribute = (tag: string, name: string): string | null => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? null : plain(value);
};

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text of XML as it is read: entities replaced, white space at the ends dropped. */
function plain(text: string): string {
  return text
    .replace(/&(?:#(\d+)|#x([\da-f]+)|(amp|lt|gt|quot|apos));/gi, (_, decimal?: string, hex?: string, name?: string) =>
      name === undefined
        ? String.fromCodePoint(decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal))
        : (entities[name.toLowerCase()] ?? ''),
    )
    .trim();
}
