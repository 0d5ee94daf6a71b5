import * as l10n from '@vscode/l10n';

/** Errors about prompts on data sets that they were not trained on. */
export const transferErrors = {
  'data.otherKind': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: its rows are for {found}, and the prompt was trained for {expected}.', a),
    advice: l10n.t('Choose a data set of the same kind; a recipe of its own can say "task".'),
  }),
  'data.otherLabels': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t(
      '{file}: its labels are {found}; which of the words that the prompt has learned is each? {expected}.',
      a,
    ),
    advice: l10n.t(
      'Write a recipe with this file as "test" whose "labels" give each value one of these words, and name it.',
    ),
  }),
  'data.otherSlots': (a: { file: string; template: string; trained: string }) => ({
    message: l10n.t(
      '{file}: "{template}" has not as many places for virtual tokens as the prompt was trained with: "{trained}".',
      a,
    ),
    advice: l10n.t('Write a recipe with this file as "test" whose "template" has as many, such as [P×3], and name it.'),
  }),
  'transfer.noSets': (a: { names: string }) => ({
    message: l10n.t('There is nothing to evaluate {names} on: no file was named, and there are no test rows.', a),
    advice: l10n.t('Name files, such as --to mrpc=test.txt, or set "test" in the recipe.'),
  }),
  'transfer.metric': (a: { metric: string; known: string }) => ({
    message: l10n.t('{metric} is not among what these rows are scored by: {known}.', a),
    advice: l10n.t('Choose one of these; what compares written texts goes together with --generate.'),
  }),
  'transfer.sameName': (a: { name: string; first: string; second: string }) => ({
    message: l10n.t('{first} and {second} would both be called {name}.', a),
    advice: l10n.t('Rename one of them, or set "name" in its recipe.'),
  }),
  'store.badTransfer': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: the transfer is damaged: found {found}; expected {expected}.', a),
    advice: l10n.t('Delete this file and run the transfer again; what else was scored is kept.'),
  }),
};
