import { timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { createMessageConnection, ErrorCodes, ResponseError, type MessageConnection } from 'vscode-jsonrpc/node';
import {
  attachRequest,
  changedNotification,
  continueRequest,
  pauseRequest,
  stopRequest,
} from '../protocol/runMessages.js';
import { describeProcess, writeRunProcess } from '../store/runProcess.js';

/** What windows may ask of a run's process. */
export interface RunControls {
  pause(): void;
  continue(): void;
  stop(): void;
  /** What happens when nobody has watched for a while, and when someone watches again. */
  readonly unwatched: { readonly afterMs: number; pause(): void; continue(): void } | undefined;
}

export interface RunServer {
  /** Tells every window that something was added to the run's folder. */
  changed(): void;
  close(): Promise<void>;
}

/** Listens on a socket of this user's own, and writes into the run's folder where it is. */
export async function serveRun(folder: string, controls: RunControls): Promise<RunServer> {
  const description = await describeProcess(folder);
  const { socket: path, token } = description;
  const watchers = new Set<MessageConnection>();
  const watch = watchWatchers(controls);
  const server = createServer((socket) => {
    const connection = connect(socket, token, controls, () => {
      watchers.add(connection);
      watch.count(watchers.size);
    });
    connection.onClose(() => {
      watchers.delete(connection);
      connection.dispose();
      watch.count(watchers.size);
    });
    // A window that went away in the middle of a message has closed its connection, too.
    socket.on('error', () => socket.destroy());
  });
  await listen(server, path);
  await writeRunProcess(folder, description);
  return {
    changed: () => {
      for (const watcher of watchers) void watcher.sendNotification(changedNotification).catch(() => undefined);
    },
    async close() {
      watch.dispose();
      for (const watcher of watchers) watcher.end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function connect(socket: Socket, token: string, controls: RunControls, attached: () => void): MessageConnection {
  const connection = createMessageConnection(socket, socket);
  let trusted = false;
  const ask = (act: () => void) => (): null => {
    if (!trusted) throw new ResponseError(ErrorCodes.InvalidRequest, 'attach first');
    act();
    return null;
  };
  connection.onRequest(attachRequest, (request) => {
    if (!sameText(request.token, token)) throw new ResponseError(ErrorCodes.InvalidParams, 'another token');
    trusted = true;
    attached();
    return null;
  });
  connection.onRequest(pauseRequest, ask(controls.pause));
  connection.onRequest(continueRequest, ask(controls.continue));
  connection.onRequest(stopRequest, ask(controls.stop));
  connection.listen();
  return connection;
}

function watchWatchers({ unwatched }: RunControls): { count(watchers: number): void; dispose(): void } {
  let paused = false;
  let timer: NodeJS.Timeout | undefined;
  const count = (watchers: number): void => {
    if (!unwatched) return;
    clearTimeout(timer);
    if (watchers === 0) {
      timer = setTimeout(() => {
        paused = true;
        unwatched.pause();
      }, unwatched.afterMs);
    } else if (paused) {
      paused = false;
      unwatched.continue();
    }
  };
  count(0);
  return { count, dispose: () => clearTimeout(timer) };
}

async function listen(server: Server, path: string): Promise<void> {
  if (process.platform !== 'win32') {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rm(path, { force: true });
  }
  // Between listening and chmod nobody else may enter: the folder and the mask are this user's own.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  } finally {
    process.umask(mask);
  }
  if (process.platform !== 'win32') await chmod(path, 0o600);
}

const sameText = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
