import { mkdtemp, copyFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { distanceText, metricText } from '../../../src/protocol/numbers.js';
import { meanText } from '../../../src/protocol/sweepTable.js';
import { summariseTransfer, type TransferTable } from '../../../src/protocol/transferTable.js';
import { readTransferTable, transferCsvFile, transferFolderOf } from '../../../src/store/transferFolder.js';
import { transfersFolder } from '../../../src/store/storeLocation.js';
import { runProduct } from '../commandLines.js';
import { intoPage } from '../intoPage.js';

const folder = 'test/bench/transfer';
const data = resolve('../shared/data/datasets');
const sets = [`qqp=${data}/qqp/dev.json`, `mrpc=${data}/mrpc/msr_paraphrase_test.txt`];
const models = ['9m', 'smollm2'] as const;
/** As `softprompt transfer` calls it. */
const nameOf = (model: string): string => `qqp-${model}-mrpc-${model}`;

/**
 * QQP ↔ MRPC as in Lester et al. 2021, section 5, by `softprompt transfer` on the recipes beside this file: run again, it goes on. `--only 9m`:
 * one base model; `--only none`: the page alone, of what there is.
 */
export async function benchTransfer(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string', default: models.join(',') }, jobs: { type: 'string', default: '2' } },
  });
  const store = resolve('.softprompt');
  const home = await mkdtemp(join(tmpdir(), 'softprompt-transfer-'));
  try {
    for (const model of models.filter((name) => values.only.split(',').includes(name))) {
      const recipes = ['qqp', 'mrpc'].map((set) => `${folder}/${set}-${model}.softprompt.json`);
      const options = ['--max-rows', '500', '--jobs', values.jobs, '--store', store];
      await runProduct(['transfer', ...recipes, '--to', ...sets, ...options], home, (line) => {
        if (line.type === 'sweepRun') process.stdout.write(`${String(line.name)}: ${String(line.state)}\n`);
        if (line.type === 'transferScore') process.stdout.write(`${String(line.prompt)} on ${String(line.set)}\n`);
      });
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  const known = await readdir(transfersFolder(store)).catch((): string[] => []);
  for (const model of models.filter((each) => known.includes(nameOf(each)))) {
    const transfer = transferFolderOf(store, nameOf(model));
    await copyFile(transferCsvFile(transfer), join(folder, `${model}.csv`));
    await intoPage(join(folder, 'README.md'), model, transferPage(await readTransferTable(transfer)));
  }
}

function transferPage(table: TransferTable): string {
  const { metric, name } = table;
  const text = (value: number | undefined): string => (value === undefined ? '–' : metricText(metric, value));
  return [
    `### ${name}`,
    '',
    `| trained on | evaluated on | rows | prompts | no prompt | ${metric} | difference from in-domain |`,
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...summariseTransfer(table).map((row) =>
      [
        '',
        row.source,
        row.isInDomain ? `${row.set} (in-domain)` : row.set,
        String(row.rows ?? '–'),
        `${row.scores.length} of ${row.prompts}`,
        text(row.baseline),
        meanText(metric, row.mean, row.deviation),
        row.mean === undefined || row.inDomainMean === undefined
          ? ''
          : distanceText(metric, row.mean, row.inDomainMean),
        '',
      ]
        .join(' | ')
        .trim(),
    ),
    '',
  ].join('\n');
}
