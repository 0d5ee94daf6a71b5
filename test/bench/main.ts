import { spawnSync } from 'node:child_process';
import { benchParity } from '../parity/against/parity.js';
import { benchAblation } from './ablation/ablation.js';
import { benchCompare } from './compare.js';
import { benchEnsemble, benchEvaluate } from './evaluate.js';
import { benchScore } from './score.js';
import { benchEnsembles } from './ensembles/ensembles.js';
import { benchGroups } from './groups/groups.js';
import { benchLive } from './live.js';
import { benchStep } from './step.js';
import { benchSweep } from './sweep/sweep.js';
import { benchT5 } from './t5.js';
import { benchTogether } from './together.js';
import { benchTransfer } from './transfer/transfer.js';

const [command, ...args] = process.argv.slice(2);
if (command === 'step') await benchStep(args);
else if (command === 'parity') await benchParity(args);
else if (command === 'score') await benchScore(args);
else if (command === 'evaluate') await benchEvaluate(args);
else if (command === 'ensemble') await benchEnsemble(args);
else if (command === 'sweep') await benchSweep(args);
else if (command === 'ablation') await benchAblation(args);
else if (command === 'transfer') await benchTransfer(args);
else if (command === 'ensembles') await benchEnsembles(args);
else if (command === 'groups') await benchGroups(args);
else if (command === 't5') await benchT5(args);
else if (command === 'together') await benchTogether(args);
else if (command === 'live') await benchLive(args);
else if (command === 'editor') benchEditor(args);
else if (command === undefined || command.startsWith('--')) await benchCompare(process.argv.slice(2));
else throw new Error(`there is no bench "${command}"; see CONTRIBUTING.md`);

/** What the extension costs a real VS Code: it needs what the end-to-end tests need. `rows`: that file alone. */
function benchEditor(names: readonly string[]): void {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/bench/editor/vitest.config.ts'];
  process.exitCode = spawnSync(process.execPath, [...vitest, ...names], { stdio: 'inherit' }).status ?? 1;
}
