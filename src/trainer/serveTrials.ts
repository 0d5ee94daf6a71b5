import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { ModelCache } from '../evaluation/modelCache.js';

export function serveTrials(connection: MessageConnection, models: ModelCache): void {
  void connection;
  void models;
}
