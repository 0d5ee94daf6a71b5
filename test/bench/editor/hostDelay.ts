import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { inject, onTestFinished, vi } from 'vitest';
import { startEditor, type Editor, type EditorOptions } from '../../e2e/support/editor.js';
import { installExtension } from '../../e2e/support/server.js';

const patience = { timeout: 120_000 };

/** An editor whose extension host tells how late its event loop was since it was asked before, and how much memory it has. */
export interface WatchedEditor {
  readonly editor: Editor;
  /** Asks the newest extension host, which a reload replaces. */
  loopDelay(): Promise<string>;
  memoryMb(): Promise<number>;
}

export async function startWatchedEditor(files: NonNullable<EditorOptions['files']>): Promise<WatchedEditor> {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-bench-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [started, told] = [join(folder, 'started.json'), join(folder, 'delay.json')];
  const packagePath = join(folder, 'loop-delay.vsix');
  await createVSIX({
    cwd: 'test/bench/editor/loopDelay',
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
  });
  await installExtension('current', packagePath, inject('extensions').current);
  const env = { LOOP_DELAY_STARTED: started, LOOP_DELAY_FILE: told };
  const pid = async (): Promise<number> =>
    (JSON.parse(await vi.waitFor(() => readFile(started, 'utf8'), patience)) as { pid: number }).pid;
  return {
    editor: await startEditor({ version: 'current', files, env }),
    loopDelay: async () => {
      await rm(told, { force: true });
      process.kill(await pid(), 'SIGUSR2');
      const text = await vi.waitFor(() => readFile(told, 'utf8'), { timeout: 5000 });
      const { p999, max, samples } = JSON.parse(text) as Record<'p999' | 'max' | 'samples', number>;
      return `extension host ${p999.toFixed(1)} ms late (p99.9 of ${samples}; at most ${max.toFixed(1)} ms)`;
    },
    memoryMb: async () => {
      const status = await readFile(`/proc/${await pid()}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    },
  };
}
