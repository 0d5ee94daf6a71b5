import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPrompt, savePrompt } from '../../src/store/promptFolder.js';
import { plainPrompt, prefixPrompt, promptDetails } from '../support/prompts.js';
import { commandLine } from '../support/commandLine.js';

/** Adapters that PEFT saved; see makePeftAdapters.py. */
const adapters = join(import.meta.dirname, '../golden/peftAdapters');

let folder: string;
let prompts: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-cli-')));
  prompts = join(folder, '.softprompt', 'prompts');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs the command line on real files and gives the exit code and what was written. */
const softprompt = (...argv: string[]) => commandLine(folder, argv);

const saved = (): Promise<void> => savePrompt(join(prompts, 'tickets'), { ...plainPrompt, details: promptDetails });

describe('softprompt export', () => {
  it('copies a prompt by its name as a PEFT adapter', async () => {
    await saved();
    const { exitCode, out, err } = await softprompt('export', 'tickets', 'adapters');
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toBe('Exported tickets to adapters/tickets\n');
    expect(await loadPrompt(join(folder, 'adapters', 'tickets'))).toEqual(plainPrompt);
  });

  it.each([
    ['npy', 'tickets.npy'],
    ['prompt_embeds', 'tickets-prompt-embeds'],
  ])('writes %s, and says where as JSON', async (format, name) => {
    await saved();
    const { out } = await softprompt('export', 'tickets', '.', '--format', format, '--json');
    expect(JSON.parse(out)).toEqual({
      type: 'exported',
      prompt: join(prompts, 'tickets'),
      format,
      path: join(folder, name),
    });
    expect(await readdir(folder)).toContain(name);
  });

  it('says why a prefix has no vectors to export, and writes nothing', async () => {
    await savePrompt(join(prompts, 'prefix'), prefixPrompt);
    const { exitCode, err } = await softprompt('export', 'prefix', 'out', '--format', 'npy');
    expect(exitCode).toBe(2);
    expect(err).toBe(
      'Error: The prompt prefix is keys and values of every layer (prefix tuning), and npy takes vectors at the model’s input alone.\n' +
        'Export it as peft, or train by prompt tuning or P-tuning.\n',
    );
    expect(await readdir(folder)).toEqual(['.softprompt']);
  });

  it('says which prompts and which formats there are', async () => {
    await saved();
    expect((await softprompt('export', 'ticket', '.')).err).toContain('Did you mean "tickets"?');
    const { exitCode, err } = await softprompt('export', 'tickets', '.', '--format', 'onnx');
    expect(exitCode).toBe(2);
    expect(err).toContain('Allowed choices are peft, npy, prompt_embeds');
  });
});

describe('softprompt import', () => {
  it('takes a PEFT adapter into the store', async () => {
    const { exitCode, out, err } = await softprompt('import', join(adapters, 'prefix'));
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toBe('Imported as prefix in .softprompt/prompts/prefix\n');
    expect(await loadPrompt(join(prompts, 'prefix'))).toEqual(await loadPrompt(join(adapters, 'prefix')));
  });

  it('takes one task of several, and says with which option', async () => {
    const from = join(adapters, 'multitask');
    const { exitCode, err } = await softprompt('import', from);
    expect(exitCode).toBe(2);
    expect(err).toContain('expected which one, from 0 to 2.\nChoose one: softprompt import');
    const { out } = await softprompt('import', from, '--task', '2', '--json', '--store', 'other');
    expect(JSON.parse(out)).toEqual({
      type: 'imported',
      name: 'multitask-task-2',
      folder: join(folder, 'other', 'prompts', 'multitask-task-2'),
    });
  });

  it('takes an .npy file and gives it back byte for byte', async () => {
    await softprompt('import', join(adapters, 'prompt.npy'));
    await softprompt('export', 'prompt', '.', '--format', 'npy');
    const bytes = await readFile(join(folder, 'prompt.npy'));
    expect(bytes.equals(await readFile(join(adapters, 'prompt.npy')))).toBe(true);
  });

  it.each([
    ['classifier', 'trained head beside its prompt (task_type SEQ_CLS)'],
    ['expected.safetensors', 'no prompt in NumPy’s format: found other first bytes'],
    ['nowhere', 'there is no saved prompt here'],
  ])('refuses %s with the reason and makes no store', async (name, reason) => {
    const { exitCode, out, err } = await softprompt('import', join(adapters, name));
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(reason);
    expect(await readdir(folder)).toEqual([]);
  });

  it('reads relative paths from the current folder, and refuses what is no whole number', async () => {
    await writeFile(join(folder, 'mine.npy'), await readFile(join(adapters, 'prompt.npy')));
    expect((await softprompt('import', 'mine.npy')).out).toContain('Imported as mine');
    expect((await softprompt('import', 'mine.npy', '--task', '-1')).exitCode).toBe(2);
    expect((await softprompt('import', 'mine.npy', '--task', '0')).err).toContain(
      'this is one prompt, not one for each',
    );
  });
});

it('both teach by examples', async () => {
  expect((await softprompt('export', '--help')).out).toContain('$ softprompt export tickets . --format npy');
  expect((await softprompt('import', '--help')).out).toContain('$ softprompt import multitask-adapter --task 2');
});
