import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Stores } from '../services.js';
import type { Evaluations } from './evaluations.js';
import type { FileEvaluation } from './fileEvaluation.js';
import { progressText, sharesCores } from './lensTexts.js';
import { trainingNames } from './trainingNames.js';

/** What takes longer than this can be cancelled in a notification. */
const longMs = 8000;

/** Says in the status bar that an evaluation is under way, for as long as it is. */
export function showProgress(evaluations: Evaluations, stores: Stores, { id, file, name }: FileEvaluation): void {
  const now = (): FileEvaluation | undefined => evaluations.all.find((one) => one.id === id);
  const isUnderWay = (): boolean => now()?.state === 'running' || now()?.state === 'starting';
  const words = (): string => {
    const evaluation = now();
    const training = trainingNames(stores);
    const progress = evaluation?.state === 'running' ? progressText(evaluation) : vscode.l10n.t('starting');
    return training.length === 0 ? progress : `${progress} · ${sharesCores(training)}`;
  };
  const title = vscode.l10n.t('Evaluating {file} with {name}', { file: basename(file), name });
  const follow = (told: (message: string, percent: number) => void): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        const { done = 0, total = 0 } = now() ?? {};
        told(words(), total === 0 ? 0 : (100 * done) / total);
        if (isUnderWay()) return;
        following.dispose();
        resolve();
      };
      const following = evaluations.onDidChange((changed) => {
        if (changed.id === id || !now()) look();
      });
      look();
    });

  void vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, (progress) =>
    follow((message) => progress.report({ message })),
  );
  const later = setTimeout(() => {
    if (!isUnderWay()) return;
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, token) => {
        let shown = 0;
        const cancelling = token.onCancellationRequested(() => evaluations.stop(id));
        await follow((message, percent) => {
          progress.report({ message, increment: percent - shown });
          shown = percent;
        });
        cancelling.dispose();
      },
    );
  }, longMs);
  void follow(() => undefined).then(() => clearTimeout(later));
}
