import type { MessageConnection } from 'vscode-jsonrpc/node';

export function serveTrials(connection: MessageConnection): void {
  void connection;
}
