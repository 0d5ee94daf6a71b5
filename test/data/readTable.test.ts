import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/common/random.js';
import { parseTable, readTable } from '../../src/data/readTable.js';
import type { DatasetSource, Table } from '../../src/protocol/dataset.js';
import { expectError, expectRejection } from './expectError.js';

const read = (name: string, text: string, options: Partial<DatasetSource> = {}): Table =>
  parseTable(text, name, { path: name, ...options });
const values = (table: Table): unknown[] => table.rows.map((row) => row.values);
const places = (table: Table): number[][] => table.rows.map(({ line, start, end }) => [line, start, end]);

describe('JSON Lines', () => {
  it('gives each row its values, line and offsets, and skips blank lines', () => {
    const table = read('a.jsonl', '{"x":"é","y":1}\r\n\r\n  \n{"x":"b","y":2}');
    expect(table.columns).toEqual(['x', 'y']);
    expect(values(table)).toEqual([
      { x: 'é', y: 1 },
      { x: 'b', y: 2 },
    ]);
    expect(places(table)).toEqual([
      [1, 0, 15],
      [4, 22, 37],
    ]);
    expect(table.source).toEqual({ path: 'a.jsonl', format: 'jsonl' });
  });

  it('fills a missing column with null, so that every row has every column', () => {
    expect(values(read('a.jsonl', '{"x":1}\n{"y":2}'))).toEqual([
      { x: 1, y: null },
      { x: null, y: 2 },
    ]);
  });

  it('names line, column and text of what is not JSON', () => {
    expectError(() => read('a.jsonl', '{"x":1}\n{"x": NaN}\n'), 'data.badJson', {
      file: 'a.jsonl',
      line: 2,
      column: 7,
      found: 'NaN',
    });
    expectError(() => read('a.jsonl', '{"x":1} {"x":2}'), 'data.badJson', {
      file: 'a.jsonl',
      line: 1,
      column: 9,
      found: '{',
    });
  });

  it('says where a line ends too early', () => {
    expectError(() => read('a.jsonl', '\n{"x": 1'), 'data.jsonCutShort', { file: 'a.jsonl', line: 2, column: 8 });
  });

  it.each([
    ['[1,2]', '[1,2]'],
    ['7', '7'],
    ['null', 'null'],
  ])('refuses the row %s', (row, found) => {
    expectError(() => read('a.jsonl', `{"x":1}\n${row}`), 'data.jsonRow', { file: 'a.jsonl', line: 2, found });
  });
});

describe('JSON', () => {
  it('reads an array of objects with the place of each', () => {
    const text = '[\n  {"x": "a"},\r\n  {"x": "b"}\n]';
    const table = read('a.json', text);
    expect(values(table)).toEqual([{ x: 'a' }, { x: 'b' }]);
    expect(places(table)).toEqual([
      [2, 4, 14],
      [3, 19, 29],
    ]);
  });

  it('reads an object of objects in the order of the file, not of its keys', () => {
    expect(values(read('a.json', '{"10": {"x": "a"}, "2": {"x": "b"}}'))).toEqual([{ x: 'a' }, { x: 'b' }]);
  });

  it('knows JSON Lines under the name .json', () => {
    expect(read('a.json', '{"x":1}\n{"x":2}').source.format).toBe('jsonl');
    expect(read('a.json', '{"a":{"x":1}}').source.format).toBe('json');
  });

  it('says that nested data is not a table', () => {
    expectError(() => read('a.json', '{\n"version": "1.1",\n"data": []}'), 'data.jsonShape', {
      file: 'a.json',
      line: 2,
      column: 'version',
      found: '"1.1"',
    });
    expectError(
      () => read('a.json', '{"data": [{"chapters": [{"context": "long enough to cut"}]}]}'),
      'data.jsonShape',
      {
        file: 'a.json',
        line: 1,
        column: 'data',
        found: '[{"chapters":[{"context":"long enough to…',
      },
    );
  });

  it('refuses rows and texts that are no objects', () => {
    expectError(() => read('a.json', '[{"x":1},\n3]'), 'data.jsonRow', { file: 'a.json', line: 2, found: '3' });
    expectError(() => read('a.json', '\n"x"'), 'data.jsonRow', { file: 'a.json', line: 2, found: '"x"' });
  });

  it('names line and column of a comment, of a comma too many and of an early end', () => {
    expectError(() => read('a.json', '[\n // no\n]'), 'data.badJson', {
      file: 'a.json',
      line: 2,
      column: 2,
      found: '// no',
    });
    expectError(() => read('a.json', '[{"x":1},\n]'), 'data.badJson', {
      file: 'a.json',
      line: 2,
      column: 1,
      found: ']',
    });
    expectError(() => read('a.json', '[{"x":1}'), 'data.jsonCutShort', { file: 'a.json', line: 1, column: 9 });
  });
});

describe('CSV', () => {
  it('keeps quoted commas, quotes and line breaks in one row, with lines and offsets of the text', () => {
    const text = 'text,label\r\n"é, ""x""\r\ny",1\r\n\r\nplain,2';
    const table = read('a.csv', text);
    expect(values(table)).toEqual([
      { text: 'é, "x"\r\ny', label: '1' },
      { text: 'plain', label: '2' },
    ]);
    expect(table.rows.map((row) => row.line)).toEqual([2, 5]);
    expect(table.rows.map((row) => text.slice(row.start, row.end))).toEqual(['"é, ""x""\r\ny",1', 'plain,2']);
    expect(table.source).toEqual({ path: 'a.csv', format: 'csv', delimiter: ',', quote: '"', header: true });
  });

  it('reads files that mix line breaks', () => {
    expect(values(read('a.csv', 'a,b\r\n1,2\n3,4\r5,6'))).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
      { a: '5', b: '6' },
    ]);
  });

  it('infers the delimiter from the first line', () => {
    const table = read('a.csv', 'text;label\n"a;b, c";1');
    expect(values(table)).toEqual([{ text: 'a;b, c', label: '1' }]);
    expect(table.source.delimiter).toBe(';');
    expect(read('a.csv', '"a\n;b",c\n1,2').columns).toEqual(['column1', 'column2']);
  });

  it('gives the line on which a row with a bad quote begins', () => {
    expectError(() => read('a.csv', 'a,b\n1,2\n\n3,"x"y'), 'data.strayQuote', { file: 'a.csv', line: 4, quote: '"' });
    expectError(() => read('a.csv', 'a,b\n1,x"y'), 'data.strayQuote', { file: 'a.csv', line: 2, quote: '"' });
    expectError(() => read('a.csv', 'a,b\n1,"x\n2,y\n'), 'data.openQuote', { file: 'a.csv', line: 2, quote: '"' });
  });

  it('takes quotes literally where quoting is off, and other quotes where they are named', () => {
    expect(values(read('a.csv', 'a,b\n"1,2"', { quote: '' }))).toEqual([{ a: '"1', b: '2"' }]);
    expect(values(read('a.csv', "a,b\n'1,2',\"", { quote: "'" }))).toEqual([{ a: '1,2', b: '"' }]);
  });

  it('survives a column named __proto__', () => {
    const [row] = read('a.csv', '__proto__,b\nx,y').rows;
    expect(Object.entries(row!.values)).toEqual([
      ['__proto__', 'x'],
      ['b', 'y'],
    ]);
  });

  it('finds every row again at its offsets, for random tables with quoted line breaks', () => {
    const random = seededRandom(1, 'csv');
    const pieces = ['a', 'é', '𝄞', ' ', ',', '"', '\n', '\r\n', '\r', '\t', '文'];
    const cell = (): string =>
      Array.from({ length: random.integer(6) }, () => pieces[random.integer(pieces.length)]).join('');
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    for (let round = 0; round < 200; round++) {
      const cells = Array.from({ length: 1 + random.integer(8) }, () => [cell(), cell(), cell()]);
      const lineBreak = ['\n', '\r\n', '\r'][random.integer(3)]!;
      const text = cells.map((row) => row.map(quoted).join(',') + lineBreak.repeat(1 + random.integer(2))).join('');
      const table = read('a.csv', text, { columns: ['a', 'b', 'c'], header: false });
      expect(table.rows.map((row) => [row.values['a'], row.values['b'], row.values['c']])).toEqual(cells);
      for (const row of table.rows) {
        const again = read('a.csv', text.slice(row.start, row.end), { columns: ['a', 'b', 'c'], header: false });
        expect(again.rows.map((one) => one.values)).toEqual([row.values]);
        expect(row.line).toBe(text.slice(0, row.start).split(/\r\n|\r|\n/).length);
      }
    }
  });
});

describe('TSV', () => {
  it('takes quotes literally and gives lines and offsets', () => {
    const table = read('a.tsv', 'label\ttext\r\n1\tsay "hi\r\n\r\n0\t"x"');
    expect(values(table)).toEqual([
      { label: '1', text: 'say "hi' },
      { label: '0', text: '"x"' },
    ]);
    expect(places(table)).toEqual([
      [2, 12, 21],
      [4, 25, 30],
    ]);
    expect(table.source).toMatchObject({ format: 'tsv', delimiter: '\t', quote: '', header: true });
  });

  it('gives the last of the named columns the rest of the line', () => {
    const table = read('TREC.all', '4 Who is it ?\n0 What ?', { delimiter: ' ', columns: ['label', 'question'] });
    expect(values(table)).toEqual([
      { label: '4', question: 'Who is it ?' },
      { label: '0', question: 'What ?' },
    ]);
    expect(table.source).toMatchObject({ format: 'tsv', header: false });
  });

  it('refuses a row with another number of cells', () => {
    expectError(() => read('a.tsv', 'a\tb\n1\t2\n1\t2\t3'), 'data.raggedRow', {
      file: 'a.tsv',
      line: 3,
      expected: 2,
      found: 3,
    });
    expectError(() => read('a.csv', 'a,b\n1\n'), 'data.raggedRow', { file: 'a.csv', line: 2, expected: 2, found: 1 });
    expectError(() => read('a.tsv', '1\t2', { columns: ['a', 'b', 'c'] }), 'data.raggedRow', {
      file: 'a.tsv',
      line: 1,
      expected: 3,
      found: 2,
    });
  });

  it('reads quoted cells where quote asks for it', () => {
    expect(values(read('a.tsv', 'a\tb\n"1\t2"\t3', { quote: '"' }))).toEqual([{ a: '1\t2', b: '3' }]);
  });
});

describe('column names', () => {
  it.each([
    ['common names', 'text\tlabel\ntext\tlabel\n', true],
    ['names over values', 'mr\tquality\nlong sentence, here.\tgood\n', true],
    ['a blank index column', '\ttext\n0\thello there, you', true],
    ['a number in the first row', 'nice\t1\nbad\t0', false],
    ['a sentence in the first row', 'This is, well, a sentence.\tgood\nAnother\tbad', false],
    ['a label that comes again', 'nice\tgood\nfine\tgood', false],
    ['two cells alike', 'same\tsame\na\tb', false],
    ['a blank cell', 'a\t\nb\tc', false],
  ])('are inferred: %s', (_, text, header) => {
    expect(read('a.tsv', text).source.header).toBe(header);
  });

  it('are column1, column2, … without a header and for blank cells of one', () => {
    expect(read('a.csv', '1,2\n3,4').columns).toEqual(['column1', 'column2']);
    expect(read('a.csv', ',text\n0,x').columns).toEqual(['column1', 'text']);
  });

  it('are renamed by columns where there is a header', () => {
    const table = read('a.csv', 'a,b\n1,2', { header: true, columns: ['x', 'y'] });
    expect(values(table)).toEqual([{ x: '1', y: '2' }]);
  });

  it('in the file are no row where columns repeat them', () => {
    expect(read('a.csv', 'A,b\n1,2', { columns: ['a', 'b'] }).rows).toHaveLength(1);
    expect(read('a.csv', 'p,q\n1,2', { columns: ['a', 'b'] }).rows).toHaveLength(2);
  });

  it('must differ', () => {
    expectError(() => read('a.csv', 'a,a\n1,2', { header: true }), 'data.duplicateColumn', {
      file: 'a.csv',
      column: 'a',
    });
    expectError(() => read('a.csv', '1,2', { columns: ['x', 'x'] }), 'data.duplicateColumn', {
      file: 'a.csv',
      column: 'x',
    });
  });

  it('read the same table again from the source that was filled in', () => {
    for (const text of ['a;b\n1;2', '1;2\n3;4']) {
      const table = read('a.csv', text);
      expect(parseTable(text, 'a.csv', table.source)).toEqual(table);
    }
  });
});

describe('a file without rows', () => {
  it.each(['a.jsonl', 'a.json', 'a.csv', 'a.tsv', 'a.txt'])('is refused: %s', (name) => {
    expectError(() => read(name, ' \n'.trimStart()), 'data.empty', { file: name });
  });

  it('is refused when it has only a header', () => {
    expectError(() => read('a.csv', 'text,label\n'), 'data.headerOnly', { file: 'a.csv', columns: 'text, label' });
  });
});

describe('the format of other file names', () => {
  it.each([
    ['[{"x":1}]', 'json'],
    ['{"x":1}\n{"x":2}', 'jsonl'],
    ['a\tb\n1\t2', 'tsv'],
    ['a,b\n1,2', 'csv'],
  ])('is inferred from %j', (text, format) => {
    expect(read('data.txt', text).source.format).toBe(format);
  });
});

describe('readTable', () => {
  let folder = '';
  const write = async (bytes: Buffer): Promise<string> => {
    const path = join(folder, 'data.tsv');
    await writeFile(path, bytes);
    return path;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'softprompt-data-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('strips a byte-order mark, so that offsets are those of the text', async () => {
    const table = await readTable(await write(Buffer.from('\ufefftext\tlabel\nx\t1')), { path: 'data.tsv' });
    expect(table.columns).toEqual(['text', 'label']);
    expect(places(table)).toEqual([[2, 11, 14]]);
    expect(table.source.encoding).toBe('utf-8');
  });

  it('reads UTF-16 of both byte orders by its mark', async () => {
    const little = Buffer.from('\ufefftext\tlabel\né\t1', 'utf16le');
    const first = await readTable(await write(little), { path: 'data.tsv' });
    expect(values(first)).toEqual([{ text: 'é', label: '1' }]);
    expect(first.source.encoding).toBe('utf-16le');
    const second = await readTable(await write(Buffer.from(little).swap16()), { path: 'data.tsv' });
    expect(values(second)).toEqual([{ text: 'é', label: '1' }]);
  });

  it('names the byte and the line of what is not UTF-8, also behind a true U+FFFD', async () => {
    const path = await write(Buffer.concat([Buffer.from('a\tb\n\ufffdé\t'), Buffer.from([0xe9, 0x0a])]));
    await expectRejection(readTable(path, { path: 'data.tsv' }), 'data.notUtf8', {
      file: 'data.tsv',
      line: 2,
      byte: 10,
      found: '0xE9',
    });
  });

  it('names the byte at which a cut character begins', async () => {
    const path = await write(Buffer.from([0x61, 0xef, 0xbf]));
    await expectRejection(readTable(path, { path: 'data.tsv' }, 'shown'), 'data.notUtf8', {
      file: 'shown',
      line: 1,
      byte: 1,
      found: '0xEF',
    });
  });

  it('reads latin1 where it is asked for', async () => {
    const table = await readTable(await write(Buffer.from('a\tb\né\t1', 'latin1')), {
      path: 'data.tsv',
      encoding: 'latin1',
    });
    expect(values(table)).toEqual([{ a: 'é', b: '1' }]);
  });

  it('refuses half a UTF-16 unit', async () => {
    const path = await write(Buffer.from([0xff, 0xfe, 0x61]));
    await expectRejection(readTable(path, { path: 'data.tsv' }), 'data.notUtf16', { file: 'data.tsv' });
  });

  it('says that a file is missing or is a folder', async () => {
    await expectRejection(readTable(join(folder, 'none.csv'), { path: 'none.csv' }), 'data.fileMissing', {
      file: 'none.csv',
    });
    await expectRejection(readTable(folder, { path: 'x.csv' }), 'data.unreadable', { file: 'x.csv', reason: 'EISDIR' });
  });
});
