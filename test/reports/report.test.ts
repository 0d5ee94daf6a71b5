import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRun, type Report, type RunReport } from '../../src/reports/content.js';
import { reportPage } from '../../src/reports/page.js';
import { finishedRuns, namedSubject, readReport } from '../../src/reports/readReport.js';
import { listRuns } from '../../src/store/catalogue.js';
import { createRun } from '../../src/store/runFolder.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { train } from '../../src/training/run.js';
import { commandLine } from '../support/commandLine.js';
import { plainPrompt } from '../support/prompts.js';
import { ownHome, shortRecipe } from '../support/trainedRuns.js';

/** One real run, of twenty steps of the bundled model on the sample's rows. */
let [folder, store, runFolder] = ['', '', ''];
beforeAll(async () => {
  folder = await ownHome('report');
  store = join(folder, '.softprompt');
  const request = { ...shortRecipe({ maxSteps: 20, evalEvery: 10 }), store, cacheFolder: join(folder, 'cache') };
  await train(request, () => undefined, new AbortController().signal);
  runFolder = (await listRuns(store))[0]?.folder ?? '';
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const reported = async (...names: string[]): Promise<Report> =>
  readReport(names.length === 0 ? await finishedRuns(store) : names.map((name) => namedSubject(store, name, folder)), {
    version: '1.2.3',
  });
const onlyRun = (report: Report): RunReport => {
  const [run] = report.entries.filter(isRun);
  if (!run) throw new Error(JSON.stringify(report.entries));
  return run;
};
const sha256 = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

const softprompt = (...argv: string[]) => commandLine(folder, argv);

describe('what a report tells of a finished run', () => {
  it('is every step and evaluation, the outcome, and the prompt with its checksums and versions', async () => {
    const run = onlyRun(await reported());
    expect(run).toMatchObject({ kind: 'run', name: 'short', state: 'finished', outcome: { step: 20 } });
    expect(run.told.steps.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(run.told.evaluations.map(({ step, baseline }) => [step, baseline])).toEqual([
      [3, true],
      [10, false],
      [20, false],
    ]);
    expect(run.told.nearest).toHaveLength(4);
    const adapter = join(store, 'prompts', 'short', 'adapter_model.safetensors');
    expect(run.prompt?.checksum).toBe(await sha256(adapter));
    expect(run.prompt?.modelChecksum).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(run.prompt?.versions ?? {})).toEqual(['softprompt', 'onnxruntime', 'node']);
  });

  it('is each data file as the recipe names it, with its rows and the checksum of what is there now', async () => {
    const { data } = onlyRun(await reported());
    const checksum = await sha256('media/sample/tickets/test.jsonl');
    expect(data.map(({ split, path, now }) => [split, path, now])).toEqual([
      ['train', 'tickets/test.jsonl', { checksum, changedSince: false }],
      ['dev', 'tickets/test.jsonl', { checksum, changedSince: false }],
    ]);
    expect(data[1]?.rows).toBe(20);
  });

  it('finds the prompt under another name, and does not take another run’s for it', async () => {
    const [old, renamed] = ['short', 'renamed'].map((name) => join(store, 'prompts', name)) as [string, string];
    const before = onlyRun(await reported()).prompt;
    await cp(old, join(folder, 'kept'), { recursive: true });
    await rename(old, renamed);
    try {
      expect(onlyRun(await reported()).prompt?.checksum).toBe(before?.checksum);
      await savePrompt(old, plainPrompt);
      expect(onlyRun(await reported()).prompt?.checksum).toBe(before?.checksum);
      await rm(renamed, { recursive: true });
      expect(onlyRun(await reported()).prompt).toBeUndefined();
    } finally {
      for (const changed of [old, renamed]) await rm(changed, { recursive: true, force: true });
      await rename(join(folder, 'kept'), old);
    }
  });

  it('is the same curves where the prompt is named, from what its own folder keeps', async () => {
    const [byRun, byPrompt] = [onlyRun(await reported()), onlyRun(await reported('short'))];
    expect(byPrompt).toMatchObject({ id: 'short', state: 'finished', outcome: { step: 20 }, recipe: byRun.recipe });
    expect(byPrompt.told.steps).toEqual(byRun.told.steps);
    expect(byPrompt.told.nearest).toEqual(byRun.told.nearest);
    expect(byPrompt.prompt).toEqual(byRun.prompt);
  });
});

/** A folder of the store's runs with what is done to it, taken away afterwards. */
async function withRun(id: string, change: (folder: string) => Promise<unknown>, look: () => Promise<void>) {
  const other = join(store, 'runs', id);
  await cp(runFolder, other, { recursive: true });
  try {
    await change(other);
    await look();
  } finally {
    await rm(other, { recursive: true, force: true });
  }
}

describe('a report', () => {
  it('says which runs are damaged, and tells of the others', async () => {
    const cut = (other: string): Promise<void> => writeFile(join(other, 'status.json'), '{ "name": ');
    await withRun('damaged-1', cut, async () => {
      const { entries } = await reported();
      expect(entries.map(({ kind }) => kind)).toEqual(['run', 'unreported']);
      expect(entries[1]).toMatchObject({ name: 'damaged-1', problem: { code: 'store.badRun' } });
      expect(reportPage(await reported())).toContain('damaged-1 is not reported.');
    });
  });

  it('says how far a run came that did not finish, and why it failed', async () => {
    const { recipe, recipeFile } = shortRecipe();
    const folder = await createRun(store, { name: 'begun', recipe, recipeFile }, 0);
    const status = JSON.parse(await readFile(join(folder, 'status.json'), 'utf8')) as object;
    const error = { code: 'run.diverged', args: { step: 7, learningRate: 5 } };
    await writeFile(join(folder, 'status.json'), JSON.stringify({ ...status, state: 'failed', error }));
    const begun = join(folder, 'events.jsonl');
    await appendFile(
      begun,
      (await readFile(join(runFolder, 'events.jsonl'), 'utf8')).split('\n').slice(0, 10).join('\n'),
    );
    const report = await reported(folder);
    expect(onlyRun(report)).toMatchObject({ name: 'begun', state: 'failed' });
    expect(onlyRun(report).outcome).toBeUndefined();
    expect(reportPage(report)).toMatch(/<strong>Failed at step \d of 20\.<\/strong>/);
    expect((await finishedRuns(store)).map(({ name }) => name)).not.toContain(folder);
    await rm(folder, { recursive: true });
  });

  it('marks a data file that was written after the run began, and one that is gone', async () => {
    const later = async (other: string): Promise<void> => {
      const [file, gone] = [join(folder, 'late.jsonl'), join(folder, 'gone.jsonl')];
      await writeFile(file, '{}\n');
      const events = await readFile(join(other, 'events.jsonl'), 'utf8');
      const lines = events.split('\n').map((line) => {
        const path = line.includes('"split":"dev"') ? gone : file;
        return line.includes('"type":"data"') ? line.replace(/"path":"[^"]*"/, `"path":${JSON.stringify(path)}`) : line;
      });
      await writeFile(join(other, 'events.jsonl'), lines.join('\n'));
    };
    await withRun('later-1', later, async () => {
      const report = await reported('later-1');
      expect(onlyRun(report).data.map(({ now }) => now?.changedSince)).toEqual([true, undefined]);
      const page = reportPage(report);
      expect(page).toContain('written after the run began: it may not be what was trained on');
      expect(page).toContain('the file is not there any more');
    });
  });

  it('is one page with nothing from elsewhere: scores, curves in SVG and in numbers, recipe, checksums', async () => {
    const report = await reported();
    const { prompt } = onlyRun(report);
    const page = reportPage(report);
    expect(page).toContain(prompt?.checksum);
    expect(page.match(/<svg viewBox="0 0 480/g)).toHaveLength(3);
    expect(page.match(/<details>/g)).toHaveLength(3);
    expect(page).toContain('&#34;num_virtual_tokens&#34;: 4');
    expect(page).not.toMatch(/<script|<link|<img|url\(|@import|\son\w+=|https?:/);
    expect(page).not.toMatch(/undefined|NaN|\[object/);
  });

  it('shows texts of a run as they are, whatever they hold', async () => {
    const report = await reported();
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const run: RunReport = { ...onlyRun(report), name: evil, id: evil };
    const told = { ...run.told, nearest: [{ position: 0, nearest: [{ id: 1, token: evil, similarity: 1 }] }] };
    const page = reportPage({ ...report, entries: [{ ...run, told }] });
    expect(page).not.toContain('<img');
    expect(page).toContain('&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;');
  });
});

describe('softprompt report', () => {
  it('writes the page of all finished runs', async () => {
    const { exitCode, out, err } = await softprompt('report');
    expect([exitCode, out, err]).toEqual([0, 'Wrote softprompt-report.html (runs: 1)\n', '']);
    expect(await readFile(join(folder, 'softprompt-report.html'), 'utf8')).toMatch(
      /^<!DOCTYPE html>\s*<html lang="en">/,
    );
  });

  it('writes event files for TensorBoard instead, or as well', async () => {
    await rm(join(folder, 'softprompt-report.html'), { force: true });
    expect((await softprompt('report', '--tensorboard', 'logs')).out).toBe('Wrote logs (runs: 1)\n');
    expect(await readdir(join(folder, 'logs'))).toEqual([basename(runFolder)]);
    expect(await readdir(folder)).not.toContain('softprompt-report.html');
    const both = await softprompt('report', '--tensorboard', 'logs', '--out', 'both.html');
    expect(both.out).toBe('Wrote both.html (runs: 1)\nWrote logs (runs: 1)\n');
  });

  it('reports what it can of what was named, and says what it could not', async () => {
    const { exitCode, out, err } = await softprompt('report', 'short', 'shorts', '--out', 'pages/two.html', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      type: 'report',
      written: [join(folder, 'pages/two.html')],
      runs: ['short'],
      problems: [{ name: 'shorts', code: 'store.noRunOrPrompt' }],
    });
    expect(err).toContain('There is neither a run nor a prompt "shorts" in ');
    expect(err).toContain('Did you mean "short"?');
  });

  it('writes nothing where nothing can be reported', async () => {
    await savePrompt(join(store, 'prompts', 'plain'), plainPrompt);
    const { exitCode, out, err } = await softprompt('report', 'plain', '--out', 'none.html');
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain('this prompt keeps no record of a training');
    await expect(readFile(join(folder, 'none.html'))).rejects.toThrow('ENOENT');
    await mkdir(join(folder, 'empty'));
    expect((await softprompt('report', '--store', 'empty')).err).toContain('there is no finished run to report');
  });
});
