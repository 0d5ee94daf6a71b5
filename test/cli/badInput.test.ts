import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The real program on input that cannot work: what a person reads, the exit code, and what is left on disk. */
const program = resolve('dist/softprompt.mjs');
const bundled = resolve('media/models/softprompt-9m');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-bad-'));
});
afterAll(() => rm(folder, { recursive: true }));

const goodRows = ['{"text": "a red fox", "label": "animal"}', '{"text": "an oak", "label": "plant"}'];
const manyRows = (count: number): string[] => Array.from({ length: count }, (_, i) => goodRows[i % 2] as string);

interface Attempt {
  readonly data?: string | Uint8Array;
  readonly dataName?: string;
  readonly recipe?: object;
  readonly model?: string;
  readonly store?: string;
}
interface Answer {
  readonly status: number | null;
  readonly stderr: string;
}

async function attempt(
  name: string,
  { data = manyRows(20).join('\n'), dataName = 'rows.jsonl', recipe = {}, model, store }: Attempt,
): Promise<Answer> {
  const work = join(folder, name);
  await mkdir(work, { recursive: true });
  await writeFile(join(work, dataName), data);
  const full = {
    ...(model && { model }),
    data: { train: dataName, ...recipe },
    method: { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 2 },
    training: { maxSteps: 1 },
    provider: 'cpu',
  };
  await writeFile(join(work, 'bad.softprompt.json'), JSON.stringify(full));
  const args = ['train', join(work, 'bad.softprompt.json'), '--store', store ?? join(work, 'store')];
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, SOFTPROMPT_HOME: join(folder, 'home') },
  });
  return { status, stderr };
}

/** Files under a folder, for "nothing half-written". */
const filesUnder = async (path: string): Promise<string[]> =>
  existsSync(path)
    ? (await readdir(path, { recursive: true, withFileTypes: true })).filter((e) => e.isFile()).map((e) => e.name)
    : [];

async function expectRefusal(name: string, bad: Attempt, ...parts: (string | RegExp)[]): Promise<void> {
  const { status, stderr } = await attempt(name, bad);
  for (const part of parts) expect(stderr).toMatch(part);
  expect(stderr).not.toMatch(/\n {4}at /);
  expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(6);
  expect(status).toBe(2);
  expect(await filesUnder(join(folder, name, 'store'))).toEqual([]);
}

describe('bad data', () => {
  it('names the missing column and the columns there are', () =>
    expectRefusal(
      'column',
      { recipe: { template: '{txet}', target: '{label}' } },
      'rows.jsonl',
      'txet',
      'text, label',
    ));
  it('names the unknown label, its line and the labels there are', () =>
    expectRefusal(
      'label',
      {
        data: [...goodRows, '{"text": "granite", "label": "rock"}'].join('\n'),
        recipe: { labels: { animal: 'animal', plant: 'plant' } },
      },
      'rows.jsonl',
      ':3',
      'rock',
      'animal, plant',
    ));
  it('says that a file is empty', () => expectRefusal('empty', { data: '' }, 'rows.jsonl', /no rows/));
  it('names the line of a row of another type', () =>
    expectRefusal('type', { data: [...goodRows, '[1, 2]'].join('\n') }, 'rows.jsonl', ':3'));
  it('names line and column of broken JSON at line 1000', () =>
    expectRefusal(
      'json',
      { data: [...manyRows(999), '{"text": "a b, "label": "plant"}', ...goodRows].join('\n') },
      'rows.jsonl',
      ':1000',
    ));
  it('names the byte that is not UTF-8 and offers another encoding', () =>
    expectRefusal(
      'encoding',
      { data: Buffer.from('text,label\ncafé,plant\noak,animal\n', 'latin1'), dataName: 'rows.csv' },
      'rows.csv',
      /UTF-8/,
      'latin1',
    ));
});

describe('bad models', () => {
  const model = async (name: string, change: (copy: string) => Promise<void>): Promise<string> => {
    const copy = join(folder, `model-${name}`);
    await cp(bundled, copy, { recursive: true });
    await change(copy);
    return copy;
  };
  it('says what is wrong with truncated weights', async () => {
    const cut = await model('truncated', (copy) => truncate(join(copy, 'model.safetensors'), 1_000_000));
    await expectRefusal('truncated', { model: cut }, 'model.safetensors', '1000000');
  });
  it('says what is wrong with a header that lies', async () => {
    const lying = await model('lying', async (copy) => {
      const file = join(copy, 'model.safetensors');
      const bytes = await readFile(file);
      bytes.writeBigUInt64LE(2n ** 40n, 0);
      await writeFile(file, bytes);
    });
    await expectRefusal('lying', { model: lying }, 'model.safetensors', /header/);
  });
  it('says what is wrong with a truncated GGUF file and one that lies', async () => {
    const file = join(folder, 'cut.gguf');
    await writeFile(file, Buffer.from('GGUF\u0003\0\0\0\u0001\0\0'));
    await expectRefusal('gguf', { model: file }, 'cut.gguf');
    const lying = Buffer.alloc(64);
    lying.write('GGUF');
    lying.writeUInt32LE(3, 4);
    lying.writeBigUInt64LE(2n ** 50n, 8);
    lying.writeBigUInt64LE(2n ** 50n, 16);
    await writeFile(join(folder, 'lying.gguf'), lying);
    await expectRefusal('lyingGguf', { model: join(folder, 'lying.gguf') }, 'lying.gguf');
  });
  it('says that a tokenizer does not fit', async () => {
    const misfit = await model('tokenizer', async (copy) => {
      const file = join(copy, 'tokenizer.json');
      const tokenizer = JSON.parse(await readFile(file, 'utf8'));
      tokenizer.model.vocab.surplus = 9000;
      await writeFile(file, JSON.stringify(tokenizer));
    });
    await expectRefusal('tokenizer', { model: misfit }, /9001/, /8192/);
  });
  it('refuses an unknown model_type by name', async () => {
    const unknown = await model('type', (copy) => writeFile(join(copy, 'config.json'), '{"model_type": "mamba"}'));
    await expectRefusal('modelType', { model: unknown }, 'model_type', 'mamba', 'llama');
  });
});

const canMount =
  process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0;
if (!canMount) console.log('Skipped: the tests of a full disk and of a read-only store need to mount a tmpfs.');

describe.skipIf(!canMount)('a store that cannot be written', () => {
  const mounted = async (name: string, options: string, use: (path: string) => Promise<void>): Promise<void> => {
    const path = join(folder, name);
    await mkdir(path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
    try {
      await use(path);
    } finally {
      execFileSync('umount', [path]);
    }
  };
  it('says that the disk is full and leaves nothing half-written', () =>
    mounted('full', 'size=8k,nr_inodes=100', async (path) => {
      const { status, stderr } = await attempt('noSpace', { store: join(path, 'store') });
      expect(stderr).toMatch(/disk is full/);
      expect(stderr).toContain(path);
      expect(status).not.toBe(0);
      expect((await filesUnder(path)).filter((name) => name !== '.gitignore')).toEqual([]);
    }));
  it('says that the store is read-only', () =>
    mounted('readOnly', 'ro,size=1m', async (path) => {
      const { status, stderr } = await attempt('readOnlyStore', { store: join(path, 'store') });
      expect(stderr).toMatch(/read-only|not be written|cannot be written/i);
      expect(stderr).toContain(path);
      expect(status).not.toBe(0);
    }));
});
