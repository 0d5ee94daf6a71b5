import * as l10n from '@vscode/l10n';

/** Errors about evaluations and what is kept of them. */
export const evaluationErrors = {
  'run.evaluatorMemory': (a: { reason: string }) => ({
    message: l10n.t('The evaluation process ended because memory ran out ({reason}).', a),
    advice: l10n.t('Results that were kept are not lost. Close other programs, or evaluate with a smaller base model.'),
  }),
  'run.evaluationFailed': (a: { reason: string }) => ({
    message: l10n.t('The evaluation ended unexpectedly: {reason}', a),
    advice: l10n.t(
      'Rows that were judged are kept. Evaluate again; softprompt doctor shows what works on this machine.',
    ),
  }),
  'run.evaluationClosed': (a: { id: string }) => ({
    message: l10n.t('The evaluation {id} is not open any more.', a),
    advice: l10n.t('Evaluate the file again, or open its kept results.'),
  }),
  'store.badEvaluation': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: the kept results are damaged: found {found}; expected {expected}.', a),
    advice: l10n.t('Evaluate the file again; other results are not touched.'),
  }),
};
