import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from 'playwright-core';
import { inject, onTestFinished } from 'vitest';
import { chromiumPath } from './prerequisites.js';
import { killProcessesNaming } from './processes.js';
import { screenshot, screenshotPath } from './screenshots.js';
import { serverCommand, serverEnvironment, type Version } from './server.js';
import { collectCspMessages } from './webview.js';
import { workbenchReady } from './workbench.js';

export interface EditorOptions {
  readonly version: Version;
  /** The workspace: contents by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** False: the workspace opens in Restricted Mode, without a question. */
  readonly trusted?: boolean;
  /** The browser's language, and the one in which extensions are asked to speak. */
  readonly locale?: string;
  /** For the server and what it starts. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Editor {
  readonly version: Version;
  readonly workspace: string;
  /** Where the workspace's prompts and runs are kept. */
  readonly store: string;
  /** The server's home folder: the product's own folder is `.softprompt` in it. */
  readonly home: string;
  /** Where the packaged extension is installed. */
  readonly extension: string;
  /** A new window on `folder` (the workspace), closed when the test ends. A test that fails leaves its screenshot and the server's log. */
  openPage(folder?: string): Promise<Page>;
  /** For a file with several editors: otherwise each stops when its test file ends. */
  stop(): Promise<void>;
}

const running = new Set<() => Promise<void>>();
export const stopEditors = async (): Promise<void> => {
  for (const stop of running) await stop();
};

/** A server with folders of its own and a browser. All its pages see the same workspace. */
export async function startEditor({
  version,
  files = {},
  trusted = true,
  locale = 'en',
  env = {},
}: EditorOptions): Promise<Editor> {
  const state = await mkdtemp(join(tmpdir(), `softprompt-${version}-`));
  const home = join(state, 'home');
  const workspace = join(home, 'workspace');
  await writeFiles(workspace, files);
  await writeFiles(state, {
    'config.yaml': '',
    'user-data/User/settings.json': JSON.stringify({
      'security.workspace.trust.startupPrompt': 'never',
      'workbench.startupEditor': 'none',
      'workbench.editor.useModal': 'off',
      'chat.disableAIFeatures': true,
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
    }),
  });

  const extensions = inject('extensions')[version];
  const log = join(state, 'server.log');
  const server = spawnServer({ version, state, extensions, env: { ...serverEnvironment(home), ...env }, trusted, log });
  const launching = launchBrowser();
  const stop = async (): Promise<void> => {
    running.delete(stop);
    const exited = server.exitCode === null ? once(server, 'exit') : undefined;
    killGroup(server);
    // Training outlives its window, as it should.
    await killProcessesNaming(workspace);
    await Promise.all([exited, launching.then((browser) => browser.close())]);
    await rm(state, { recursive: true, force: true, maxRetries: 5 });
  };
  running.add(stop);
  const [url, browser] = await Promise.all([addressOf(server), launching]);

  return {
    version,
    workspace,
    store: join(workspace, '.softprompt'),
    home,
    extension: await extensionFolder(extensions),
    async openPage(folder = workspace) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale });
      onTestFinished(async ({ task }) => {
        if (page.isClosed()) return;
        if (task.result?.state === 'fail') {
          const name = `failed ${task.name} (${version})`;
          await screenshot(page, name);
          await cp(log, screenshotPath(name).replace(/png$/, 'log'));
        }
        await page.close();
      });
      collectCspMessages(page);
      // What a language pack sets: the workbench itself stays English, extensions are asked for this language.
      await page.addInitScript(
        `Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => ${JSON.stringify(locale)}, set() {} });`,
      );
      await page.goto(`${url}/?folder=${encodeURIComponent(folder)}`, { waitUntil: 'domcontentloaded' });
      await workbenchReady(page);
      return page;
    },
    stop,
  };
}

interface ServerOptions {
  readonly version: Version;
  readonly state: string;
  readonly extensions: string;
  readonly env: NodeJS.ProcessEnv;
  readonly trusted: boolean;
  readonly log: string;
}

function spawnServer({ version, state, extensions, env, trusted, log }: ServerOptions): ChildProcess {
  const [program, args] = serverCommand(version, state, extensions);
  const options = [
    ...['--bind-addr', '127.0.0.1:0', '--auth', 'none'],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', '--ignore-last-opened'],
    ...(trusted ? ['--disable-workspace-trust'] : []),
  ];
  const server = spawn(program, [...args, ...options], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const file = createWriteStream(log);
  for (const stream of [server.stdout, server.stderr]) stream.pipe(file, { end: false });
  return server;
}

/** The server and what it started: an extension host would wait three hours for its window to come back. */
function killGroup(server: ChildProcess): void {
  if (server.exitCode === null && server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
}

/** The port is the system's choice: the server prints its address once it listens. */
async function addressOf(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('The server has no output to read.');
  const said: string[] = [];
  for await (const line of createInterface(server.stdout)) {
    said.push(line);
    const address = /listening on (http:\S+?)\/?$/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`The server ended before it listened:\n${said.join('\n')}`);
}

/** Without what a browser does by itself in the background; as root it has no sandbox. */
const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

async function extensionFolder(extensions: string): Promise<string> {
  const name = (await readdir(extensions)).find((entry) => entry.startsWith('softprompt.softprompt-'));
  if (name === undefined) throw new Error(`The extension is not installed in ${extensions}`);
  return join(extensions, name);
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contents);
  }
}
