import { createConnection } from 'node:net';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import {
  attachRequest,
  changedNotification,
  continueRequest,
  pauseRequest,
  stopRequest,
} from '../../protocol/runMessages.js';
import { readRunProcess } from '../../store/runProcess.js';

/** A window's line to a run's process; while it is open, the run counts as watched. */
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
  connection.onNotification(changedNotification, onChange);
  connection.onClose(onClose);
  // A process that is killed resets the connection; that it closes says all.
  connection.onError(() => undefined);
  connection.listen();
  const attached = await attach(connection, target.token);
  if (!attached) return undefined;
  return {
    pause: async () => void (await connection.sendRequest(pauseRequest)),
    continue: async () => void (await connection.sendRequest(continueRequest)),
    stop: async () => void (await connection.sendRequest(stopRequest)),
    dispose: () => {
      connection.dispose();
      socket.destroy();
    },
  };
}

async function attach(connection: MessageConnection, token: string): Promise<boolean> {
  try {
    await connection.sendRequest(attachRequest, { token });
    return true;
  } catch {
    connection.dispose();
    return false;
  }
}
