import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SoftpromptError } from '../../errors/softpromptError.js';

/**
 * A real Node, which Electron's own binary is not for the engine (electron#44291): the one that the person names; else the extension host's
 * own, on remotes; else the one in the package. Throws `run.noNode`.
 */
export function nodeProgram(extensionFolder: string, named: string): string {
  if (named !== '') return named;
  if (process.versions.electron === undefined) return process.execPath;
  const packaged = join(extensionFolder, 'dist', 'node', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(packaged)) return packaged;
  throw new SoftpromptError('run.noNode', { platform: `${process.platform}-${process.arch}` });
}

/** The environment for our own programs, without what belongs to the editor's. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)|^NODE_OPTIONS$/.test(name)),
  );
}
