import type { MessageConnection } from 'vscode-jsonrpc/node';

export function serveInterpretations(connection: MessageConnection): void {
  void connection;
}
