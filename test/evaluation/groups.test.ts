import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/common/random.js';
import { evaluatePrompt, type EvaluateRequest } from '../../src/evaluation/evaluatePrompt.js';
import { runPromptTests } from '../../src/evaluation/promptTests.js';
import { recipeSchema, type RecipeInput } from '../../src/protocol/recipe.js';
import { adapterShape } from '../../src/store/adapterShape.js';
import { saveGroupSet } from '../../src/store/groupSet.js';
import { exportGroup } from '../../src/store/promptTransfer.js';
import { groupedRecipe, rowsOfUsers, writeRows } from '../support/groupedRows.js';
import { configOf, promptDetails } from '../support/prompts.js';

const never = new AbortController().signal;
const ignore = (): void => undefined;
const users = ['ada', 'bo', 'cy'];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-group-scores-'));
  await writeRows(join(folder, 'test.jsonl'), rowsOfUsers(users, 4));
  await writeRows(join(folder, 'strange.jsonl'), rowsOfUsers([...users, 'dee'], 2));
});
afterAll(() => rm(folder, { recursive: true }));

/** Prompts of the bundled model with vectors drawn at random, one for each user. */
async function groupSet(name: string, method: NonNullable<RecipeInput['method']>, template?: string): Promise<string> {
  const { recipe } = groupedRecipe(folder, { method, ...(template !== undefined && { data: { template } }) });
  const config = configOf({
    baseModel: 'softprompt-9m',
    method: recipe.method,
    numVirtualTokens: 4,
    hiddenSize: 320,
    numLayers: 6,
    numAttentionHeads: 10,
    numKeyValueHeads: 5,
    headDim: 32,
  });
  const { labels = {}, target = '' } = recipe.data;
  const path = join(folder, 'prompts', name);
  const details = {
    ...promptDetails,
    name,
    model: { ...promptDetails.model, name: 'softprompt-9m', checksum: await bundledChecksum() },
    task: {
      ...promptDetails.task,
      template: recipe.data.template ?? '',
      target,
      labels,
      addBos: false,
      maxLength: 128,
    },
  };
  const entry = { key: 'k', rows: { train: 8, dev: 2 }, steps: 6, bestStep: 3, seconds: 1 };
  const groups = users.map((group) => ({ ...entry, group, key: group }));
  const [tokens, width] = adapterShape(config);
  await saveGroupSet(path, { column: 'user', config, details, recipe, groups }, ({ group }) => {
    const drawn = seededRandom(name, group);
    return Promise.resolve(Float32Array.from({ length: tokens * width }, () => drawn.next() - 0.5));
  });
  return path;
}

async function bundledChecksum(): Promise<string> {
  const { openModel } = await import('../../src/models/openModel.js');
  return (await openModel('media/models/softprompt-9m', { cacheFolder: join(folder, 'cache') })).checksum;
}

const request = (promptFolder: string, change: Partial<EvaluateRequest> = {}): EvaluateRequest => ({
  promptFolder,
  file: { path: join(folder, 'test.jsonl') },
  cacheFolder: join(folder, 'cache'),
  provider: 'cpu',
  threads: 1,
  baseline: false,
  ...change,
});

describe('rows of several users in one batch', () => {
  const kinds = {
    'prompt tuning': [{ peft_type: 'PROMPT_TUNING' }, undefined],
    'virtual tokens inside the text': [{ peft_type: 'PROMPT_TUNING' }, '[P×2]{text}[P×2]\nTopic:'],
    'prefix tuning': [{ peft_type: 'PREFIX_TUNING' }, undefined],
  } as const;
  for (const [kind, [method, template]] of Object.entries(kinds))
    it(`score as each user's rows do alone, with that user's exported prompt: ${kind}`, async () => {
      const set = await groupSet(kind.replaceAll(' ', '-'), { num_virtual_tokens: 4, ...method }, template);
      const { rows, groups } = await evaluatePrompt(request(set), ignore, never);
      expect(rows).toHaveLength(12);
      expect(groups).toMatchObject({ column: 'user', metric: 'accuracy', bareRows: 0 });
      for (const [u, user] of users.entries()) {
        const own = (rowsOfUsers(users, 4) as { user: string }[]).filter((row) => row.user === user);
        await writeRows(join(folder, `${user}.jsonl`), own);
        const file = { path: join(folder, `${user}.jsonl`) };
        // An adapter in PEFT's form cannot say where virtual tokens stand: that set is asked itself, for this user's rows alone.
        const promptFolder = template === undefined ? await exportGroup(set, user, join(folder, 'out'), 'peft') : set;
        const alone = await evaluatePrompt({ ...request(promptFolder), file }, ignore, never);
        alone.rows.forEach((row, i) => {
          const mixed = rows[i * users.length + u];
          expect(mixed?.predicted).toBe(row.predicted);
          expect(Math.abs((mixed?.probability ?? 0) - row.probability)).toBeLessThan(1e-5);
        });
        expect(groups?.scores[u]).toMatchObject({ group: user, rows: 4, value: alone.metrics.accuracy });
      }
    });

  it('are refused by their line where a user has no prompt, or are the bare model’s', async () => {
    const set = await groupSet('strangers', { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 4 });
    const strange = { file: { path: join(folder, 'strange.jsonl') } };
    await expect(evaluatePrompt(request(set, strange), ignore, never)).rejects.toMatchObject({
      code: 'data.unknownGroup',
      args: { line: 4, column: 'user', group: 'dee', rows: 2, groups: 1 },
    });
    const mixed = await evaluatePrompt(
      request(set, { ...strange, unknownGroups: 'bare', baseline: true }),
      ignore,
      never,
    );
    expect(mixed.groups?.bareRows).toBe(2);
    expect(mixed.groups?.scores.find(({ group }) => group === 'dee')).toMatchObject({ rows: 2, bare: true });
    const rows = (rowsOfUsers([...users, 'dee'], 2) as { user: string }[]).filter(({ user }) => user === 'dee');
    await writeRows(join(folder, 'dee.jsonl'), rows);
    const only = { file: { path: join(folder, 'dee.jsonl') }, unknownGroups: 'bare', baseline: true } as const;
    const bare = await evaluatePrompt(request(set, only), ignore, never);
    expect(bare.metrics).toEqual(bare.baselines.none);
    bare.rows.forEach(({ probability }, i) =>
      expect(Math.abs((mixed.rows[4 * i + 3]?.probability ?? 0) - probability)).toBeLessThan(1e-5),
    );
  });

  it('pass or fail a test as a whole, and are not shown each other as examples', async () => {
    const set = await groupSet('tested', { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 4 });
    const tests = recipeSchema.shape.tests.parse([{ file: 'test.jsonl', metric: 'accuracy', atLeast: 0 }]) ?? [];
    const [tested] = await runPromptTests(
      { ...request(set), tests, recipeFile: join(folder, 'users.softprompt.json') },
      ignore,
      never,
    );
    const { metrics, rows } = await evaluatePrompt(request(set), ignore, never);
    expect(tested?.metrics).toEqual(metrics);
    expect(tested?.wrong).toHaveLength(rows.filter(({ right }) => !right).length);
    await expect(evaluatePrompt(request(set, { examples: 2 }), ignore, never)).rejects.toMatchObject({
      code: 'run.groupExamples',
    });
  });
});
