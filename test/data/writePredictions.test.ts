import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTable } from '../../src/data/readTable.js';
import { writePredictions, type Prediction } from '../../src/data/writePredictions.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-predictions-'));
});
afterAll(() => rm(folder, { recursive: true }));

const row = (input: string, more: Partial<Prediction> = {}): Prediction => ({
  line: 2,
  input,
  expected: 'yes',
  predicted: 'no',
  right: false,
  probability: 0.75,
  ...more,
});
async function written(name: string, predictions: readonly Prediction[]): Promise<string> {
  const path = join(folder, name);
  await writePredictions(path, predictions);
  return readFile(path, 'utf8');
}

describe('predictions as .csv', () => {
  it('are read back as they were, with quotes, commas and line breaks', async () => {
    const inputs = ['plain', 'a, b', 'say "so"', 'two\nlines', 'two\r\nlines', 'ünï 👩‍🚀'];
    const text = await written(
      'all.csv',
      inputs.map((input) => row(input)),
    );
    const table = parseTable(text, 'all.csv', { path: 'all.csv', header: true });
    expect(table.rows.map(({ values }) => values.input)).toEqual(inputs);
    expect(table.columns).toEqual(['line', 'input', 'expected', 'predicted', 'right', 'probability']);
  });

  it('hold no text that a spreadsheet would run', async () => {
    const inputs = ['=1+1', '+cmd', '-cmd', '@SUM(A1)', '\tx', '-5', '+3.2', 'a=b'];
    const text = await written(
      'formulas.csv',
      inputs.map((input) => row(input)),
    );
    const table = parseTable(text, 'formulas.csv', { path: 'formulas.csv', header: true });
    expect(table.rows.map(({ values }) => values.input)).toEqual([
      ...["'=1+1", "'+cmd", "'-cmd", "'@SUM(A1)", "'\tx"],
      ...['-5', '+3.2', 'a=b'],
    ]);
  });

  it('have columns for the labels, the members and what went wrong, where there are any', async () => {
    const probabilities = [
      { label: 'no', probability: 0.75 },
      { label: 'yes', probability: 0.25 },
    ];
    const text = await written('columns.csv', [
      row('a', { probabilities, votes: probabilities }),
      row('b', { problem: { code: 'data.emptyInput', args: {} } }),
    ]);
    expect(text.split('\r\n')).toEqual([
      'line,input,expected,predicted,right,probability,p(no),p(yes),member 1,p(member 1),member 2,p(member 2),problem',
      '2,a,yes,no,false,0.75,0.75,0.25,no,0.75,yes,0.25,',
      '2,b,yes,no,false,0.75,,,,,,,data.emptyInput',
      '',
    ]);
  });
});

it('writes predictions as .tsv with a row a line, whatever the cells hold', async () => {
  const text = await written('all.tsv', [row('a\tb\nc\\d "e"')]);
  expect(text).toBe(
    'line\tinput\texpected\tpredicted\tright\tprobability\r\n2\ta\\tb\\nc\\\\d "e"\tyes\tno\tfalse\t0.75\r\n',
  );
});

it('writes predictions as .jsonl with nothing changed', async () => {
  const text = await written('all.JSONL', [
    row('=a\nb', { probabilities: [{ label: 'no', probability: 0.75 }] }),
    row('b'),
  ]);
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([{ ...row('=a\nb'), probabilities: { no: 0.75 } }, row('b')]);
});

it('refuses other endings, and names those it knows', async () => {
  await expect(writePredictions(join(folder, 'all.xlsx'), [])).rejects.toMatchObject({
    code: 'data.predictionsEnding',
    args: { found: '.xlsx', endings: '.jsonl, .csv, .tsv' },
  });
});
