import type * as vscode from 'vscode';
import type { RequestType } from 'vscode-jsonrpc/node';
import { SoftpromptError } from '../../errors/softpromptError.js';
import {
  cacheRequest,
  datasetRequest,
  doctorRequest,
  modelsRequest,
  previewRequest,
  validateRequest,
} from '../../protocol/inspectMessages.js';
import type { Inspector } from '../services.js';
import { startAnswering, type AnsweringProcess } from './answeringProcess.js';

/** After this long without a question the process ends; the next question starts another. */
const idleMs = 5 * 60_000;

/** The inspect process, started when it is first asked, and again after it ended. What was asked of one that died rejects with the reason. */
export function openInspectProcess(
  extensionFolder: string,
  node: () => string,
  log: Pick<vscode.LogOutputChannel, 'warn'>,
): Inspector & vscode.Disposable {
  let live: AnsweringProcess | undefined;
  let waiting = 0;
  let idle: NodeJS.Timeout | undefined;

  const connect = (): AnsweringProcess => {
    if (live) return live;
    const started = startAnswering(
      ['inspect'],
      { extensionFolder, log, node: node() },
      ({ reason }) => new SoftpromptError('run.inspectorEnded', { reason }),
    );
    live = started;
    started.connection.listen();
    started.gone.catch(() => {
      if (live === started) live = undefined;
    });
    return started;
  };
  const end = (): void => {
    clearTimeout(idle);
    live?.kill();
    live = undefined;
  };
  const ask = async <P, R>(type: RequestType<P, R, void>, params: P): Promise<R> => {
    clearTimeout(idle);
    waiting++;
    try {
      return await connect().ask(type, params);
    } finally {
      if (--waiting === 0) idle = setTimeout(end, idleMs);
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
