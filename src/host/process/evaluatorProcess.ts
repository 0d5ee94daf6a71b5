import type * as vscode from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { Evaluator } from '../services.js';
import { startAnswering, type AnsweringProcess } from './answeringProcess.js';

export interface EvaluatorSettings {
  readonly extensionFolder: string;
  node(): string;
  /** After how long without a question it frees its models; 0: never. */
  idleMinutes(): number;
  readonly log: Pick<vscode.LogOutputChannel, 'warn'>;
  /** Hears of a process that ended by itself. */
  readonly ended: Pick<vscode.EventEmitter<SoftpromptError>, 'event' | 'fire' | 'dispose'>;
}

type Handlers = Map<string, Set<(params: never) => void>>;

/** The evaluation process, started when it is first asked, and again after it ended. What was asked of one that died rejects with the reason. */
export function openEvaluatorProcess(settings: EvaluatorSettings): Evaluator & vscode.Disposable {
  const { extensionFolder, log, ended } = settings;
  const handlers: Handlers = new Map();
  let live: AnsweringProcess | undefined;
  let isDisposed = false;

  const connect = (): AnsweringProcess => {
    if (live) return live;
    const process = { extensionFolder, log, node: settings.node() };
    const started = startAnswering(
      ['evaluate', String(settings.idleMinutes())],
      process,
      ({ reason, starved }) => new SoftpromptError(starved ? 'run.evaluatorMemory' : 'run.evaluatorEnded', { reason }),
    );
    live = started;
    for (const method of handlers.keys()) listen(started.connection, method, handlers);
    started.connection.listen();
    started.gone.catch((reason: SoftpromptError) => {
      if (live === started) live = undefined;
      if (!isDisposed) ended.fire(reason);
    });
    return started;
  };

  return {
    request: async (type, params, token) => connect().ask(type, params, token),
    notify: (type, params) => void live?.connection.sendNotification(type, params as never).catch(() => undefined),
    onNotification: ({ method }, handler) => {
      const known = handlers.get(method) ?? new Set();
      if (!handlers.has(method)) {
        handlers.set(method, known);
        if (live) listen(live.connection, method, handlers);
      }
      known.add(handler as (params: never) => void);
      return { dispose: () => known.delete(handler as (params: never) => void) };
    },
    onDidEnd: ended.event,
    dispose: () => {
      isDisposed = true;
      live?.kill();
      ended.dispose();
    },
  };
}

function listen(connection: MessageConnection, method: string, handlers: Handlers): void {
  connection.onNotification(method, (params) => handlers.get(method)?.forEach((handle) => handle(params as never)));
}
