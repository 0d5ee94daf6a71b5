import type { ChartColour } from './line.js';

/** The theme's colours and font for canvases, which know no CSS variables. */
const cache = new Map<string, string>();

export function themeColour(name: ChartColour | 'text' | 'grid' | 'background'): string {
  const foreground = themeValue('--vscode-foreground');
  switch (name) {
    case 'grid':
      return `color-mix(in srgb, ${foreground} 15%, transparent)`;
    case 'text':
      return themeValue('--vscode-descriptionForeground') || foreground;
    case 'background':
      return themeValue('--vscode-editor-background');
    default:
      return themeValue(`--vscode-charts-${name}`) || foreground;
  }
}

export function themeFont(): string {
  return `11px ${themeValue('--vscode-font-family') || 'sans-serif'}`;
}

function themeValue(variable: string): string {
  let value = cache.get(variable);
  if (value === undefined) {
    value = getComputedStyle(document.body).getPropertyValue(variable).trim();
    cache.set(variable, value);
  }
  return value;
}

/** The editor changes the body's class and the variables on the root when its theme changes. Gives back how to stop. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(() => {
    cache.clear();
    changed();
  });
  observer.observe(document.body, { attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributeFilter: ['style'] });
  return () => observer.disconnect();
}
