import { createConnection } from 'node:net';
import { basename } from 'node:path';
import { createMessageConnection, type RequestType0 } from 'vscode-jsonrpc/node';
import { SoftpromptError } from '../../errors/softpromptError.js';
import {
  attachRequest,
  changedNotification,
  continueRequest,
  pauseRequest,
  stopRequest,
} from '../../protocol/runMessages.js';
import { readRunProcess } from '../../store/runProcess.js';

/** A window's line to a run's process; while it is open, the run counts as watched. What it asks throws `run.notReachable`. */
export interface RunConnection {
  pause(): Promise<void>;
  continue(): Promise<void>;
  /** Ends after the step under way and keeps the best so far. */
  stop(): Promise<void>;
  dispose(): void;
}

/** Undefined where nobody answers. `onChange`: something was added to the run's folder; `onClose`: the process is gone, or going. */
export async function connectToRun(
  folder: string,
  { onChange, onClose }: { onChange(): void; onClose(): void },
): Promise<RunConnection | undefined> {
  const target = await readRunProcess(folder);
  if (!target) return undefined;
  const socket = createConnection(target.socket);
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  if (!connected) return undefined;
  const connection = createMessageConnection(socket, socket);
  const dispose = (): void => {
    connection.dispose();
    socket.destroy();
  };
  connection.onNotification(changedNotification, onChange);
  connection.onClose(() => {
    // What was asked and not answered rejects only when the connection is disposed.
    dispose();
    onClose();
  });
  // A process that is killed resets the connection; that it closes says all.
  connection.onError(() => undefined);
  connection.listen();
  try {
    await connection.sendRequest(attachRequest, { token: target.token });
  } catch {
    dispose();
    return undefined;
  }
  const ask = async (request: RequestType0<null, void>): Promise<void> => {
    try {
      await connection.sendRequest(request);
    } catch (error) {
      throw new SoftpromptError('run.notReachable', { run: basename(folder) }, { cause: error });
    }
  };
  return {
    pause: () => ask(pauseRequest),
    continue: () => ask(continueRequest),
    stop: () => ask(stopRequest),
    dispose,
  };
}
