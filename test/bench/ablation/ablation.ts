import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { csvFile, readTable, sweepFolderOf } from '../../../src/store/sweepFolder.js';
import { runProduct } from '../commandLines.js';
import { intoPage } from '../intoPage.js';
import { lengthsPage } from './page.js';

const folder = 'test/bench/ablation';
const recipes = ['length-9m', 'length-smollm2'] as const;

/**
 * The length ablation of Lester et al. 2021, figure 3a, by `softprompt sweep` on the recipes beside this file: run again, it goes on. `--only
 * length-9m`: one of them; `--only none`: the page alone, of what there is.
 */
export async function benchAblation(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string', default: recipes.join(',') }, jobs: { type: 'string', default: '2' } },
  });
  const store = resolve('.softprompt');
  const home = await mkdtemp(join(tmpdir(), 'softprompt-ablation-'));
  try {
    for (const recipe of recipes.filter((name) => values.only.split(',').includes(name))) {
      const file = `${folder}/${recipe}.softprompt.json`;
      await runProduct(['sweep', file, '--jobs', values.jobs, '--store', store], home, (line) => {
        if (line.type === 'sweepRun') process.stdout.write(`${String(line.name)}: ${String(line.state)}\n`);
      });
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  for (const recipe of recipes) {
    const sweep = sweepFolderOf(store, recipe);
    const table = await readTable(sweep);
    if (!table?.results.some(({ state }) => state === 'finished')) continue;
    await copyFile(csvFile(sweep), join(folder, `${recipe}.csv`));
    const { markdown, chart } = lengthsPage(table);
    if (chart !== undefined) await writeFile(join(folder, `${recipe}.svg`), chart);
    await intoPage(join(folder, 'README.md'), recipe, markdown);
  }
}
