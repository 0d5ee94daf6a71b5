import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defined } from '../../../src/common/assert.js';
import { seededRandom } from '../../../src/common/random.js';
import { evaluatePrompt } from '../../../src/evaluation/evaluatePrompt.js';
import type { RunEvent } from '../../../src/protocol/events.js';
import { adapterConfig } from '../../../src/store/adapterConfig.js';
import { adapterShape } from '../../../src/store/adapterShape.js';
import { listGroupSets } from '../../../src/store/catalogue.js';
import { placeOfGroup, readGroupSet, readGroupVectors, saveGroupSet } from '../../../src/store/groupSet.js';
import { exportGroup } from '../../../src/store/promptTransfer.js';
import { train } from '../../../src/training/run.js';
import { median } from '../median.js';
import { makeUsers, usersRecipe, writeRows } from './users.js';

const never = new AbortController().signal;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * A prompt for each of many users: trained in one run and scored in mixed batches, then each user's rows alone by its exported adapter, then
 * each user trained where nobody else's rows exist. Ends with 1 where a score differs by more than 1e-5 or a byte at all. Then, of a thousand
 * groups, how long it takes to list them and to find one.
 */
export async function benchGroups(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      users: { type: 'string', default: '50' },
      rows: { type: 'string', default: '40' },
      groups: { type: 'string', default: '1000' },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-users-'));
  try {
    if (Number(values.users) > 0) await benchUsers(folder, Number(values.users), Number(values.rows));
    await benchStore(folder, Number(values.groups));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchUsers(folder: string, users: number, rows: number): Promise<void> {
  const cacheFolder = join(folder, 'cache');
  const made = await makeUsers(users, rows);
  await writeRows(join(folder, 'train.jsonl'), made.train);
  await writeRows(join(folder, 'test.jsonl'), made.test);
  const trained = async (
    store: string,
    file: string,
    test?: string,
  ): Promise<{ folder: string; events: RunEvent[] }> => {
    const events: RunEvent[] = [];
    const request = { ...usersRecipe(folder, file, test), store: join(folder, store), cacheFolder, besideOthers: true };
    const { folder: saved } = await train(request, (event) => events.push(event), never);
    return { folder: saved, events };
  };
  const score = (promptFolder: string, file: string) =>
    evaluatePrompt(
      { promptFolder, file: { path: join(folder, file) }, cacheFolder, provider: 'cpu', threads: 1, baseline: false },
      () => undefined,
      never,
    );

  let seconds = clock();
  const { folder: set, events } = await trained('together', 'train.jsonl', 'test.jsonl');
  say(`${users} users, ${rows} rows each: trained and tested together in ${seconds()} s`);
  for (const event of events)
    if (event.type === 'evaluation')
      say(`test, ${event.metrics.n} rows, ${event.baseline ? 'bare model' : 'own prompts'}: ${percent(event.value)}`);

  seconds = clock();
  const mixed = await score(set, 'test.jsonl');
  say(`scored in mixed batches, ${mixed.rows.length} rows in ${seconds()} s: ${percent(mixed.metrics.accuracy)}`);
  const { groups } = await readGroupSet(set);
  seconds = clock();
  let furthest = 0;
  let right = 0;
  let compared = 0;
  for (const { group } of groups) {
    await writeRows(
      join(folder, 'one.jsonl'),
      made.test.filter(({ user }) => user === group),
    );
    const alone = await score(await exportGroup(set, group, join(folder, 'adapters'), 'peft'), 'one.jsonl');
    const own = mixed.rows.filter((_, i) => made.test[i]?.user === group);
    alone.rows.forEach((row, i) => {
      right += Number(row.right);
      const [a, b] = [row, defined(own[i], 'a row')];
      for (const { label, probability } of a.probabilities ?? []) {
        const other = b.probabilities?.find((each) => each.label === label)?.probability ?? NaN;
        compared++;
        furthest = Math.max(furthest, Math.abs(Math.log(probability) - Math.log(other)));
      }
    });
  }
  say(`one by one, each by its exported adapter, in ${seconds()} s: ${percent(right / mixed.rows.length)}`);
  say(`largest difference of ${compared} labels' log-probabilities: ${furthest.toExponential(1)}`);

  seconds = clock();
  let equal = 0;
  for (const { group } of groups) {
    await writeRows(
      join(folder, 'one.jsonl'),
      made.train.filter(({ user }) => user === group),
    );
    const { folder: alone } = await trained(`alone-${group}`, 'one.jsonl');
    const [a, b] = await Promise.all([adapterBytes(set, group, folder), adapterBytes(alone, group, folder)]);
    if (a.equals(b)) equal++;
    else say(`${group}: other bytes where nobody else's rows exist`);
  }
  say(`bytes of the exported adapter equal without the others' rows: ${equal} of ${groups.length}, in ${seconds()} s`);
  if (!(furthest <= 1e-5) || equal < groups.length) process.exitCode = 1;
}

async function adapterBytes(set: string, group: string, folder: string): Promise<Buffer> {
  const parent = await mkdtemp(join(folder, 'adapter-'));
  const adapter = await exportGroup(set, group, parent, 'peft');
  const files = ['adapter_config.json', 'adapter_model.safetensors'];
  return Buffer.concat(await Promise.all(files.map((file) => readFile(join(adapter, file)))));
}

/** Listing and finding, medians of twenty. */
async function benchStore(folder: string, count: number): Promise<void> {
  const store = join(folder, 'many');
  const saved = await manyGroups(join(store, 'prompts', 'many'), count);
  const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
    say(`${count} groups: ${what} in ${median(times).toFixed(1)} ms`);
  };
  await timed('listed', () => listGroupSets(store));
  let asked = 0;
  await timed('one found and its vectors read', async () => {
    const set = await readGroupSet(saved);
    const place = placeOfGroup(set, `user-${(asked = (asked + 397) % count)}`);
    return readGroupVectors(saved, set, [place]);
  });
  await timed('written', () => manyGroups(join(store, 'prompts', 'many'), count));
}

/** Prompts of 20 virtual tokens of the bundled model's width. */
async function manyGroups(folder: string, count: number): Promise<string> {
  const { recipe } = usersRecipe(folder, 'train.jsonl');
  const config = adapterConfig({
    baseModel: 'softprompt-9m',
    method: recipe.method,
    numVirtualTokens: 20,
    hiddenSize: 320,
    numLayers: 6,
    numAttentionHeads: 10,
    numKeyValueHeads: 5,
    headDim: 32,
  });
  const [tokens, width] = adapterShape(config);
  const random = seededRandom('many');
  const vectors = Float32Array.from({ length: tokens * width }, () => random.normal());
  const entry = { rows: { train: 32, dev: 8 }, steps: 40, bestStep: 20, seconds: 3 };
  const groups = Array.from({ length: count }, (_, i) => ({
    ...entry,
    group: `user-${i}`,
    key: String(i).padStart(64, '0'),
    score: { metric: 'accuracy' as const, value: 0.875 },
  })).sort((a, b) => (a.group < b.group ? -1 : 1));
  const details = {
    version: 1 as const,
    name: 'many',
    created: '2026-11-22T00:00:00.000Z',
    versions: {},
    model: { name: 'softprompt-9m', configHash: 'c', checksum: 'c', parameters: 1 },
    task: {
      task: 'generation' as const,
      template: '',
      target: '',
      targetPrefix: ' ',
      addBos: false,
      addEos: false,
      maxLength: 64,
    },
    data: { train: 'train.jsonl', rows: { train: 32 * count, dev: 8 * count, test: 0 } },
    training: { steps: 40 * count, bestStep: 20 * count, seconds: 3 * count, trainable: tokens * width },
    scores: [],
  };
  await saveGroupSet(folder, { column: 'user', config, details, recipe, groups }, () => Promise.resolve(vectors));
  return folder;
}

function clock(): () => string {
  const start = performance.now();
  return () => ((performance.now() - start) / 1000).toFixed(1);
}

const percent = (value = NaN): string => `${(100 * value).toFixed(1)} %`;
