import { checkProvider } from './selfCheck.js';

/**
 * Entry of a process of its own that tries one execution provider: `checkProviderProcess.mjs NAME THREADS`. A driver that crashes takes
 * only this process with it, and what native libraries print stays out of the user's terminal. One JSON line: a CheckResult, or `error`.
 */
const [name = '', threads = '1'] = process.argv.slice(2);
const outcome = await checkProvider(name, Number(threads)).catch((error: unknown) => ({
  error: error instanceof Error ? error.message : String(error),
}));
process.stdout.write(`${JSON.stringify(outcome)}\n`);
