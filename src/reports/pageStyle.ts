/** Colours by the reader's scheme; in the editor, which names its theme on the body, by the theme. */
const colours = `
body {
  --page: #ffffff; --text: #1f2328; --quiet: #59636e; --rule: #d1d9e0; --tint: #f6f8fa;
  --first: #0969da; --second: #8250df; --third: #1a7f37; --fourth: #cf222e; --fifth: #bc4c00; --level: #9a6700; --error: #cf222e; --warning: #9a6700; --info: #0969da;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  body {
    --page: #0d1117; --text: #e6edf3; --quiet: #9198a1; --rule: #3d444d; --tint: #161b22;
    --first: #4493f8; --second: #ab7df8; --third: #3fb950; --fourth: #f85149; --fifth: #f0883e; --level: #d29922; --error: #f85149; --warning: #d29922; --info: #4493f8;
  }
}
body[class*='vscode'] {
  --page: var(--vscode-editor-background); --text: var(--vscode-foreground); --quiet: var(--vscode-descriptionForeground);
  --rule: var(--vscode-widget-border, var(--vscode-contrastBorder, var(--vscode-descriptionForeground)));
  --tint: var(--vscode-textBlockQuote-background); --first: var(--vscode-charts-blue); --second: var(--vscode-charts-purple);
  --third: var(--vscode-charts-green); --fourth: var(--vscode-charts-red); --fifth: var(--vscode-foreground);
  --level: var(--vscode-charts-yellow); --error: var(--vscode-editorError-foreground);
  --warning: var(--vscode-editorWarning-foreground); --info: var(--vscode-textLink-foreground);
  color-scheme: light;
}
body:is(.vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light)) { color-scheme: dark; }
@media print {
  body {
    --page: #ffffff; --text: #000000; --quiet: #444444; --rule: #bbbbbb; --tint: #ffffff;
    --first: #0550ae; --second: #6639ba; --third: #116329; --fourth: #a40e26; --fifth: #953800; --level: #7d4e00; --error: #a40e26; --warning: #7d4e00; --info: #0550ae;
    color-scheme: light;
  }
}
`;

const layout = `
body {
  margin: 0; padding: 24px 20px 48px; background: var(--page); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
}
body[class*='vscode'] { font: var(--vscode-font-size) / 1.45 var(--vscode-font-family); }
main { max-width: 1180px; margin: 0 auto; }
h1, h2, h3, p, figure, pre, ul, dl, dd { margin: 0; }
h1 { font-size: 1.9em; line-height: 1.25; }
h2 { margin: 28px 0 8px; font-size: 1.4em; line-height: 1.3; }
h3 { margin: 22px 0 6px; font-size: 1.1em; }
a { color: var(--info); }
:focus-visible { outline: 2px solid var(--info); outline-offset: 2px; }
.facts { color: var(--quiet); overflow-wrap: anywhere; }
.below { display: block; font-size: 0.9em; }
.run { border-top: 1px solid var(--rule); margin-top: 32px; }
.banner { margin-top: 12px; padding: 8px 12px; border-left: 3px solid var(--info); background: var(--tint); overflow-wrap: anywhere; }
.banner.warning { border-left-color: var(--warning); }
.banner.error { border-left-color: var(--error); }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.95em; }
th, td { padding: 5px 18px 5px 0; border-bottom: 1px solid var(--rule); font-weight: normal; text-align: left; vertical-align: top; }
thead th { color: var(--quiet); vertical-align: bottom; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
code, pre {
  padding: 0; background: none; color: var(--text); font-size: 0.92em;
  font-family: var(--vscode-editor-font-family, ui-monospace, 'SF Mono', Menlo, Consolas, monospace); white-space: pre-wrap; overflow-wrap: anywhere;
}
tbody th { min-width: 9ch; }
th .facts, td .facts { overflow-wrap: normal; }
th .below { white-space: nowrap; }
td code { padding: 0 3px; border-radius: 3px; background: var(--tint); }
pre { padding: 10px 14px; border: 1px solid var(--rule); border-radius: 4px; background: var(--tint); }
dl { display: grid; grid-template-columns: fit-content(40%) minmax(0, 1fr); gap: 3px 20px; overflow-wrap: anywhere; }
dt { color: var(--quiet); }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 20px; }
figure { max-width: 600px; margin-top: 10px; }
figcaption { font-weight: 600; }
figure > svg { display: block; width: 100%; height: auto; }
figure text { fill: var(--quiet); font-size: 12px; font-variant-numeric: tabular-nums; }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.grid { stroke: var(--rule); stroke-width: 0.6; }
.band { opacity: 0.16; }
.band.first { fill: var(--first); }
.band.second { fill: var(--second); }
.band.third { fill: var(--third); }
.band.fourth { fill: var(--fourth); }
.band.fifth { fill: var(--fifth); }
.axis { text-align: center; font-size: 0.92em; }
.line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.line.faint { stroke: var(--first); stroke-width: 1; opacity: 0.5; }
.line.first { stroke: var(--first); }
.line.second { stroke: var(--second); stroke-dasharray: 7 4; }
.line.third { stroke: var(--third); stroke-dasharray: 2 2; }
.line.fourth { stroke: var(--fourth); stroke-dasharray: 10 3 2 3; }
.line.fifth { stroke: var(--fifth); stroke-dasharray: 4 4; }
.line.level { stroke: var(--level); stroke-dasharray: 2 3; }
circle.first { fill: var(--first); }
circle.second { fill: var(--second); }
circle.third { fill: var(--third); }
circle.fourth { fill: var(--fourth); }
circle.fifth { fill: var(--fifth); }
.track { fill: var(--tint); }
.bar { fill: var(--first); }
.point { fill: var(--page); stroke: var(--text); }
figure text.value { fill: var(--text); }
.legend { display: flex; flex-wrap: wrap; gap: 0 16px; padding: 0 0 0 10px; list-style: none; font-size: 0.92em; }
.swatch { width: 24px; height: 8px; margin-right: 4px; }
summary { padding-left: 10px; color: var(--info); font-size: 0.92em; cursor: pointer; }
details .scroll { max-height: 320px; overflow: auto; }
@media print {
  body { padding: 0; font-size: 9.5pt; }
  .run { break-before: page; border: 0; margin: 0; }
  figure, tr, .banner { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  th, td { padding-right: 10px; }
  th .below { white-space: normal; }
  .charts { grid-template-columns: 1fr 1fr; }
  details:not([open]) { display: none; }
  a { color: inherit; text-decoration: none; }
}
`;

export const pageStyle = colours + layout;
