import type * as vscode from 'vscode';
import type { Inspector } from '../services.js';

/** The inspect process; the code that speaks with it is loaded when it is first asked. */
export function openInspector(
  extensionFolder: string,
  node: () => string,
  log: vscode.LogOutputChannel,
): Inspector & vscode.Disposable {
  let loaded: Promise<Inspector & vscode.Disposable> | undefined;
  const inspect = (): Promise<Inspector> =>
    (loaded ??= import('./inspectProcess.js').then(({ openInspectProcess }) =>
      openInspectProcess(extensionFolder, node, log),
    ));
  return {
    models: async (folders) => (await inspect()).models(folders),
    dataset: async (path) => (await inspect()).dataset(path),
    preview: async (recipe) => (await inspect()).preview(recipe),
    validate: async (recipe) => (await inspect()).validate(recipe),
    doctor: async (folders) => (await inspect()).doctor(folders),
    cache: async (request) => (await inspect()).cache(request),
    dispose: () => void loaded?.then((process) => process.dispose()),
  };
}
