/** The page of a panel: our own script, styles and font, and nothing else. */
export interface PanelPage {
  readonly language: string;
  readonly title: string;
  /** The element that the page is. */
  readonly element: string;
  /** The webview's own source, for the policy. */
  readonly source: string;
  readonly nonce: string;
  readonly script: string;
  readonly styles: string;
  readonly icons: string;
  /** The strings of the current language; none for English. */
  readonly strings: Readonly<Record<string, unknown>> | undefined;
}

export function panelHtml({
  language,
  title,
  element,
  source,
  nonce,
  script,
  styles,
  icons,
  strings,
}: PanelPage): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source}; font-src ${source}`;
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escaped(title)}</title>
    <link rel="stylesheet" href="${escaped(icons)}" id="vscode-codicon-stylesheet">
    <link rel="stylesheet" href="${escaped(styles)}">
    <script type="application/json" id="strings">${JSON.stringify(strings ?? {}).replaceAll('<', '\\u003c')}</script>
    <script type="module" nonce="${escaped(nonce)}" src="${escaped(script)}"></script>
  </head>
  <body>
    <${element}></${element}>
  </body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
