import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { createMessageConnection, ErrorCodes, ResponseError, type MessageConnection } from 'vscode-jsonrpc/node';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { countOomKills } from '../../store/runProcess.js';
import type { Evaluator } from '../services.js';
import { asKnown } from './asKnown.js';
import { programEnvironment } from './nodeProgram.js';

export interface EvaluatorSettings {
  readonly extensionFolder: string;
  node(): string;
  /** After how long without a question it frees its models; 0: never. */
  idleMinutes(): number;
  readonly log: Pick<vscode.LogOutputChannel, 'warn'>;
  /** Hears of a process that ended by itself. */
  readonly ended: Pick<vscode.EventEmitter<SoftpromptError>, 'event' | 'fire' | 'dispose'>;
}

/** A process that lives, or is about to be found dead. */
interface LiveProcess {
  readonly connection: MessageConnection;
  /** Rejects when it is gone. */
  readonly gone: Promise<never>;
  kill(): void;
}

type Handlers = Map<string, Set<(params: never) => void>>;

/** The evaluation process, started when it is first asked, and again after it ended. What was asked of one that died rejects with the reason. */
export function openEvaluatorProcess(settings: EvaluatorSettings): Evaluator & vscode.Disposable {
  const handlers: Handlers = new Map();
  let live: LiveProcess | undefined;
  let isDisposed = false;

  const connect = (): LiveProcess => {
    if (live) return live;
    const started = startProcess(settings);
    live = started;
    for (const method of handlers.keys()) listen(started.connection, method, handlers);
    started.connection.listen();
    started.gone.catch((reason: SoftpromptError) => {
      if (live === started) live = undefined;
      started.connection.dispose();
      if (!isDisposed) settings.ended.fire(reason);
    });
    return started;
  };

  return {
    request: async (type, params, token) => {
      const { connection, gone, kill } = connect();
      try {
        return await Promise.race([connection.sendRequest(type, params as never, token), gone]);
      } catch (error) {
        const isAnswer = error instanceof ResponseError && error.code !== ErrorCodes.MessageWriteError;
        if (isAnswer || error instanceof SoftpromptError) throw asKnown(error);
        // Who cannot be written to is of no more use; its end says why.
        kill();
        return await gone;
      }
    },
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
    onDidEnd: settings.ended.event,
    dispose: () => {
      isDisposed = true;
      live?.kill();
      settings.ended.dispose();
    },
  };
}

function listen(connection: MessageConnection, method: string, handlers: Handlers): void {
  connection.onNotification(method, (params) => handlers.get(method)?.forEach((handle) => handle(params as never)));
}

function startProcess({ extensionFolder, node, idleMinutes, log }: EvaluatorSettings): LiveProcess {
  const program = join(extensionFolder, 'dist', 'trainer.mjs');
  const child = spawn(node(), [program, 'evaluate', String(idleMinutes())], {
    windowsHide: true,
    env: programEnvironment(),
  });
  const oomKillsBefore = countOomKills();
  let lastWords = '';
  child.stderr.on('data', (text) => {
    lastWords = `${lastWords}${String(text)}`.slice(-4000);
    log.warn(`evaluate: ${String(text).trim()}`);
  });
  child.stdin.on('error', (error) => log.warn(error.message));
  const connection = createMessageConnection(child.stdout, child.stdin);
  connection.onError(([error]) => log.warn(error.message));
  const gone = new Promise<never>((_resolve, reject) => {
    child.once('error', ({ message }) => reject(new SoftpromptError('run.evaluatorEnded', { reason: message })));
    // Not `exit`: its last words may still be on their way then.
    child.once('close', (code, signal) => {
      void causeOfDeath(lastWords, code, signal, oomKillsBefore).then(reject);
    });
  });
  return { connection, gone, kill: () => void child.kill() };
}

async function causeOfDeath(
  lastWords: string,
  code: number | null,
  signal: NodeJS.Signals | null,
  oomKillsBefore: Promise<number | undefined>,
): Promise<SoftpromptError> {
  const [before, now] = [await oomKillsBefore, await countOomKills()];
  const starved = signal === 'SIGKILL' && before !== undefined && now !== undefined && now > before;
  const reason =
    signal ??
    lastWords
      .split('\n')
      .find((line) => /error/i.test(line))
      ?.trim() ??
    `exit code ${code}`;
  if (starved || /bad_alloc|heap out of memory|Failed to allocate memory/.test(lastWords))
    return new SoftpromptError('run.evaluatorMemory', { reason });
  return new SoftpromptError('run.evaluatorEnded', { reason });
}
