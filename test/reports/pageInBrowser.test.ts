import axe from 'axe-core';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRecipe } from '../../src/protocol/parseRecipe.js';
import type { EventOf } from '../../src/protocol/events.js';
import type { Report, RunReport } from '../../src/reports/content.js';
import { reportPage } from '../../src/reports/page.js';
import { chromiumPath } from '../e2e/support/prerequisites.js';
import { scored, step } from '../host/views/runs.js';
import { sweep, transfer } from '../support/reportTables.js';

const run = (name: string, steps: number): RunReport => ({
  kind: 'run',
  id: `${name}-20261121-104501`,
  name,
  state: 'finished',
  started: '2026-11-21T10:45:01.000Z',
  recipe: parseRecipe('{ "data": { "train": "t.jsonl" } }', 'tickets.softprompt.json'),
  told: {
    start: {
      type: 'start',
      run: name,
      prompt: name,
      model: 'softprompt-9m',
      method: 'PROMPT_TUNING',
      device: 'cpu',
      threads: 2,
      trainable: 5120,
      modelParameters: 9_629_760,
      steps,
      resumedAt: 0,
    },
    steps: Array.from({ length: steps }, (_, i) => ({ ...step(i + 1), loss: 5 / (i + 1) }) as EventOf<'step'>),
    evaluations: [
      { ...scored('dev', 0.25, { baseline: true }), step: 3 },
      { ...scored('dev', 0.5), step: 5 },
      { ...scored('dev', 0.75, { best: true }), step: 10 },
      scored('test', 0.7),
    ] as EventOf<'evaluation'>[],
    designs: [],
    notices: [{ type: 'notice', code: 'waitingForRun', args: { run: 'other' } }],
    nearest: [{ position: 0, nearest: [{ id: 1, token: ' queue', similarity: 0.81 }] }],
  },
  outcome: { step: steps, bestStep: 10, seconds: 61 },
  data: [{ split: 'train', path: 't.jsonl', rows: 360, cutRows: 0, tokens: { mean: 29, max: 57 } }],
  prompt: { name, checksum: 'ab'.repeat(32), modelChecksum: 'cd'.repeat(32), versions: { softprompt: '0.1.0' } },
});
const report: Report = {
  created: '2026-11-21T11:00:00.000Z',
  version: '0.1.0',
  entries: [
    run('tickets', 12),
    { ...run('stopped', 10), state: 'stopped' },
    sweep,
    transfer,
    { kind: 'unreported', name: 'gone', problem: { code: 'store.noFinishedRun', args: { store: '/s' } } },
  ],
};

describe.skipIf(!existsSync(chromiumPath))('the page of a report in a browser', () => {
  let [browser, folder, address] = [undefined as Browser | undefined, '', ''];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'softprompt-page-'));
    await writeFile(join(folder, 'report.html'), reportPage(report));
    address = pathToFileURL(join(folder, 'report.html')).href;
    browser = await chromium.launch({ executablePath: chromiumPath });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The page from disk, with what its console said and what it asked for. */
  async function open(colorScheme: 'light' | 'dark'): Promise<{ page: Page; said: string[]; asked: string[] }> {
    if (!browser) throw new Error('There is no browser.');
    const page = await browser.newPage({ colorScheme, viewport: { width: 900, height: 800 } });
    const [said, asked]: [string[], string[]] = [[], []];
    page.on('console', (message) => said.push(message.text()));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(address);
    return { page, said, asked };
  }

  it.each(['light', 'dark'] as const)(
    'breaks none of axe’s rules, also with its tables open, in %s',
    async (scheme) => {
      const { page, said, asked } = await open(scheme);
      for (const summary of await page.locator('summary').all()) await summary.click();
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
      expect([said, asked]).toEqual([[], [address]]);
      await page.close();
    },
  );

  it('is no wider than a narrow window', async () => {
    const { page } = await open('light');
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.close();
  });

  it('runs the one script that an editor gives it, and no other', async () => {
    const policy = "default-src 'none'; style-src 'nonce-abc'; script-src 'nonce-abc'";
    const html = reportPage(report, { policy, nonce: 'abc', script: "document.title = 'kept'" });
    await writeFile(
      join(folder, 'report.html'),
      html.replace('<main>', "<main><script>document.title = 'other'</script>"),
    );
    const { page, said } = await open('dark');
    expect(await page.title()).toBe('kept');
    expect(said).toEqual([expect.stringContaining('Content Security Policy')]);
    expect(await page.evaluate("getComputedStyle(document.querySelector('h1')).margin")).toBe('0px');
    await page.close();
  });
});
