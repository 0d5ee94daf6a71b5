import * as l10n from '@vscode/l10n';

/** Errors about sweeps, and about the Slurm that runs them. */
export const sweepErrors = {
  'recipe.noSweep': (a: { file: string }) => ({
    message: l10n.t('{file}: this recipe has no "sweep".', a),
    advice: l10n.t('Add the fields to vary and their values: {example}', {
      example: '"sweep": { "method.num_virtual_tokens": [1, 5, 20, 100], "training.seed": { "from": 1, "to": 3 } }',
    }),
  }),
  'store.badSweep': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: the sweep is damaged: found {found}; expected {expected}.', a),
    advice: l10n.t('Delete this file and run the sweep again; its finished runs are found again.'),
  }),
  'store.sweepInUse': (a: { sweep: string; pid: number }) => ({
    message: l10n.t('The sweep {sweep} is run by another process ({pid}).', a),
    advice: l10n.t('Wait for it, or stop it first.'),
  }),
  'slurm.missing': (a: { program: string }) => ({
    message: l10n.t('{program} was not found: Slurm does not seem to be installed here.', a),
    advice: l10n.t('Run this on a login node of the cluster, or without --slurm.'),
  }),
  'slurm.refused': (a: { program: string; reason: string }) => ({
    message: l10n.t('{program} refused: {reason}', a),
    advice: l10n.t('Options behind -- are given to sbatch as they are, such as: -- --partition=gpu --time=1:00:00'),
  }),
  'slurm.cancelled': (a: { job: string }) => ({
    message: l10n.t('Its Slurm job {job} was cancelled.', a),
    advice: l10n.t('Run the sweep again to go on.'),
  }),
  'slurm.lost': (a: { attempts: number; log: string }) => ({
    message: l10n.t('Slurm has lost it {attempts} times; see {log}', a),
    advice: l10n.t('Look at what the log ends with and at the nodes (sinfo), then run the sweep again.'),
  }),
};
