import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { createMessageConnection, type MessageConnection, type RequestType } from 'vscode-jsonrpc/node';
import {
  cacheRequest,
  datasetRequest,
  doctorRequest,
  modelsRequest,
  previewRequest,
  validateRequest,
} from '../../protocol/inspectMessages.js';
import type { Inspector } from '../services.js';
import { asKnown } from './asKnown.js';
import { programEnvironment } from './nodeProgram.js';

/** After this long without a question the process ends; the next question starts another. */
const idleMs = 5 * 60_000;

/** The inspect process, started when it is first asked, and again after it ended. */
export function openInspectProcess(
  extensionFolder: string,
  node: () => string,
  log: vscode.LogOutputChannel,
): Inspector & vscode.Disposable {
  let live: { readonly child: ChildProcessWithoutNullStreams; readonly connection: MessageConnection } | undefined;
  let idle: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(idle);
    live?.connection.dispose();
    live?.child.kill();
    live = undefined;
  };
  const connect = (): MessageConnection => {
    if (live) return live.connection;
    const child = spawn(node(), [join(extensionFolder, 'dist', 'trainer.mjs'), 'inspect'], {
      windowsHide: true,
      env: programEnvironment(),
    });
    child.stderr.on('data', (text) => log.warn(`inspect: ${String(text).trim()}`));
    child.once('error', (error) => log.error(error)).once('exit', end);
    const connection = createMessageConnection(child.stdout, child.stdin);
    connection.onError(([error]) => log.error(error));
    connection.listen();
    live = { child, connection };
    return connection;
  };
  const ask = async <P, R>(type: RequestType<P, R, void>, params: P): Promise<R> => {
    clearTimeout(idle);
    try {
      return await connect().sendRequest<R>(type.method, params);
    } catch (error) {
      throw asKnown(error);
    } finally {
      idle = setTimeout(end, idleMs);
    }
  };
  return {
    models: (folders) => ask(modelsRequest, { folders }),
    dataset: (path) => ask(datasetRequest, { path }),
    preview: (recipe) => ask(previewRequest, recipe),
    validate: (recipe) => ask(validateRequest, recipe),
    doctor: (folders) => ask(doctorRequest, { folders }),
    cache: (request) => ask(cacheRequest, request),
    dispose: end,
  };
}
