import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Editor } from './editor.js';

/** Runs the command line that comes with the extension, in the workspace; `home` is what it takes for the user's own folder. */
export async function softprompt(editor: Editor, args: readonly string[], home = editor.home): Promise<string> {
  const program = join(editor.extension, 'dist', 'softprompt.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
    cwd: editor.workspace,
    env: { PATH: process.env['PATH'], HOME: home, SOFTPROMPT_HOME: join(home, '.softprompt') },
  });
  return stdout;
}
