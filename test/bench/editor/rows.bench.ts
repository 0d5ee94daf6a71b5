import { expect, test } from 'vitest';
import { softprompt } from '../../e2e/support/commandLine.js';
import { smallWorkspace } from '../../e2e/support/recipes.js';
import { webview } from '../../e2e/support/webview.js';
import { codeLens, openFile, reload, runCommand } from '../../e2e/support/workbench.js';
import { startWatchedEditor } from './hostDelay.js';

const rows = 100_000;
const patience = { timeout: 1_200_000 };
const words = ['parcel', 'invoice', 'refund', 'app', 'login', 'price'];

test(
  `a file of ${rows} rows: stopped after 30 s, judged whole, opened again and scrolled`,
  { timeout: 3_600_000 },
  async () => {
    const lines = Array.from(
      { length: rows },
      (_, i) => `my ${words[i % 6] ?? ''} ${i}\t${i % 2 ? 'billing' : 'shipping'}`,
    );
    const { editor, loopDelay, memoryMb } = await startWatchedEditor({
      ...(await smallWorkspace(20, 2)),
      'large.tsv': `text\tqueue\n${lines.join('\n')}\n`,
    });
    await softprompt(editor, ['train', 'tickets.softprompt.json', '--store', editor.store]);
    const page = await editor.openPage();
    await openFile(page, 'large.tsv');
    await codeLens(page, 'Evaluate with tickets').waitFor(patience);
    const before = await memoryMb();
    const grown = async (): Promise<string> => `${((await memoryMb()) - before).toFixed(0)} MB more`;
    await loopDelay();
    await codeLens(page, 'Evaluate with tickets').click();
    await new Promise((passed) => setTimeout(passed, 30_000));
    await runCommand(page, 'Softprompt: Stop Evaluation');
    console.log(`stopped after 30 s: ${await loopDelay()}; ${await grown()}`);

    await runCommand(page, 'Softprompt: Show Evaluation Results');
    const panel = webview(page);
    await panel.locator('.state.stopped').waitFor(patience);
    await panel.getByRole('button', { name: 'Evaluate again' }).click();
    await panel.locator('.state.finished').waitFor(patience);
    console.log(`judged whole: ${await loopDelay()}; ${await grown()}`);

    await reload(page);
    await webview(page).locator('.state.finished').waitFor(patience);
    const loaded = await loopDelay();
    const list = webview(page).locator('.rows-scroll');
    const reached = await list.evaluate(async (scroller) => {
      for (let part = 0; part <= 200; part++) {
        scroller.scrollTop = (part / 200) * scroller.scrollHeight;
        await new Promise((passed) => setTimeout(passed, 50));
      }
      return scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1;
    });
    expect(reached).toBe(true);
    console.log(
      `opened again: ${loaded}; scrolled: ${await loopDelay()}; the new host has ${(await memoryMb()).toFixed(0)} MB, the first had ${before.toFixed(0)} MB at its start`,
    );
  },
);
