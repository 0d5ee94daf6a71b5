import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inferTask } from '../../src/data/columns.js';
import { makeExamples } from '../../src/data/examples.js';
import { presetSource, presets } from '../../src/data/presets/presets.js';
import { recognisePreset } from '../../src/data/presets/recognisePreset.js';
import { readSource } from '../../src/data/readSource.js';
import { parseTable } from '../../src/data/readTable.js';
import { prepareData } from '../../src/training/prepareData.js';
import type { Example } from '../../src/protocol/dataset.js';
import { presetIds, type PresetId } from '../../src/protocol/presets.js';
import { expectError } from './expectError.js';

/** What plain Python makes of the files: test/golden/makePresets.py. */
const golden = JSON.parse(readFileSync(resolve(import.meta.dirname, '../golden/presets.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, { rows: number; sha256: string }>>>
>;
const folders = {
  datasets: resolve(import.meta.dirname, '../../../shared/data/datasets'),
  presets: resolve(import.meta.dirname, '../golden/presets'),
};
const present = existsSync(folders.datasets);
if (!present) console.warn('Skipped: presets on the real data files, for ../shared/data/datasets is not there.');

const files = Object.entries(golden).flatMap(([preset, sums]) =>
  Object.entries(sums).map(([name, expected]) => ({ preset: preset as PresetId, name, expected })),
);
const isReal = ({ name }: { name: string }): boolean => name.startsWith('datasets/');

const pathOf = (name: string): string =>
  resolve(name.startsWith('datasets/') ? folders.datasets : folders.presets, name.replace(/^\w+\//, ''));

async function examplesOf(preset: PresetId, name: string): Promise<Example[]> {
  const table = await readSource(pathOf(name), '/', preset);
  return makeExamples(table, inferTask(table, { preset }));
}

/** Lines of input, target and every other right answer, NUL between them. */
function sumOf(examples: readonly Example[]): { rows: number; sha256: string } {
  const lines = examples.map(({ input, target, references = [] }) => [input, target, ...references].join('\0'));
  const sha256 = createHash('sha256').update(lines.map((line) => `${line}\n`).join(''));
  return { rows: examples.length, sha256: sha256.digest('hex') };
}

describe('presets', () => {
  it('every published set has files that its preset is held against', () => {
    const published = presetIds.filter((id) => presets[id].layouts.length > 0);
    expect(Object.keys(golden).sort()).toEqual([...published].sort());
  });

  it.skipIf(!present).each(files.filter(isReal))(
    '$preset renders the real $name as Python does',
    async ({ preset, name, expected }) => {
      expect(sumOf(await examplesOf(preset, name))).toEqual(expected);
    },
  );

  it.each(files.filter((file) => !isReal(file)))(
    '$preset renders $name as Python does',
    async ({ preset, name, expected }) => {
      expect(sumOf(await examplesOf(preset, name))).toEqual(expected);
    },
  );

  const recognisable = files.filter((file) => present || !isReal(file));
  it.each(recognisable)('$name is recognised as $preset', async ({ preset, name }) => {
    const path = pathOf(name);
    const table = await readSource(path, '/', preset);
    expect(recognisePreset(table, path)).toBe(preset);
  });

  it('the words of the task, the fields and the labels are those of T5', async () => {
    const first = async (preset: PresetId, name: string): Promise<string[]> => {
      const [{ input, target } = { input: '', target: '' }] = await examplesOf(preset, name);
      return [input, target];
    };
    expect(await first('cola', 'presets/CoLA/train.tsv')).toEqual([
      'cola sentence: The lantern that Mira bought yesterday hangs above the kitchen door.',
      'acceptable',
    ]);
    expect(await first('stsb', 'presets/STS-B/dev.tsv')).toEqual([
      'stsb sentence1: A boy pours milk into a blue cup. sentence2: A child fills a cup with milk.',
      '4.0',
    ]);
    expect(await first('copa', 'presets/COPA/train.jsonl')).toEqual([
      'copa choice1: Somebody opened the window. choice2: Somebody read a book. premise: The candle went out. question: cause',
      'choice1',
    ]);
    expect(await first('wsc', 'presets/WSC/train.jsonl')).toEqual([
      'wsc text: Lena thanked * Ruth * because # she # had carried the ladder.',
      'True',
    ]);
  });

  it('a span that stands elsewhere than its index says is left unmarked, as T5 leaves it', async () => {
    const inputs = (await examplesOf('wsc', 'presets/WSC/train.jsonl')).map(({ input }) => input);
    expect(inputs[2]).toBe('wsc text: * The vase *  broke and it was thrown away.');
  });

  it('a question with several right answers is trained on the first and judged by all', async () => {
    const [first, second] = await examplesOf('mrqa', 'presets/MRQA/dev.jsonl');
    expect(first).toMatchObject({ target: '1912', references: ['1912', 'in 1912'], line: 2 });
    expect(second).toMatchObject({ target: 'Jon Strand', references: ['Jon Strand'], line: 2 });
  });

  it('each text of a WebNLG entry is a row at its own line', async () => {
    const rows = await examplesOf('webnlg', 'presets/WebNLG/train.xml');
    expect(rows.map(({ line }) => line)).toEqual([12, 13, 19]);
    expect(rows[1]).toMatchObject({
      input: 'webnlg triples: Skerra_Light | height | 31.0 (metres) && Skerra_Light | keeper | "Strand & Sons"',
      target: 'Strand & Sons keep the 31 metre high Skerra Light.',
    });
  });
});

describe('a preset in a recipe', () => {
  const reviews = parseTable('label\tcontent\tstars\n1\tfine\t5\n0\tpoor\t1\n', 'sst2.tsv', { path: 'sst2.tsv' });

  it('keeps its labels where the recipe repeats its target', () => {
    const { labels } = presets.sst2;
    expect(inferTask(reviews, { preset: 'sst2', target: '{label}' })).toMatchObject({ labels });
  });

  it('takes rows that have its own columns, with one right answer where they list no others', () => {
    const own = parseTable('context,question,answer\nc,q,a\n', 'own.csv', { path: 'own.csv' });
    expect(makeExamples(own, inferTask(own, { preset: 'squad' }))).toEqual([
      { input: 'question: q context: c', target: 'a', file: 'own.csv', line: 2 },
    ]);
  });

  it('gives way to what the recipe says itself', () => {
    const labels = { 0: 'bad', 1: 'good' };
    expect(inferTask(reviews, { preset: 'sst2', template: '{sentence} It was', labels })).toEqual({
      preset: 'sst2',
      task: 'classification',
      template: '{sentence} It was',
      target: '{label}',
      labels,
    });
  });

  it('lends its labels to no other target', () => {
    expect(inferTask(reviews, { preset: 'sst2', target: '{stars}', task: 'classification' })).toMatchObject({
      target: '{stars}',
      labels: { 1: '1', 5: '5' },
    });
  });

  it('refuses a file of other columns and says which it expects', () => {
    const table = parseTable('subject,queue\na,b\n', 'tickets.csv', { path: 'tickets.csv' });
    expectError(() => inferTask(table, { preset: 'sst2' }), 'data.presetColumns', {
      file: 'tickets.csv',
      preset: 'SST-2 (GLUE)',
      columns: 'subject, queue',
      expected: 'sentence, label | content, label',
    });
  });

  it('reads training and dev rows whose columns have different names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'softprompt-presets-'));
    try {
      await writeFile(join(folder, 'train.tsv'), 'label\tsentence\n1\tfine\n0\tpoor\n');
      await writeFile(join(folder, 'dev.tsv'), 'label\tcontent\n0\tdull\n');
      const data = { preset: 'sst2' as const, train: 'train.tsv', dev: 'dev.tsv', devRows: 0 };
      const { splits } = await prepareData(data, folder, 0);
      expect(splits.train.map(({ input, target }) => [input, target])).toEqual([
        ['sst2 sentence: fine', 'positive'],
        ['sst2 sentence: poor', 'negative'],
      ]);
      expect(splits.dev).toEqual([
        { input: 'sst2 sentence: dull', target: 'negative', label: 0, file: 'dev.tsv', line: 2 },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reports a label that the set does not have with its line', () => {
    const table = parseTable('sentence\tlabel\nfine\t1\nso so\t2\n', 'dev.tsv', { path: 'dev.tsv' });
    expectError(() => makeExamples(table, inferTask(table, { preset: 'sst2' })), 'data.unknownLabel', {
      file: 'dev.tsv',
      line: 3,
      found: '2',
      known: '0, 1',
    });
  });

  it.each([
    ['classification', 'Sort', { a: 'a', b: 'b' }],
    ['generation', 'Sort', undefined],
  ] as const)('that is plain %s leaves the rest to the columns', (preset, _, labels) => {
    const table = parseTable('text,label\nx,a\ny,b\nz,a\nw,b\n', 'own.csv', { path: 'own.csv' });
    const task = { template: '{text}\nLabel:', target: '{label}', task: preset };
    expect(inferTask(table, { preset })).toEqual(labels ? { ...task, labels } : task);
  });

  it('says how a file is read whose name does not', () => {
    expect(presetSource({ path: 'TREC.test.all' }, 'trec')).toMatchObject({ delimiter: ' ', encoding: 'latin1' });
    expect(presetSource({ path: 'TREC.all', encoding: 'utf-8' }, 'trec')).toMatchObject({ encoding: 'utf-8' });
    expect(presetSource({ path: 'trec.jsonl' }, 'trec')).toEqual({ path: 'trec.jsonl' });
  });
});

describe('a file of common columns', () => {
  const table = parseTable('sentence,label\nfine,1\npoor,0\n', 'x', { path: 'x.csv' });

  it.each(['reviews/SST-2/train.tsv', 'reviews/sst2.csv', 'C:\\glue\\sst-2\\dev.tsv'])(
    'is recognised where its path, %s, names the set',
    (path) => expect(recognisePreset(table, path)).toBe('sst2'),
  );

  it('is nobody’s where its path names none, or where it has a label that the set has not', () => {
    expect(recognisePreset(table, 'spam/train.csv')).toBeUndefined();
    const other = parseTable('sentence,label\nfine,1\npoor,spam\n', 'x', { path: 'x.csv' });
    expect(recognisePreset(other, 'sst2/train.csv')).toBeUndefined();
  });
});

describe('nested files', () => {
  it('SQuAD’s rows stand where their questions stand', () => {
    const question = '{"id": "q1", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]}';
    const text = `{"data": [{"paragraphs": [{"context": "Ann came.", "qas": [\n${question}]}]}]}`;
    const { rows, columns } = parseTable(text, 'dev.json', { path: 'dev.json' });
    expect(columns).toEqual(['id', 'title', 'context', 'question', 'answer', 'answers']);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.line).toBe(2);
    expect(text.slice(rows[0]?.start, rows[0]?.end)).toBe(question);
  });

  it('SQuAD without a context is refused at its paragraph', () => {
    const text = '{"data": [{"paragraphs": [\n{"context": 7, "qas": []}]}]}';
    expectError(() => parseTable(text, 'dev.json', { path: 'dev.json' }), 'data.publishedShape', {
      file: 'dev.json',
      line: 2,
      format: 'squad',
      column: 'data.0.paragraphs.0.context',
      expected: 'string',
      found: '7',
    });
  });

  it('a line of MRQA whose questions have no answers is refused', () => {
    const lines = '{"header": {"dataset": "own"}}\n{"context": "c", "qas": [{"qid": "1", "question": "q"}]}\n';
    expectError(() => parseTable(lines, 'x.jsonl', { path: 'x.jsonl' }), 'data.publishedShape', {
      file: 'x.jsonl',
      line: 2,
      format: 'mrqa',
      column: 'qas.0.answers',
      expected: 'array',
      found: 'null',
    });
  });

  it('lines that only look like them can be read as they are', () => {
    const line = '{"context": "c", "qas": [{"qid": "1"}]}\n';
    const { columns } = parseTable(line, 'x.jsonl', { path: 'x.jsonl', format: 'jsonl' });
    expect(columns).toEqual(['context', 'qas']);
  });

  it('a WebNLG entry that is not closed is refused', () => {
    const text = '<benchmark>\n<entry eid="1">\n<entry eid="2"></entry>';
    expectError(() => parseTable(text, 'x.xml', { path: 'x.xml' }), 'data.webnlgEntry', { file: 'x.xml', line: 2 });
  });
});
