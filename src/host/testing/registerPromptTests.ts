import * as vscode from 'vscode';
import { inTrust } from '../inTrust.js';
import { recipeEnding } from '../recipeEnding.js';
import { attempt } from '../problem.js';
import type { EvaluatedFiles } from './addTest.js';
import type { TestServices } from './runTests.js';
import type { TestExplorer } from './testExplorer.js';

const recipes = `**/*${recipeEnding}`;
/** Hidden folders of ours and of others hold copies. */
const elsewhere = '**/{node_modules,.softprompt,.git}/**';

export interface PromptTestServices extends TestServices {
  readonly evaluations: () => Promise<EvaluatedFiles>;
}

/** Prompt tests in the Test Explorer, which is loaded with the workspace's first recipe; and the command that adds one to a recipe. */
export function registerPromptTests(services: PromptTestServices): vscode.Disposable {
  let explorer: Promise<TestExplorer> | undefined;
  const update = async (uri: vscode.Uri): Promise<void> => {
    if (!vscode.workspace.isTrusted || /[\\/](node_modules|\.softprompt|\.git)[\\/]/.test(uri.fsPath)) return;
    explorer ??= import('./testExplorer.js').then(({ openTestExplorer }) => openTestExplorer(services, find));
    await (await explorer).update(uri);
  };
  const find = async (): Promise<void> => {
    if (!vscode.workspace.isTrusted) return;
    for (const uri of await vscode.workspace.findFiles(recipes, elsewhere)) await update(uri);
  };
  const watcher = vscode.workspace.createFileSystemWatcher(recipes);
  void find();
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(update),
    watcher.onDidChange(update),
    watcher.onDidDelete(update),
    vscode.workspace.onDidGrantWorkspaceTrust(find),
    vscode.commands.registerCommand('softprompt.addTest', (uri?: vscode.Uri) =>
      attempt(() =>
        inTrust(async () => (await import('./addTest.js')).addTest(uri, await services.evaluations(), services.stores)),
      ),
    ),
    { dispose: () => void explorer?.then((open) => open.dispose()) },
  );
}
