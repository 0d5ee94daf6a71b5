import type { MessageConnection } from 'vscode-jsonrpc/node';

export function serveEvaluations(connection: MessageConnection): void {
  void connection;
}
