import * as vscode from 'vscode';
import type { Card, Entry } from './entry.js';

/** What a row of a tree shows, put into the editor's terms. `id` keeps it selected and open over a refresh. */
export function treeItem(
  id: string,
  entry: Entry,
  options: { readonly icon?: vscode.ThemeIcon; readonly state?: vscode.TreeItemCollapsibleState } = {},
): vscode.TreeItem {
  const item = new vscode.TreeItem(entry.label, options.state ?? vscode.TreeItemCollapsibleState.None);
  item.id = id;
  item.description = entry.description;
  item.tooltip = hover(entry.card);
  item.contextValue = entry.contextValue;
  item.accessibilityInformation = { label: entry.spoken };
  if (options.icon) item.iconPath = options.icon;
  return item;
}

export const warningIcon = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));

export function hover(...cards: readonly Card[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  cards.forEach((card, i) => {
    if (i > 0) text.appendMarkdown('\n\n---\n\n');
    appendCard(text, card);
  });
  return text;
}

function appendCard(text: vscode.MarkdownString, { title, sentences = [], facts }: Card): void {
  const bold = (words: string): void => {
    text.appendMarkdown('**').appendText(words).appendMarkdown('**');
  };
  bold(title);
  for (const sentence of sentences) text.appendMarkdown('\n\n').appendText(sentence);
  facts.forEach(([name, value], i) => {
    text.appendMarkdown(i === 0 ? '\n\n' : '  \n');
    bold(name);
    text.appendMarkdown(' ').appendText(value);
  });
}
