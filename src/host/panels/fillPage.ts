import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { panelHtml } from './panelHtml.js';

/** Gives a webview the page `webview/NAME`, whose element is `softprompt-NAME`, with nothing let in from elsewhere. */
export function fillPage(webview: vscode.Webview, extensionUri: vscode.Uri, name: string, title: string): void {
  const root = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, file)).toString();
  webview.options = { enableScripts: true, localResourceRoots: [root] };
  webview.html = panelHtml({
    language: vscode.env.language,
    title,
    element: `softprompt-${name}`,
    source: webview.cspSource,
    nonce: randomBytes(16).toString('base64'),
    script: uri(`${name}.js`),
    styles: uri(`${name}.css`),
    icons: uri('codicon.css'),
    strings: vscode.l10n.bundle,
  });
}
