import { join } from 'node:path';
import { runCommandLine } from '../../src/cli/commands.js';
import type { Work } from '../../src/cli/work.js';
import { noWork } from './noWork.js';

/** Runs the command line in a folder with a home of its own there, and gives the exit code and what was written. */
export async function commandLine(
  folder: string,
  argv: readonly string[],
  { work = {}, signal = new AbortController().signal }: { work?: Partial<Work>; signal?: AbortSignal } = {},
): Promise<{ exitCode: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const exitCode = await runCommandLine(
    argv,
    { ...noWork, ...work },
    {
      version: '1.2.3',
      folder,
      environment: { SOFTPROMPT_HOME: join(folder, 'home') },
      out: { write: (text) => (out += text) },
      err: { write: (text) => (err += text) },
      signal,
    },
  );
  return { exitCode, out, err };
}
