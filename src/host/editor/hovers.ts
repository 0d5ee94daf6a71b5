import { basename } from 'node:path';
import * as vscode from 'vscode';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { dataSelector } from './dataDocuments.js';
import type { Evaluations } from './evaluations.js';
import { hoverText } from './hoverText.js';

/** On a judged row: every label's probability, and what stands against the prediction. */
export function registerRowHovers(evaluations: Evaluations): vscode.Disposable {
  return vscode.languages.registerHoverProvider(dataSelector, {
    provideHover: async (document, position) => {
      const evaluation = evaluations.of(document.uri);
      const [mark] = evaluation?.marks.inLines(position.line, position.line) ?? [];
      if (!evaluation || !mark) return undefined;
      try {
        const { rows } = await evaluations.rows(evaluation.id, { kind: 'all' }, mark.row, 1);
        const [row] = rows;
        if (row?.row !== mark.row || row.pending) return undefined;
        const members = evaluation.judge.prompts.map((folder) => basename(folder));
        const text = new vscode.MarkdownString(hoverText(row, members), true);
        text.isTrusted = { enabledCommands: ['softprompt.showResults', 'softprompt.nextWrongRow'] };
        text.appendMarkdown(`\n\n${links(document.uri)}`);
        return new vscode.Hover(text, document.lineAt(mark.first).range.union(document.lineAt(mark.last).range));
      } catch (error) {
        // The evaluation may have ended meanwhile, which its lens says.
        if (error instanceof SoftpromptError) return undefined;
        throw error;
      }
    },
  });
}

function links(uri: vscode.Uri): string {
  const link = (words: string, command: string): string =>
    `[${words}](command:${command}?${encodeURIComponent(JSON.stringify([uri]))})`;
  return [
    link(vscode.l10n.t('$(table) Show in results'), 'softprompt.showResults'),
    link(vscode.l10n.t('$(arrow-down) Next wrong row'), 'softprompt.nextWrongRow'),
  ].join(' · ');
}
