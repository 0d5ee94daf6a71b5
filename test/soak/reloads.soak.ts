import { join } from 'node:path';
import { expect, test } from 'vitest';
import { softprompt } from '../e2e/support/commandLine.js';
import { startEditor } from '../e2e/support/editor.js';
import { smallWorkspace } from '../e2e/support/recipes.js';
import { onlyRun, stepsOf, trained, upTo } from '../e2e/support/runs.js';
import { expectNoCspMessages, lossChart, trainingPanel } from '../e2e/support/webview.js';
import { codeLens, openContainer, openFile, reload } from '../e2e/support/workbench.js';

const patience = { timeout: 180_000 };
const steps = 300;
const reloads = 10;
/** Within this time of the panel's first view; a run takes longer. */
const mostMs = 12_000;

test(
  `${reloads} runs, reloaded over at a random moment each, end as if undisturbed`,
  { timeout: 3_600_000 },
  async () => {
    let undisturbed: Buffer | undefined;
    for (let count = 1; count <= reloads; count++) {
      const editor = await startEditor({ version: 'current', files: await smallWorkspace(steps) });
      const elsewhere = join(editor.home, 'elsewhere', 'store');
      if (!undisturbed) {
        await softprompt(editor, ['train', 'tickets.softprompt.json', '--store', elsewhere]);
        undisturbed = await trained(elsewhere);
      }
      const page = await editor.openPage();
      await openContainer(page, 'Softprompt');
      await openFile(page, 'tickets.softprompt.json');
      await codeLens(page, 'Train').click();
      const waitedMs = Math.random() * mostMs;
      await new Promise((resolve) => setTimeout(resolve, waitedMs));
      await reload(page);

      const panel = trainingPanel(page);
      await panel.getByText(`Finished after ${steps} steps.`).waitFor(patience);
      await lossChart(panel, steps).waitFor();
      expect(await stepsOf(await onlyRun(editor))).toEqual(upTo(steps));
      expect(await trained(editor.store)).toEqual(undisturbed);
      expectNoCspMessages(page);
      console.log(
        `${count}: reloaded ${(waitedMs / 1000).toFixed(1)} s into the run: the same bytes, all ${steps} steps shown`,
      );
      await editor.stop();
    }
  },
);
