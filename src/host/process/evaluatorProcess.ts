import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { Evaluator } from '../services.js';
import { asKnown } from './asKnown.js';
import { programEnvironment } from './nodeProgram.js';

/** The evaluation process, started when it is first asked, and again after it ended. */
export function openEvaluatorProcess(
  extensionFolder: string,
  node: () => string,
  log: vscode.LogOutputChannel,
): Evaluator & vscode.Disposable {
  const ended = new vscode.EventEmitter<SoftpromptError>();
  const listeners = new Map<string, Set<(params: never) => void>>();
  let live: { readonly connection: MessageConnection; end(): void } | undefined;

  const connect = (): MessageConnection => {
    if (live) return live.connection;
    const child = spawn(node(), [join(extensionFolder, 'dist', 'trainer.mjs'), 'evaluate'], {
      windowsHide: true,
      env: programEnvironment(),
    });
    let lastWords = '';
    child.stderr.on('data', (text) => {
      lastWords = String(text).trim() || lastWords;
      log.warn(`evaluate: ${String(text).trim()}`);
    });
    child.stdin.on('error', (error) => log.warn(error.message));
    const connection = createMessageConnection(child.stdout, child.stdin);
    let isWanted = true;
    const end = (reason: string): void => {
      if (!isWanted) return;
      isWanted = false;
      live = undefined;
      connection.dispose();
      ended.fire(new SoftpromptError('run.evaluatorEnded', { reason }));
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ?? (lastWords || `exit code ${code}`)));
    connection.onError(([error]) => log.warn(error.message));
    for (const [method, handlers] of listeners)
      connection.onNotification(method, (params) => handlers.forEach((handle) => handle(params as never)));
    connection.listen();
    live = {
      connection,
      end: () => {
        isWanted = false;
        connection.dispose();
        child.kill();
      },
    };
    return connection;
  };

  return {
    request: async (type, params, token) => {
      try {
        return await connect().sendRequest(type, params as never, token);
      } catch (error) {
        throw asKnown(error);
      }
    },
    notify: (type, params) => void live?.connection.sendNotification(type, params as never).catch(() => undefined),
    onNotification: ({ method }, handler) => {
      const handlers = listeners.get(method) ?? new Set();
      if (!listeners.has(method)) {
        listeners.set(method, handlers);
        live?.connection.onNotification(method, (params) => handlers.forEach((handle) => handle(params as never)));
      }
      handlers.add(handler as (params: never) => void);
      return new vscode.Disposable(() => handlers.delete(handler as (params: never) => void));
    },
    onDidEnd: ended.event,
    dispose: () => {
      live?.end();
      live = undefined;
      ended.dispose();
    },
  };
}
