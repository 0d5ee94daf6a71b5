import * as vscode from 'vscode';
import { productVersion } from '../../common/version.js';
import { byteSize } from '../amounts.js';
import { errorWords } from '../errorWords.js';
import type { Inspector } from '../services.js';
import { showFailure } from '../showFailure.js';
import { diagnosticsText } from './diagnosticsText.js';

export interface SupportServices {
  readonly inspector: Inspector;
  readonly modelFolders: () => readonly string[];
  readonly log: vscode.LogOutputChannel;
  /** The folder of the extension's logs. */
  readonly logUri: vscode.Uri;
}

/** Commands for the day when something does not work. */
export function registerSupport(services: SupportServices): vscode.Disposable {
  const { log } = services;
  const reported = (run: () => Promise<void>) => () => run().catch((error: unknown) => showFailure(error));
  return vscode.Disposable.from(
    vscode.commands.registerCommand('softprompt.showLog', () => log.show()),
    vscode.commands.registerCommand(
      'softprompt.copyDiagnostics',
      reported(() => copyDiagnostics(services)),
    ),
    vscode.commands.registerCommand(
      'softprompt.clearConvertedModels',
      reported(() => clearModels(services.inspector)),
    ),
  );
}

async function copyDiagnostics({ inspector, modelFolders, logUri }: SupportServices): Promise<void> {
  const doctor = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Asking what works on this machine…') },
    // A doctor that cannot be asked is itself what the report should tell.
    () => inspector.doctor(modelFolders()).catch((error: unknown) => errorWords(error).message),
  );
  const text = diagnosticsText({
    Versions: { softprompt: productVersion, vscode: vscode.version, node: process.versions.node },
    Platform: {
      system: `${process.platform}-${process.arch}`,
      electron: process.versions.electron ?? 'no',
      remote: vscode.env.remoteName ?? 'no',
      language: vscode.env.language,
      trusted: vscode.workspace.isTrusted,
    },
    Doctor: doctor,
    Settings: vscode.workspace.getConfiguration('softprompt'),
    Log: logUri.fsPath,
  });
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Diagnostics copied'), 3000);
}

/** What is cleared is converted again when it is next needed, so nothing is asked twice. */
async function clearModels(inspector: Inspector): Promise<void> {
  const cached = await inspector.cache({ clear: [] });
  const total = cached.reduce((sum, { bytes }) => sum + bytes, 0);
  const chosen = await vscode.window.showQuickPick(
    cached.map(({ name, file, bytes }) => ({ label: name, description: byteSize(bytes), detail: file })),
    {
      canPickMany: true,
      title: vscode.l10n.t('Clear Converted Models'),
      placeHolder:
        cached.length === 0
          ? vscode.l10n.t('No converted models are kept.')
          : vscode.l10n.t('{size} in all; a model is converted again when it is next needed', {
              size: byteSize(total),
            }),
    },
  );
  if (chosen && chosen.length > 0) await inspector.cache({ clear: chosen.map(({ detail }) => detail) });
}
