import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  changeText,
  exportPredictions,
  openEvaluation,
  rowsRequest,
  startEvaluation,
  stopEvaluation,
  voteRequest,
  type EvaluationRequest,
} from '../../src/protocol/evaluationMessages.js';
import type { Verdict } from '../../src/protocol/evaluation.js';
import type { Recipe } from '../../src/protocol/recipe.js';
import { listEvaluations } from '../../src/store/evaluationFolder.js';
import { exportGroup } from '../../src/store/promptTransfer.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import { train } from '../../src/training/run.js';
import { groupedRecipe, rowsOfUsers, writeRows } from '../support/groupedRows.js';
import { ownHome, shortRecipe } from '../support/trainedRuns.js';
import { openWindow, type EvaluationWindow } from './evaluationWindow.js';

const bundled = { baselines: { none: false, examples: 0 } } as const;
let home: string;
let store: string;
let window: EvaluationWindow;
/** Two prompts of one task. */
let prompts: string[];

beforeAll(async () => {
  home = await ownHome('live');
  store = join(home, 'store');
  prompts = [await trained('one', 1), await trained('two', 2)];
}, 120_000);
afterAll(() => rm(home, { recursive: true }));
beforeEach(() => {
  window = openWindow();
});
afterEach(() => window.close());

async function trained(name: string, seed: number, data: Partial<Recipe['data']> = {}): Promise<string> {
  const { recipe: short, recipeFile } = shortRecipe({ maxSteps: 10, evalEvery: 10, seed });
  const recipe = { ...short, name, data: { ...short.data, ...data } };
  const request = { recipe, recipeFile, store, cacheFolder: cacheFolder() };
  return (await train(request, () => undefined, new AbortController().signal)).folder;
}

const prompt = (): string => prompts[0] ?? '';
const line = (text: string, queue: string): string => `${JSON.stringify({ text, queue })}\n`;
const tickets = [
  line('My card was charged twice.', 'billing'),
  line('Where is my parcel?', 'shipping'),
  line('I cannot log in.', 'account'),
  line('The pump makes a noise.', 'technical'),
];

let files = 0;
async function fileOf(text: string, ending = 'jsonl'): Promise<string> {
  const file = join(home, `file${files++}.${ending}`);
  await writeFile(file, text);
  return file;
}

let ids = 0;
/** Starts an evaluation of a new file with these rows. */
async function start(text: string, request: Partial<EvaluationRequest> = {}) {
  const id = `evaluation${ids++}`;
  const source = request.source ?? { path: await fileOf(text) };
  const asked = { id, judge: { prompts: [prompt()] }, source, ...bundled, ...request };
  const started = await window.connection.sendRequest(startEvaluation, asked);
  return { id, file: source.path, ...started };
}
const finished = async (id: string, count = 1) => {
  const heard = await window.until(id, (told) => told.finished.length >= count);
  return { heard, ...heard.finished.at(-1)! };
};
const rowsOf = (id: string, filter: { kind: 'all' | 'wrong' | 'problems' | 'disagreed' }, count = 100) =>
  window.connection.sendRequest(rowsRequest, { id, filter, from: 0, count });
const change = (id: string, revision: number, text: string, from: string, to: string) =>
  window.connection.sendNotification(changeText, {
    id,
    revision,
    changes: [{ offset: text.indexOf(from), length: from.length, text: to }],
  });
const many = (count: number): string =>
  Array.from({ length: count }, (_, i) => line(`Ticket ${i}: something is wrong.`, 'billing')).join('');

describe('an evaluation', () => {
  it('answers with its rows, tells a verdict of each, and ends with a summary', async () => {
    const { id, rows, lines, task, trainedOn } = await start(tickets.join(''));
    expect({ rows, lines, trainedOn }).toEqual({ rows: 4, lines: [1, 1, 2, 2, 3, 3, 4, 4], trainedOn: 0 });
    expect(task).toMatchObject({ task: 'classification', template: '{text}\nTopic:', target: '{queue}' });
    const { heard, summary, problem } = await finished(id);
    expect(problem).toBeUndefined();
    expect(heard.marks.map((mark) => mark?.expected)).toEqual(['billing', 'shipping', 'account', 'technical']);
    expect(heard.marks.every((mark) => mark && mark.probability > 0.2 && mark.probability <= 1)).toBe(true);
    expect([heard.done, heard.total]).toEqual([4, 4]);
    expect(summary).toMatchObject({ rows: 4, judged: 4, problems: 0, complete: true, metrics: { n: 4 } });
    expect(summary.metrics.accuracy).toBe(heard.marks.filter((mark) => mark?.right).length / 4);
  });

  it('tells why a row cannot be judged, and judges the others', async () => {
    const { id } = await start([tickets[0], line('Hello?', 'nobody'), tickets[1]].join(''));
    const { heard, summary } = await finished(id);
    expect(heard.marks.map((mark) => mark?.problem?.code)).toEqual([undefined, 'data.unknownLabel', undefined]);
    expect(summary).toMatchObject({ rows: 3, judged: 2, problems: 1, complete: true, metrics: { n: 2 } });
    expect(await rowsOf(id, { kind: 'problems' })).toMatchObject({ total: 1, rows: [{ row: 1, line: 2 }] });
  });

  it('judges what is seen first', async () => {
    const { id } = await start(many(600), { first: [500, 502] });
    const heard = await window.until(id, ({ marks }) => marks.some((mark) => mark !== undefined));
    expect(heard.marks.flatMap((mark) => mark?.row ?? []).every((row) => row >= 499 && row <= 501)).toBe(true);
  });

  it('scores the bare model beside it', async () => {
    const { id } = await start(tickets.join(''), { baselines: { none: true, examples: 0 } });
    const { heard, summary } = await finished(id);
    expect([heard.done, heard.total]).toEqual([8, 8]);
    expect(summary.baselines.none?.n).toBe(4);
  });

  it('scores prompt design beside it', async () => {
    const { id } = await start(tickets.join(''), { baselines: { none: false, examples: 2 } });
    const { heard, summary, problem } = await finished(id);
    expect(problem).toBeUndefined();
    expect([heard.done, heard.total]).toEqual([8, 8]);
    expect(summary.baselines.examples).toMatchObject({ count: 2, metrics: { n: 4 } });
  });

  it(
    'of free text shows what is written, and how near it is; kept results have it, too',
    { timeout: 60_000 },
    async () => {
      const writer = await trained('writer', 1, { task: 'generation', target: '{queue}' });
      const { id, folder } = await start(tickets.slice(0, 2).join(''), { judge: { prompts: [writer] }, store });
      const { heard, summary, problem } = await finished(id);
      expect(problem).toBeUndefined();
      expect(summary.metrics).toMatchObject({ n: 2, perplexity: expect.any(Number), exactMatch: expect.any(Number) });
      expect(heard.marks[0]).toMatchObject({ expected: 'billing', predicted: expect.stringMatching(/./) });
      await window.connection.sendRequest(openEvaluation, { id: 'written', folder: folder! });
      const again = (await finished('written')).heard;
      expect(again.marks.map((mark) => mark?.predicted)).toEqual(heard.marks.map((mark) => mark?.predicted));
    },
  );

  it('gives every label’s probability of a row, the highest first', async () => {
    const { id } = await start(tickets.join(''));
    await finished(id);
    const [row] = (await rowsOf(id, { kind: 'all' }, 1)).rows;
    expect(row).toMatchObject({ row: 0, line: 1, endLine: 1, input: 'My card was charged twice.\nTopic:' });
    const probabilities = row?.probabilities?.map((p) => p.probability) ?? [];
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1);
    expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
    expect(row?.probabilities?.[0]?.label).toBe(row?.predicted);
  });

  it('reads a file whose columns have other names, once it is told which are which', async () => {
    const path = await fileOf('message,kind\n"Where is\nmy parcel?",shipping\nI cannot log in.,account\n', 'csv');
    await expect(start('', { source: { path } })).rejects.toMatchObject({ data: { code: 'data.missingColumn' } });
    const { id, lines } = await start('', { source: { path }, columns: { text: 'message', queue: 'kind' } });
    expect(lines).toEqual([2, 3, 4, 4]);
    const { heard } = await finished(id);
    expect(heard.marks.map((mark) => mark?.expected)).toEqual(['shipping', 'account']);
  });

  it('counts the rows that the prompt was trained on', async () => {
    const trainedRows = (await readFile('media/sample/tickets/test.jsonl', 'utf8')).split('\n').slice(0, 3).join('\n');
    expect((await start(`${trainedRows}\n${tickets[0]}`)).trainedOn).toBe(3);
  });

  it('says that a file is not there', async () => {
    const gone = start('', { source: { path: join(home, 'gone.jsonl') } });
    await expect(gone).rejects.toMatchObject({ data: { code: 'data.fileMissing' } });
  });
});

describe('an evaluation by the prompts of groups', () => {
  const users = ['ada', 'bo'];
  const asked = (user: string, text: string, queue: string): string => `${JSON.stringify({ user, text, queue })}\n`;
  const mine = asked('ada', 'My card was charged twice.', 'billing');
  const yours = asked('bo', 'My card was charged twice.', 'billing');
  let folder: string;
  beforeAll(async () => {
    await writeRows(join(home, 'train.jsonl'), rowsOfUsers(users, 12));
    folder = await groups('users');
  }, 120_000);

  async function groups(name: string, change: Parameters<typeof groupedRecipe>[1] = {}): Promise<string> {
    const { recipe, recipeFile } = groupedRecipe(home, change);
    const request = { recipe: { ...recipe, name }, recipeFile, store, cacheFolder: cacheFolder() };
    return (await train(request, () => undefined, new AbortController().signal)).folder;
  }
  const judgedBy = (prompt: string) => ({ judge: { prompts: [prompt] } });
  const probabilities = (heard: { readonly marks: readonly (Verdict | undefined)[] }) =>
    heard.marks.map((mark) => mark?.probability);

  it('judges each row by its own group’s, as that judges it alone', async () => {
    const { id, trainedOn } = await start(mine + yours + tickets[1], judgedBy(folder));
    expect(trainedOn).toBe(0);
    const { heard, summary } = await finished(id);
    expect(heard.marks.map((mark) => mark?.problem?.code)).toEqual([undefined, undefined, 'data.missingCell']);
    expect(summary.groups).toMatchObject({ column: 'user', metric: 'accuracy', bareRows: 0 });
    expect(summary.groups?.scores.map(({ group, rows }) => [group, rows])).toEqual(users.map((user) => [user, 1]));
    const { rows } = await rowsOf(id, { kind: 'all' });
    expect(rows.map(({ group }) => group)).toEqual([...users, undefined]);
    for (const [i, user] of users.entries()) {
      const alone = await exportGroup(folder, user, join(home, 'out'), 'peft');
      const own = await finished((await start(mine, judgedBy(alone))).id);
      expect(Math.abs((own.heard.marks[0]?.probability ?? 0) - (heard.marks[i]?.probability ?? 1))).toBeLessThan(1e-5);
    }
    expect(heard.marks[0]?.probability).not.toBe(heard.marks[1]?.probability);
  });

  it('judges a row anew that became another’s', async () => {
    const { id } = await start(mine + yours, judgedBy(folder));
    const before = probabilities((await finished(id)).heard);
    await change(id, 1, mine + yours, 'ada', 'bo');
    expect(probabilities((await finished(id, 2)).heard)).toEqual([before[1], before[1]]);
  });

  it('says of a row that there is no prompt for its group, or leaves it to the bare model', async () => {
    const strange = asked('boo', 'Where is my parcel?', 'shipping');
    const refused = await finished((await start(mine + strange, judgedBy(folder))).id);
    expect(refused.heard.marks[1]?.problem).toMatchObject({
      code: 'store.noGroup',
      args: { group: 'boo', nearest: 'bo' },
    });
    expect(refused.summary).toMatchObject({ judged: 1, problems: 1 });
    const lenient = await groups('lenient', { evaluation: { unknownGroups: 'bare' } });
    const { id } = await start(mine + strange, { ...judgedBy(lenient), baselines: { none: true, examples: 0 } });
    const { summary } = await finished(id);
    expect(summary.groups).toMatchObject({
      bareRows: 1,
      scores: [
        { group: 'ada', bare: false },
        { group: 'boo', bare: true },
      ],
    });
    const none = await start(strange, { ...judgedBy(lenient), baselines: { none: true, examples: 0 } });
    const bare = (await finished(none.id)).summary;
    expect(bare.metrics.accuracy).toBe(bare.baselines.none?.accuracy);
  });

  it('is kept, and knows again whose each row is', async () => {
    const { id, folder: kept } = await start(mine + yours, { ...judgedBy(folder), store });
    const { heard, summary } = await finished(id);
    await window.connection.sendRequest(openEvaluation, { id: 'kept groups', folder: kept! });
    const again = await finished('kept groups');
    // They are kept to six digits.
    again.heard.marks.forEach((mark, i) => expect(mark?.probability).toBeCloseTo(heard.marks[i]?.probability ?? 0, 5));
    expect(again.summary.groups).toEqual(summary.groups);
  });

  it('counts the rows that any of them was trained on, and shows none the rows of another as examples', async () => {
    const rows = (rowsOfUsers(users, 12) as object[]).map((row) => `${JSON.stringify(row)}\n`);
    const { trainedOn } = await start(rows.join('') + mine, judgedBy(folder));
    // Of twelve rows, each group holds two out.
    expect(trainedOn).toBe(20);
    const examples = start(mine, { ...judgedBy(folder), baselines: { none: false, examples: 2 } });
    await expect(examples).rejects.toMatchObject({ data: { code: 'run.groupExamples' } });
  });

  it('writes a free text with each row’s own', { timeout: 60_000 }, async () => {
    const writers = await groups('writers', { data: { task: 'generation', labels: undefined } });
    const { summary, heard, problem } = await finished((await start(mine + yours, judgedBy(writers))).id);
    expect(problem).toBeUndefined();
    expect(summary.metrics).toMatchObject({ n: 2, exactMatch: expect.any(Number) });
    expect(summary.groups).toMatchObject({ metric: 'perplexity' });
    expect(heard.marks.map((mark) => mark?.expected)).toEqual(['billing', 'billing']);
  });

  it('is by them alone: no ensemble has them as a member', async () => {
    const together = start(mine, { judge: { prompts: [prompt(), folder] } });
    await expect(together).rejects.toMatchObject({ data: { code: 'store.isGroupSet' } });
  });
});

describe('a change of the text', () => {
  it('judges the changed row alone, and says where the others stand', async () => {
    const text = tickets.join('');
    const { id } = await start(text);
    const before = (await finished(id)).heard.marks.map((mark) => mark?.probability);
    await change(
      id,
      1,
      text,
      tickets[1]!,
      `${line('A new row.', 'account')}${line('Where is my package?', 'shipping')}`,
    );
    const { heard, revision, summary } = await finished(id, 2);
    expect({ revision, told: heard.revision, rows: summary.rows, judged: summary.judged }).toEqual({
      revision: 1,
      told: 1,
      rows: 5,
      judged: 5,
    });
    expect(heard.marks.map((mark) => mark?.expected)).toEqual([
      'billing',
      'account',
      'shipping',
      'account',
      'technical',
    ]);
    expect([0, 3, 4].map((row) => heard.marks[row]?.probability)).toEqual([before[0], before[2], before[3]]);
    expect(heard.marks[2]?.probability).not.toBe(before[1]);
  });

  it('while rows are judged leaves no mark of what is not there any more', async () => {
    const text = many(400);
    const { id } = await start(text, { first: [1, 1] });
    await window.until(id, ({ marks }) => marks.length > 0);
    await change(id, 1, text, 'Ticket 399: something is wrong.', 'Ticket 399: where is my parcel?');
    await change(id, 2, text, 'Ticket 0: something', 'Ticket 0: nothing');
    const { heard, summary, revision } = await finished(id);
    expect(revision).toBe(2);
    expect(summary).toMatchObject({ rows: 400, judged: 400, complete: true });
    // Told again from the start, the same text has the same marks.
    const now = text
      .replace('399: something is wrong.', '399: where is my parcel?')
      .replace('0: something', '0: nothing');
    const again = await start(now);
    const expected = (await finished(again.id)).heard.marks;
    heard.marks.forEach((mark, row) => {
      expect(mark?.predicted).toBe(expected[row]?.predicted);
      expect(mark?.probability).toBeCloseTo(expected[row]?.probability ?? NaN, 4);
    });
  });

  it('that only changes what is expected needs no model', async () => {
    const text = tickets.join('');
    const { id } = await start(text);
    const before = (await finished(id)).heard.marks[2];
    await change(id, 1, text, '"account"', '"billing"');
    const { heard } = await finished(id, 2);
    expect(heard.marks[2]).toMatchObject({ expected: 'billing', probability: before?.probability });
  });

  it('that cannot be read says so, keeps the marks of other rows, and is forgiven', async () => {
    const text = tickets.join('');
    const { id } = await start(text);
    const before = (await finished(id)).heard.marks;
    await change(id, 1, text, '"I cannot log in."', '"I cannot log in.');
    const broken = (await finished(id, 2)).heard;
    expect(broken.problem?.code).toBe('data.badJson');
    expect(broken.marks.map((mark) => mark?.expected)).toEqual(['billing', 'shipping', 'technical']);
    await change(id, 2, text, '"I cannot log in.', '"I cannot log in."');
    const { heard } = await finished(id, 3);
    expect(heard.problem).toBeUndefined();
    expect(heard.marks).toEqual(before);
  });

  it('with a deleted prompt says what is missing, and leaves no old mark', async () => {
    const text = tickets.join('');
    const { id } = await start(text);
    await finished(id);
    await rename(prompt(), `${prompt()}-away`);
    try {
      await change(id, 1, text, 'Where is my parcel?', 'Where is it?');
      const { heard, problem, summary } = await finished(id, 2);
      expect(problem?.code).toBe('store.notAPrompt');
      expect(heard.marks.map((mark) => mark !== undefined)).toEqual([true, false, true, true]);
      expect(summary).toMatchObject({ judged: 3, complete: false });
    } finally {
      await rename(`${prompt()}-away`, prompt());
    }
  });

  it('with a prompt that was trained again judges every row anew', async () => {
    const text = tickets.join('');
    const { id } = await start(text);
    const before = (await finished(id)).heard.marks.map((mark) => mark?.probability);
    const kept = `${prompt()}-kept`;
    await cp(prompt(), kept, { recursive: true });
    try {
      await cp(join(prompts[1]!, 'adapter_model.safetensors'), join(prompt(), 'adapter_model.safetensors'));
      await change(id, 1, text, 'Where is my parcel?', 'Where is it?');
      const { heard, summary } = await finished(id, 2);
      expect(summary).toMatchObject({ judged: 4, complete: true });
      for (const row of [0, 2, 3]) expect(heard.marks[row]?.probability).not.toBe(before[row]);
    } finally {
      await rm(prompt(), { recursive: true });
      await rename(kept, prompt());
    }
  });
});

describe('an ensemble', () => {
  const ensemble = (): Partial<EvaluationRequest> => ({ judge: { prompts, vote: 'mean' } });

  it('answers as its members do one by one, and votes by another rule without running again', async () => {
    const text = many(30) + tickets.join('');
    const { id } = await start(text, ensemble());
    const { summary } = await finished(id);
    const members = await Promise.all(
      prompts.map(async (folder) => (await finished((await start(text, { judge: { prompts: [folder] } })).id)).summary),
    );
    expect(summary.ensemble?.members.map((m) => m.value)).toEqual(members.map((m) => m.metrics.accuracy));
    expect(summary.ensemble?.members.map((m) => m.name)).toEqual(['one', 'two']);
    const [row] = (await rowsOf(id, { kind: 'all' }, 1)).rows;
    expect(row?.votes).toHaveLength(2);
    await window.connection.sendRequest(voteRequest, { id, vote: 'weighted' });
    const voted = (await finished(id, 2)).summary;
    expect(voted.metrics).toEqual(summary.ensemble?.votes.weighted.metrics);
    expect(voted.seconds).toBe(summary.seconds);
    const disagreed = await rowsOf(id, { kind: 'disagreed' });
    expect(disagreed.rows.map((r) => r.row)).toEqual(summary.ensemble?.disagreed);
  });

  it('of other tasks is refused', async () => {
    const other = join(store, 'prompts', 'other');
    await cp(prompt(), other, { recursive: true });
    const details = JSON.parse(await readFile(join(other, 'softprompt.json'), 'utf8')) as {
      task: { template: string };
    };
    details.task.template = 'Ticket: {text}\nTopic:';
    await writeFile(join(other, 'softprompt.json'), JSON.stringify(details));
    const refused = start(tickets.join(''), { judge: { prompts: [prompt(), other] } });
    await expect(refused).rejects.toMatchObject({
      data: { code: 'store.memberTask', args: { field: 'template', found: '"Ticket: {text}\\nTopic:"' } },
    });
  });
});

describe('predictions', () => {
  it('are written beside the rows, as the path’s ending says', async () => {
    const text = 'id,text,queue\n1,"a ""quoted"" one, here",billing\n2,Where is it?,nobody\n';
    const { id } = await start('', { source: { path: await fileOf(text, 'csv') } });
    await finished(id);
    const [csv, jsonl] = [join(home, 'out.csv'), join(home, 'out.jsonl')];
    await window.connection.sendRequest(exportPredictions, { id, path: csv });
    await window.connection.sendRequest(exportPredictions, { id, path: jsonl });
    const lines = (await readFile(csv, 'utf8')).split('\r\n');
    expect(lines[0]).toMatch(/^line,input,expected,predicted,right,probability,p\(\w+\),/);
    expect(lines[1]).toMatch(/^2,"a ""quoted"" one, here\nTopic:",billing,\w+,(true|false),0\.\d+/);
    expect(lines[2]).toMatch(/^3,,,,false,0,,,,,data.unknownLabel$/);
    const [first] = (await readFile(jsonl, 'utf8')).split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ line: 2, expected: 'billing', right: expect.any(Boolean) });
  });
});

describe('kept results', () => {
  it('are opened again without a model, and followed further', async () => {
    const text = tickets.join('');
    const { id, folder, file } = await start(text, { store });
    const { heard, summary } = await finished(id);
    const opened = await window.connection.sendRequest(openEvaluation, { id: 'again', folder: folder! });
    expect(opened).toMatchObject({ rows: 4, changedSince: false, summary, file });
    const again = await finished('again');
    again.heard.marks.forEach((mark, row) => {
      expect(mark).toMatchObject({
        ...heard.marks[row],
        probability: expect.closeTo(heard.marks[row]!.probability, 6),
      });
    });
    await change('again', 1, text, 'Where is my parcel?', 'Where is it?');
    expect((await finished('again', 2)).summary).toMatchObject({ judged: 4, complete: true });
  });

  it('of a cancelled evaluation are those it came to', async () => {
    const { id, folder } = await start(many(2000), { store });
    await window.until(id, ({ done }) => done > 0);
    await window.connection.sendRequest(stopEvaluation, { id });
    const { summary } = await finished(id);
    expect(summary.complete).toBe(false);
    expect(summary.judged).toBeLessThan(2000);
    const opened = await window.connection.sendRequest(openEvaluation, { id: 'stopped', folder: folder! });
    expect(opened.summary.judged).toBe(summary.judged);
    const heard = await window.until('stopped', ({ marks }) => marks.filter(Boolean).length === summary.judged);
    expect(heard.marks.filter(Boolean).length).toBe(summary.judged);
    // Of the others it is known what they should be, and no prediction is shown or written.
    const { rows } = await rowsOf('stopped', { kind: 'all' }, 2000);
    expect(rows.filter(({ pending }) => !pending).map(({ row }) => row)).toEqual(
      heard.marks.flatMap((mark) => mark?.row ?? []),
    );
    expect(rows.find(({ pending }) => pending)).toMatchObject({ expected: 'billing', predicted: '' });
    const path = join(home, 'stopped.jsonl');
    await window.connection.sendRequest(exportPredictions, { id: 'stopped', path });
    const written = (await readFile(path, 'utf8')).trim().split('\n');
    expect(written).toHaveLength(summary.judged);
    expect(written.every((prediction) => (JSON.parse(prediction) as { predicted: string }).predicted !== '')).toBe(
      true,
    );
    window.connection.sendRequest(stopEvaluation, { id: 'stopped' });
    await finished('stopped');
  });

  it('of a file that changed say so, and mark the rows that did not', async () => {
    const { id, folder, file } = await start(tickets.join(''), { store });
    await finished(id);
    await writeFile(file, [line('Another row.', 'billing'), ...tickets].join(''));
    const opened = await window.connection.sendRequest(openEvaluation, { id: 'changed', folder: folder! });
    expect(opened).toMatchObject({ rows: 5, changedSince: true });
    const heard = await window.until('changed', ({ marks }) => marks.filter(Boolean).length >= 4);
    expect(heard.marks.slice(1).map((mark) => mark?.expected)).toEqual(['billing', 'shipping', 'account', 'technical']);
    await rm(file);
    const gone = window.connection.sendRequest(openEvaluation, { id: 'gone', folder: folder! });
    await expect(gone).rejects.toMatchObject({ data: { code: 'data.fileMissing' } });
  });

  it('that are damaged say where, and do not take others with them', async () => {
    const { id, folder } = await start(tickets.join(''), { store });
    await finished(id);
    await writeFile(join(folder!, 'rows.jsonl'), '["key",0,[[-1]],1]\nnonsense\n');
    const damaged = window.connection.sendRequest(openEvaluation, { id: 'damaged', folder: folder! });
    await expect(damaged).rejects.toMatchObject({
      data: { code: 'store.badEvaluation', args: { file: expect.stringMatching(/rows\.jsonl:2$/) } },
    });
    await writeFile(join(folder!, 'evaluation.json'), '{');
    const listed = await listEvaluations(store);
    expect(listed.filter((one) => 'damage' in one).map((one) => one.folder)).toEqual([folder]);
    expect(listed.some((one) => 'value' in one)).toBe(true);
  });

  it('of one file and judge are the newest alone', async () => {
    const { id, file } = await start(tickets.join(''), { store });
    await finished(id);
    const second = await start('', { store, source: { path: file } });
    await finished(second.id);
    const kept = (await listEvaluations(store)).filter((one) => 'value' in one && one.value.source.path === file);
    expect(kept.map((one) => one.folder)).toEqual([second.folder]);
  });

  it('of 100,000 rows are all told', { timeout: 60_000 }, async () => {
    const own = join(home, 'large');
    await mkdir(own);
    const { id, folder } = await start(tickets.join(''), { store: own });
    await finished(id);
    const path = await fileOf(many(100_000));
    const info = JSON.parse(await readFile(join(folder!, 'evaluation.json'), 'utf8')) as { source: { path: string } };
    info.source.path = path;
    await writeFile(join(folder!, 'evaluation.json'), JSON.stringify(info));
    const { hashed } = await import('../../src/evaluation/live/textRows.js');
    const lines = Array.from({ length: 100_000 }, (_, i) =>
      JSON.stringify([hashed(`Ticket ${i}: something is wrong.\nTopic:`), 0, [[-1.5, -0.25, -2.125, -3.5]], 1]),
    );
    await writeFile(join(folder!, 'rows.jsonl'), `${lines.join('\n')}\n`);
    const opened = await window.connection.sendRequest(openEvaluation, { id: 'large', folder: folder! });
    expect(opened.rows).toBe(100_000);
    const { heard, summary } = await finished('large');
    expect(heard.marks.filter(Boolean)).toHaveLength(100_000);
    expect(summary).toMatchObject({ judged: 100_000, metrics: { accuracy: 1 } });
  });
});
