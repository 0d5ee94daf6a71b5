import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inferTask } from '../../src/data/columns.js';
import { makeExamples } from '../../src/data/examples.js';
import { readTable } from '../../src/data/readTable.js';
import type { DatasetSource } from '../../src/protocol/dataset.js';
import { expectRejection } from './expectError.js';

const folder = resolve(import.meta.dirname, '../../../shared/data/datasets');
const present = existsSync(folder);
if (!present) console.warn('Skipped: the real data files, for ../shared/data/datasets is not there.');

const trecCells = { delimiter: ' ', columns: ['label', 'question'] };
const trec: Omit<DatasetSource, 'path'> = { ...trecCells, encoding: 'latin1' };
const e2e = ['mr', 'ref'];
const mrpc = ['Quality', '#1 ID', '#2 ID', '#1 String', '#2 String'];
const nli = ['premise', 'hypothesis', 'label', 'idx'];
const boolq = ['question', 'passage', 'idx', 'label'];

interface Expectation {
  rows: number;
  columns: string[];
  /** Cells of the first and the last row, in the order of the columns; a text may be the beginning of the cell. */
  first: unknown[];
  last: unknown[];
  /** Lines of the first and the last row. */
  lines: [number, number];
  options?: Omit<DatasetSource, 'path'>;
}

const expected: Record<string, Expectation> = {
  'sst2/train.tsv': {
    rows: 67349,
    columns: ['label', 'sentence'],
    first: ['0', 'hide new secretions from the parental units'],
    last: ['0', 'this new jangle of noise , mayhem and stupidity must be a serious contender for the title .'],
    lines: [2, 67350],
  },
  'sst2/dev.tsv': {
    rows: 872,
    columns: ['label', 'content'],
    first: ['0', 'one long string of cliches .'],
    last: ['1', 'an effectively creepy , fear-inducing'],
    lines: [2, 873],
  },
  'mrpc/msr_paraphrase_train.txt': {
    rows: 4076,
    columns: mrpc,
    first: [
      '1',
      '702876',
      '702977',
      'Amrozi accused his brother, whom he called "the witness", of',
      'Referring to him as only "the',
    ],
    last: ['0', '453575', '453448', 'The 30-year bond US30YT=RR rose', 'The 30-year bond US30YT=RR grew'],
    lines: [2, 4077],
  },
  'mrpc/msr_paraphrase_test.txt': {
    rows: 1725,
    columns: mrpc,
    first: ['1', '1089874', '1089925', "PCCW's chief operating officer", 'Current Chief Operating Officer'],
    last: ['', '', '', '', 'The virus spreads when unsuspecting computer users'],
    lines: [2, 1726],
  },
  'ag_news/train_10k.tsv': {
    rows: 10001,
    columns: ['column1', 'column2'],
    first: ['p2pnet.net News:- The US Federal Trade Commission', 'Sci/Tech'],
    last: ['Rescuers search for the bodies of air crash victims', 'World'],
    lines: [1, 10001],
  },
  'ag_news/test.csv': {
    rows: 7600,
    columns: ['column1', 'column2', 'column3'],
    first: ['3', 'Fears for T N pension after talks', 'Unions representing workers at Turner   Newall'],
    last: ['3', 'EBay gets into rentals', 'EBay plans to buy the apartment and home rental service'],
    lines: [1, 7600],
  },
  'trec/TREC.train.all': {
    rows: 5452,
    columns: ['label', 'question'],
    first: ['0', 'How did serfdom develop in and then leave Russia ?'],
    last: ['1', 'What currency is used in Australia ?'],
    lines: [1, 5452],
    options: trec,
  },
  'trec/TREC.test.all': {
    rows: 500,
    columns: ['label', 'question'],
    first: ['5', 'How far is it from Denver to Aspen ?'],
    last: ['0', 'What is e-coli ?'],
    lines: [1, 500],
    options: trec,
  },
  'qqp/train.json': {
    rows: 8999,
    columns: ['text_a', 'text_b', 'label'],
    first: ['How do I get inside University College London', 'Which is better, masters in computer science', '0'],
    last: ['', '', '0'],
    lines: [2, 44992],
  },
  'qqp/dev.json': {
    rows: 1000,
    columns: ['text_a', 'text_b', 'label'],
    first: ['Who is the stupidest character', 'Who is the most misunderstood character', '0'],
    last: ['', '', '0'],
    lines: [2, 4997],
  },
  'e2e_nlg/trainset.csv': {
    rows: 42061,
    columns: e2e,
    first: [
      'name[The Vaults], eatType[pub], priceRange[more than £30]',
      'The Vaults pub near Café Adriatic has a 5 star',
    ],
    last: ['name[Aromi], eatType[restaurant]', 'Aromi is an English restaurant in the city centre.'],
    lines: [2, 42064],
  },
  'e2e_nlg/official_devset.csv': {
    rows: 4672,
    columns: e2e,
    first: [
      'name[Alimentum], area[city centre], familyFriendly[no]',
      'There is a place in the city centre, Alimentum,',
    ],
    last: ['name[Wildwood], eatType[coffee shop]', 'Wildwood is a moderately priced English coffee shop'],
    lines: [2, 4673],
  },
  'e2e_nlg/official_testset_w_refs.csv': {
    rows: 4693,
    columns: e2e,
    first: ['name[Blue Spice], eatType[coffee shop]', 'A coffee shop in the city centre area called Blue Spice.'],
    last: ['name[Zizzi], eatType[pub]', 'There is a pub  called Zizzi located near The Sorrento.'],
    lines: [2, 4694],
  },
  'rte/train.jsonl': {
    rows: 2490,
    columns: nli,
    first: ['No Weapons of Mass Destruction Found in Iraq Yet.', 'Weapons of Mass Destruction', 'not_entailment', 0],
    last: ['Turkey is unlikely', 'U.S. to use Turkish military bases.', 'not_entailment', 2489],
    lines: [1, 2490],
  },
  'rte/val.jsonl': {
    rows: 277,
    columns: nli,
    first: ['Dana Reeve, the widow', 'Christopher Reeve had an accident.', 'not_entailment', 0],
    last: ['', 'Greenpeace director said that peace is terrorism.', 'not_entailment', 276],
    lines: [1, 277],
  },
  'cb/train.jsonl': {
    rows: 250,
    columns: nli,
    first: ['It was a complex language.', 'the language was peeled down', 'entailment', 0],
    last: ['', 'any fees collected from Mr. Antar may be seized', 'entailment', 249],
    lines: [1, 250],
  },
  'cb/val.jsonl': {
    rows: 56,
    columns: nli,
    first: ['Valence the void-brain', 'Valence was helping', 'contradiction', 0],
    last: ['', "the guy's tailor was based in Dublin", 'entailment', 55],
    lines: [1, 56],
  },
  'boolq/train.jsonl': {
    rows: 32,
    columns: boolq,
    first: ['is ghost in the shell based on the anime', 'Ghost in the Shell -- Animation studio', '', ''],
    last: ['', '', 7247, false],
    lines: [1, 32],
  },
  'boolq/dev32.jsonl': {
    rows: 32,
    columns: boolq,
    first: ['can a real image be obtained on a screen', 'Real image -- In optics', '', ''],
    last: ['', '', 5463, false],
    lines: [1, 32],
  },
  'boolq/val.jsonl': {
    rows: 3270,
    columns: boolq,
    first: ['does ethanol take more energy make that produces', 'Ethanol fuel -- All biomass', 0, ''],
    last: ['', '', 3269, false],
    lines: [1, 3270],
  },
};

describe.skipIf(!present)('real data files', () => {
  it.each(Object.entries(expected))('%s is read whole', async (name, { options, ...wanted }) => {
    const table = await readTable(resolve(folder, name), { path: name, ...options });
    const first = table.rows[0]!;
    const last = table.rows.at(-1)!;
    expect(table.columns).toEqual(wanted.columns);
    expect(table.rows).toHaveLength(wanted.rows);
    expect([first.line, last.line]).toEqual(wanted.lines);
    for (const [row, cells] of [
      [first, wanted.first],
      [last, wanted.last],
    ] as const) {
      const found = table.columns.map((column, i) => {
        const cell = row.values[column];
        const beginning = cells[i];
        return typeof cell === 'string' && typeof beginning === 'string'
          ? cell.slice(0, beginning.length)
          : cells[i] === ''
            ? ''
            : cell;
      });
      expect(found).toEqual(cells);
    }
  });

  it.each([
    ['squad/xquad.en.json', 1190],
    ['squad/squadshifts_new_wiki_v1.0.json', 7938],
  ])('%s is nested, and each question is a row where it stands', async (name, count) => {
    const table = await readTable(resolve(folder, name), { path: name });
    expect(table.source.format).toBe('squad');
    expect(table.columns).toEqual(['id', 'title', 'context', 'question', 'answer', 'answers']);
    expect(table.rows).toHaveLength(count);
    const text = await readFile(resolve(folder, name), 'utf8');
    const ids = table.rows.map(({ start, end }) => (JSON.parse(text.slice(start, end)) as { id: string }).id);
    expect(ids).toEqual(table.rows.map(({ values }) => values.id));
  });

  it('TREC without its encoding is refused at its one byte that is not UTF-8', async () => {
    const name = 'trec/TREC.train.all';
    const bytes = await readFile(resolve(folder, name));
    await expectRejection(readTable(resolve(folder, name), { path: name, ...trecCells }), 'data.notUtf8', {
      file: name,
      line: 66,
      byte: bytes.indexOf(0xf0),
      found: '0xF0',
    });
  });

  it.each([
    ['sst2/train.tsv', '{sentence}\nLabel:', '{label}', { 0: '0', 1: '1' }],
    [
      'mrpc/msr_paraphrase_train.txt',
      '#1 String: {#1 String}\n#2 String: {#2 String}\nQuality:',
      '{Quality}',
      { 0: '0', 1: '1' },
    ],
    [
      'ag_news/train_10k.tsv',
      '{column1}\nColumn2:',
      '{column2}',
      { Business: 'Business', 'Sci/Tech': 'Sci/Tech', Sports: 'Sports', World: 'World' },
    ],
    [
      'ag_news/test.csv',
      'column2: {column2}\ncolumn3: {column3}\nColumn1:',
      '{column1}',
      { 1: '1', 2: '2', 3: '3', 4: '4' },
    ],
    ['qqp/train.json', 'text_a: {text_a}\ntext_b: {text_b}\nLabel:', '{label}', { 0: '0', 1: '1' }],
    [
      'cb/train.jsonl',
      'premise: {premise}\nhypothesis: {hypothesis}\nLabel:',
      '{label}',
      { contradiction: 'contradiction', entailment: 'entailment', neutral: 'neutral' },
    ],
    [
      'boolq/train.jsonl',
      'question: {question}\npassage: {passage}\nLabel:',
      '{label}',
      { false: 'false', true: 'true' },
    ],
    ['e2e_nlg/trainset.csv', '{mr}\nRef:', '{ref}', undefined],
  ])('the task of %s is inferred and every row becomes an example', async (name, template, target, labels) => {
    const table = await readTable(resolve(folder, name), { path: name });
    const task = inferTask(table, {});
    expect(task).toEqual(
      labels ? { template, target, task: 'classification', labels } : { template, target, task: 'generation' },
    );
    expect(makeExamples(table, task)).toHaveLength(table.rows.length);
  });
});
