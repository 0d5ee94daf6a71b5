import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPrompt, savePrompt } from '../../src/store/promptFolder.js';
import { exportPrompt, importPrompt } from '../../src/store/promptTransfer.js';
import { expectRejection } from '../data/expectError.js';
import { plainPrompt, promptDetails } from '../support/prompts.js';

/** A prompt that PEFT itself saved; see makePeftPrompt.py. */
const golden = join(import.meta.dirname, '../golden/peftPrompt');

let folder: string;
let store: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-transfer-'));
  store = join(folder, '.softprompt');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('importPrompt', () => {
  it('copies what PEFT saved, under its folder’s name or the next that is free', async () => {
    expect(await importPrompt(store, golden)).toBe(join(store, 'prompts', 'peftPrompt'));
    expect(await importPrompt(store, golden)).toBe(join(store, 'prompts', 'peftPrompt-2'));
    expect(await loadPrompt(join(store, 'prompts', 'peftPrompt-2'))).toEqual(await loadPrompt(golden));
    expect((await readdir(store)).sort()).toEqual(['.gitignore', 'prompts']);
  });

  it('leaves behind what is no part of a prompt, and copies read-only files', async () => {
    const from = join(folder, 'my adapter v1.5');
    await cp(golden, from, { recursive: true });
    await writeFile(join(from, 'optimizer.pt'), 'large');
    await chmod(join(from, 'adapter_config.json'), 0o444);
    const imported = await importPrompt(store, from);
    expect(imported).toBe(join(store, 'prompts', 'my-adapter-v1.5'));
    expect((await readdir(imported)).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  });

  it('keeps what one of ours says of itself, with the name that it gets here', async () => {
    const from = join(folder, 'elsewhere');
    await savePrompt(from, { ...plainPrompt, details: promptDetails });
    await importPrompt(store, from);
    const second = await importPrompt(store, from);
    expect(second).toBe(join(store, 'prompts', 'tickets-2'));
    expect((await loadPrompt(second)).details).toEqual({ ...promptDetails, name: 'tickets-2' });
  });

  it('lets no name lead out of the store', async () => {
    const from = join(folder, 'elsewhere');
    await savePrompt(from, { ...plainPrompt, details: { ...promptDetails, name: '../../up' } });
    const imported = await importPrompt(store, from);
    expect(imported).toBe(join(store, 'prompts', 'elsewhere'));
    expect((await loadPrompt(imported)).details?.name).toBe('elsewhere');
  });

  it('refuses what is no prompt and makes nothing', async () => {
    const from = join(folder, 'empty');
    await mkdir(from);
    await expectRejection(importPrompt(store, from), 'store.notAPrompt', { folder: from });
    expect(await readdir(folder)).toEqual(['empty']);
  });
});

describe('exportPrompt', () => {
  it('copies PEFT’s files and the card into a folder of its own, beside what is there', async () => {
    const from = join(store, 'prompts', 'tickets');
    await savePrompt(from, { ...plainPrompt, details: promptDetails });
    const target = join(folder, 'tickets');
    expect(await exportPrompt(from, folder, 'peft')).toBe(target);
    expect(await exportPrompt(from, folder, 'peft')).toBe(`${target}-2`);
    expect((await readdir(target)).sort()).toEqual(['README.md', 'adapter_config.json', 'adapter_model.safetensors']);
    expect(await loadPrompt(target)).toEqual(plainPrompt);
    expect(await readFile(join(target, 'README.md'), 'utf8')).toBe(await readFile(join(from, 'README.md'), 'utf8'));
  });

  it('writes a card where PEFT saved none', async () => {
    const target = await exportPrompt(golden, folder, 'peft');
    expect(await readFile(join(target, 'README.md'), 'utf8')).toContain('library_name: peft');
  });
});
