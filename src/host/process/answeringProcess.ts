import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  type MessageConnection,
  type RequestType,
} from 'vscode-jsonrpc/node';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { countOomKills } from '../../store/runProcess.js';
import { asKnown } from './asKnown.js';
import { programEnvironment } from './nodeProgram.js';

/** A process of the trainer's that answers over its standard streams: it lives, or is about to be found dead. */
export interface AnsweringProcess {
  /** Of the process; it listens once what hears its notifications is in place. */
  readonly connection: MessageConnection;
  /** Throws what failed there as the error that it was, and for a process that dies, why. */
  ask<P, R>(type: RequestType<P, R, void>, params: P, token?: vscode.CancellationToken): Promise<R>;
  /** Rejects when it is gone. */
  readonly gone: Promise<never>;
  kill(): void;
}

export interface Death {
  readonly reason: string;
  /** There was too little memory for it. */
  readonly starved: boolean;
}

/** Starts `trainer.mjs ARGS`. */
export function startAnswering(
  args: readonly [name: string, ...more: string[]],
  { extensionFolder, node, log }: { extensionFolder: string; node: string; log: Pick<vscode.LogOutputChannel, 'warn'> },
  asError: (death: Death) => SoftpromptError,
): AnsweringProcess {
  const child = spawn(node, [join(extensionFolder, 'dist', 'trainer.mjs'), ...args], {
    windowsHide: true,
    env: programEnvironment(),
  });
  const oomKillsBefore = countOomKills();
  let lastWords = '';
  child.stderr.on('data', (text) => {
    lastWords = `${lastWords}${String(text)}`.slice(-4000);
    log.warn(`${args[0]}: ${String(text).trim()}`);
  });
  child.stdin.on('error', (error) => log.warn(error.message));
  const connection = createMessageConnection(child.stdout, child.stdin);
  connection.onError(([error]) => log.warn(error.message));
  const gone = new Promise<never>((_resolve, reject) => {
    child.once('error', ({ message }) => reject(asError({ reason: message, starved: false })));
    // Not `exit`: its last words may still be on their way then.
    child.once('close', (code, signal) => {
      void causeOfDeath(lastWords, code, signal, oomKillsBefore).then((death) => reject(asError(death)));
    });
  });
  gone.catch(() => connection.dispose());
  const kill = (): void => void child.kill();
  return {
    connection,
    ask: async (type, params, token) => {
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
    gone,
    kill,
  };
}

async function causeOfDeath(
  lastWords: string,
  code: number | null,
  signal: NodeJS.Signals | null,
  oomKillsBefore: Promise<number | undefined>,
): Promise<Death> {
  const [before, now] = [await oomKillsBefore, await countOomKills()];
  const killed = signal === 'SIGKILL' && before !== undefined && now !== undefined && now > before;
  const reason =
    signal ??
    lastWords
      .split('\n')
      .find((line) => /error/i.test(line))
      ?.trim() ??
    `exit code ${code}`;
  return { reason, starved: killed || /bad_alloc|heap out of memory|Failed to allocate memory/.test(lastWords) };
}
