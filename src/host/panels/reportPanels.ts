import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { productVersion } from '../../common/version.js';
import type { Report } from '../../reports/content.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { attempt, offer } from '../problem.js';
import type { Stores } from '../services.js';
import { pickReported } from './pickRuns.js';

const viewType = 'softprompt.report';

interface Shown {
  /** The folders of runs, sweeps and transfers. */
  readonly runs: readonly string[];
  /** Absent until it was read. */
  readonly report?: Report;
}

export interface ReportDependencies {
  readonly stores: Stores;
  readonly extensionUri: vscode.Uri;
}

/** Reports of runs, a panel each; a reload brings them back. What reads and draws them is loaded with the first. */
export function registerReports({ stores, extensionUri }: ReportDependencies): vscode.Disposable {
  const panels = new Map<vscode.WebviewPanel, Shown>();

  const fill = async (panel: vscode.WebviewPanel, runs: readonly string[]): Promise<void> => {
    const [{ readReport, folderSubject }, { reportPage }] = await Promise.all([
      import('../../reports/readReport.js'),
      import('../../reports/page.js'),
    ]);
    const report = await readReport(runs.map(folderSubject), { version: productVersion });
    // It may have been closed meanwhile.
    if (!panels.has(panel)) return;
    panels.set(panel, { runs, report });
    const nonce = randomBytes(16).toString('base64');
    panel.webview.html = reportPage(report, {
      policy: `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`,
      nonce,
      script: `acquireVsCodeApi().setState(${JSON.stringify({ runs }).replaceAll('<', '\\u003c')})`,
    });
  };
  const adopt = (panel: vscode.WebviewPanel, runs: readonly string[]): Promise<void> => {
    panel.webview.options = { enableScripts: true, localResourceRoots: [] };
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'media', 'icons', `run-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panels.set(panel, { runs });
    panel.onDidDispose(() => panels.delete(panel));
    return fill(panel, runs);
  };

  /** A report that is open is made anew: what it told may have gone on. */
  const show = async (runs: readonly string[]): Promise<void> => {
    const isOpen = [...panels].find(([, shown]) => shown.runs.join('\n') === runs.join('\n'))?.[0];
    isOpen?.reveal();
    if (isOpen) return fill(isOpen, runs);
    const title = vscode.l10n.t('Report');
    await adopt(vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active), runs);
  };
  /** A run's menu passes its row; else the person is asked. */
  const showAsked = async (argument: unknown): Promise<void> => {
    const runs = isRow(argument) ? [argument.listed.folder] : await pickReported(stores);
    if (runs !== undefined && runs.length > 0) await attempt(() => show(runs));
  };

  const save = async (): Promise<void> => {
    const report = [...panels].find(([panel]) => panel.active)?.[1].report;
    if (!report) return;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Save Report as HTML'),
      filters: { HTML: ['html'] },
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder, 'softprompt-report.html') }),
    });
    if (!target) return;
    const { reportPage } = await import('../../reports/page.js');
    await writeFileAtomic(target.fsPath, reportPage(report));
    const path = vscode.workspace.asRelativePath(target);
    offer(vscode.l10n.t('Saved the report as {path}.', { path }), vscode.l10n.t('Open'), () =>
      vscode.env.openExternal(target),
    );
  };

  const restore = async (panel: vscode.WebviewPanel, state: unknown): Promise<void> => {
    const runs = (state as { readonly runs?: unknown } | null | undefined)?.runs;
    const known = Array.isArray(runs) ? runs.filter((run) => typeof run === 'string') : [];
    if (known.length === 0 || !vscode.workspace.isTrusted) return panel.dispose();
    await adopt(panel, known);
  };

  return vscode.Disposable.from(
    vscode.commands.registerCommand('softprompt.showReport', showAsked),
    vscode.commands.registerCommand('softprompt.saveReport', () => attempt(save)),
    vscode.window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel: restore }),
    { dispose: () => [...panels.keys()].forEach((panel) => panel.dispose()) },
  );
}

function isRow(argument: unknown): argument is { readonly listed: { readonly folder: string } } {
  return typeof argument === 'object' && argument !== null && 'listed' in argument;
}
