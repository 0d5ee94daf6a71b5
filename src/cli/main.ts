import * as l10n from '@vscode/l10n';
import { productVersion } from '../common/version.js';
import { runCommandLine } from './commands.js';
import { exitCodes } from './failure.js';
import { loadLanguage } from './language.js';
import type { Output } from './terminal.js';
import type { Work } from './work.js';

/** Each command loads what it needs when it runs: help and errors of usage do not wait for the engine. */
const work: Work = {
  train: async (...args) => (await import('../training/run.js')).train(...args),
  resume: async (...args) => (await import('../training/run.js')).resume(...args),
  evaluate: async (...args) => (await import('../evaluation/evaluatePrompt.js')).evaluatePrompt(...args),
  interpret: async (...args) =>
    (await import('../evaluation/interpretation/describePrompt.js')).describePrompt(...args),
  compare: async (...args) => (await import('../evaluation/interpretation/comparePrompts.js')).comparePrompts(...args),
  test: async (...args) => (await import('../evaluation/promptTests.js')).runPromptTests(...args),
  ensemble: async (...args) => (await import('../evaluation/evaluateEnsemble.js')).evaluateEnsemble(...args),
  startProgram: async (...args) => (await import('./startProgram.js')).startProgram(...args),
  doctor: async (...args) => (await import('../evaluation/doctor.js')).diagnose(...args),
};

loadLanguage(process.env);

const interrupt = new AbortController();

/** The first asks for a clean stop, which ends the step under way and saves; the second does not wait. */
function onInterrupt(): void {
  if (interrupt.signal.aborted) process.exit(exitCodes.stopped);
  interrupt.abort();
  process.stderr.write(`\n${l10n.t('Stopping after the step under way; press Ctrl-C again to quit at once.')}\n`);
}
process.on('SIGINT', onInterrupt);
process.on('SIGTERM', onInterrupt);

/** Where the reader has gone (`| head`), nothing more is written, and what runs is stopped with its best saved. */
function outputOf(stream: NodeJS.WriteStream): Output {
  let gone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    gone = true;
    interrupt.abort();
  });
  return {
    write: (text) => gone || stream.write(text),
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns;
    },
    hasColors: () => stream.isTTY && stream.hasColors(),
  };
}

process.exitCode = await runCommandLine(process.argv.slice(2), work, {
  version: productVersion,
  folder: process.cwd(),
  environment: process.env,
  out: outputOf(process.stdout),
  err: outputOf(process.stderr),
  signal: interrupt.signal,
});
