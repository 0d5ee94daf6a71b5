import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancellationTokenSource, createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { openModelCache } from '../../src/evaluation/modelCache.js';
import {
  testedNotification,
  testTexts,
  tokenNotification,
  tryRequest,
  type Sampling,
} from '../../src/protocol/evaluationMessages.js';
import { defaultSampling } from '../../src/protocol/playgroundMessages.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import { servePromptTests } from '../../src/trainer/servePromptTests.js';
import { serveTrials } from '../../src/trainer/serveTrials.js';
import { train } from '../../src/training/run.js';
import { ownHome, shortRecipe } from '../support/trainedRuns.js';

let folder: string;
let labels: string;
let writer: string;
let connection: MessageConnection;
let server: MessageConnection;

/** A prompt of a few steps; gives back its folder. */
async function trained(name: string, data: object): Promise<string> {
  const { recipe, recipeFile } = shortRecipe({ maxSteps: 4, evalEvery: 4 });
  const named = { ...recipe, name, data: { ...recipe.data, ...data } };
  const request = { recipe: named, recipeFile, store: join(folder, 'store'), cacheFolder: cacheFolder() };
  return (await train(request, () => undefined, new AbortController().signal)).folder;
}

beforeAll(async () => {
  folder = await ownHome('trials');
  labels = await trained('labels', {});
  writer = await trained('writer', { template: 'A ticket on {queue}:', target: '{text}', task: 'generation' });
  const [toServer, toWindow] = [new PassThrough(), new PassThrough()];
  server = createMessageConnection(toServer, toWindow);
  connection = createMessageConnection(toWindow, toServer);
  serveTrials(server, openModelCache({ cacheFolder: cacheFolder(), idleMs: 0 }));
  servePromptTests(server);
  server.listen();
  connection.listen();
}, 300_000);
afterAll(async () => {
  connection.dispose();
  server.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Tries an input and gives back the answer with what was told while it came. */
async function tryIt(prompt: string, values: Record<string, string>, bare = false, sampling: Partial<Sampling> = {}) {
  let told = '';
  const id = `${prompt} ${bare}`;
  const listening = connection.onNotification(tokenNotification, (piece) => {
    if (piece.id === id) told += piece.text;
  });
  const request = { id, prompt, bare, values, sampling: { ...defaultSampling, maxTokens: 12, ...sampling } };
  const answer = await connection.sendRequest(tryRequest, request);
  listening.dispose();
  return { answer, told };
}

describe('a prompt that tells labels apart', () => {
  it('answers with every label’s probability, the highest first, and writes nothing', async () => {
    const { answer, told } = await tryIt(labels, { text: 'Where is my parcel?' });
    const shares = answer.probabilities?.map(({ probability }) => probability) ?? [];
    expect(answer.probabilities?.map(({ label }) => label).sort()).toEqual(
      ['account', 'billing', 'shipping', 'technical'].sort(),
    );
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
    expect(answer).toMatchObject({ input: 'Where is my parcel?\nTopic:', text: '', tokens: 0 });
    expect(told).toBe('');
  });

  it('is another than its bare model', async () => {
    const [own, bare] = [
      await tryIt(labels, { text: 'Where is my parcel?' }),
      await tryIt(labels, { text: 'Where is my parcel?' }, true),
    ];
    expect(bare.answer.probabilities).toHaveLength(own.answer.probabilities?.length ?? 0);
    expect(bare.answer.probabilities).not.toEqual(own.answer.probabilities);
  });
});

describe('a prompt that writes', () => {
  it('tells its text as it comes, and the same text at the end', async () => {
    const { answer, told } = await tryIt(writer, { queue: 'billing' });
    expect(answer.text).toBe(told);
    expect(answer.text.startsWith(' ')).toBe(false);
    expect(answer.tokens).toBeGreaterThan(0);
    expect(answer.tokens).toBeLessThanOrEqual(12);
    expect(['eos', 'length']).toContain(answer.ended);
    expect(answer.input).toBe('A ticket on billing:');
    expect(answer).not.toHaveProperty('probabilities');
  });

  it('writes the same with the same seed, and ends at a stop string', async () => {
    const sampling = { temperature: 1, seed: 3 };
    const [one, two] = [
      await tryIt(writer, { queue: 'shipping' }, false, sampling),
      await tryIt(writer, { queue: 'shipping' }, false, sampling),
    ];
    expect(one.answer.text).toBe(two.answer.text);
    const [word = ''] = one.answer.text.split(' ').slice(1);
    const stopped = await tryIt(writer, { queue: 'shipping' }, false, { ...sampling, stop: [` ${word}`] });
    expect(stopped.answer.ended).toBe('stop');
    expect(one.answer.text.startsWith(stopped.answer.text)).toBe(true);
    expect(stopped.answer.text).not.toContain(` ${word}`);
  });

  it('writes without its prompt, too', async () => {
    const { answer, told } = await tryIt(writer, { queue: 'billing' }, true);
    expect(answer.tokens).toBeGreaterThan(0);
    expect(answer.text).toBe(told);
  });

  it('stops between two tokens when it is cancelled', async () => {
    const source = new CancellationTokenSource();
    const listening = connection.onNotification(tokenNotification, () => source.cancel());
    const sampling = { ...defaultSampling, maxTokens: 400, temperature: 1, topK: 50 };
    const request = { id: 'long', prompt: writer, bare: true, values: { queue: 'billing' }, sampling };
    await expect(connection.sendRequest(tryRequest, request, source.token)).rejects.toMatchObject({ code: -32800 });
    listening.dispose();
  });
});

it('writes a text for each row of a prompt test that asks for one', async () => {
  const rows = (await readFile('media/sample/tickets/test.jsonl', 'utf8')).split('\n').slice(0, 3);
  const path = join(folder, 'rows.jsonl');
  await writeFile(path, rows.join('\n'));
  const progress: [number, number][] = [];
  connection.onNotification(testedNotification, ({ done, total }) => void progress.push([done, total]));
  const gates = [{ metric: 'chrf', bound: 0.5 }] as const;
  const { metrics, wrong } = await connection.sendRequest(testTexts, {
    id: 'test',
    prompt: writer,
    source: { path },
    gates,
  });
  expect(metrics).toMatchObject({ n: 3, exactMatch: 0 });
  expect(metrics.chrf).toBeGreaterThan(0);
  expect(metrics.chrf).toBeLessThan(0.5);
  expect(wrong.map(({ line }) => line)).toEqual([1, 2, 3]);
  expect(progress.at(-1)).toEqual([6, 6]);
});

it('says what is missing as an error that a person can read', async () => {
  await expect(tryIt(labels, { words: 'a' })).rejects.toMatchObject({ data: { code: 'data.missingColumn' } });
  await expect(tryIt(join(folder, 'nowhere'), { text: 'a' })).rejects.toMatchObject({
    data: { code: expect.stringMatching(/^store\./) as string },
  });
});
