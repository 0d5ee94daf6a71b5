import * as vscode from 'vscode';
import { inTrust } from '../inTrust.js';
import type { TrainServices } from './draft.js';

/** Train Prompt, and the sample in one click. What they need is loaded when they are first used. */
export function registerTrainPrompt(services: TrainServices): vscode.Disposable {
  const load = () => import('./trainPrompt.js');
  return vscode.Disposable.from(
    vscode.commands.registerCommand('softprompt.trainPrompt', (file?: unknown) =>
      inTrust(async () => (await load()).trainPrompt(file instanceof vscode.Uri ? file.fsPath : undefined, services)),
    ),
    vscode.commands.registerCommand('softprompt.trySample', () =>
      inTrust(async () => (await load()).trySample(services)),
    ),
  );
}
