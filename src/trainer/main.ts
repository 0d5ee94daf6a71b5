import { evaluate } from './evaluate.js';
import { inspect } from './inspect.js';
import { runInBackground } from './runInBackground.js';

/**
 * The extension's other process, on a real Node: `trainer run FOLDER pause|continue` trains a run that waits in its folder,
 * `trainer inspect` and `trainer evaluate IDLE_MINUTES` answer questions on their standard streams.
 */
const [command, folder, unwatched] = process.argv.slice(2);
if (command === 'inspect') inspect();
else if (command === 'evaluate') evaluate(Number(folder));
else if (command === 'run' && folder !== undefined)
  process.exitCode = await runInBackground(folder, unwatched === 'continue' ? 'continue' : 'pause');
else throw new Error(`trainer: unknown command ${String(command)}`);
