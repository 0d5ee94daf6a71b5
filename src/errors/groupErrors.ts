import * as l10n from '@vscode/l10n';

/** Errors about prompts of groups: one for each value of a column. */
export const groupErrors = {
  'data.unknownGroup': (a: {
    file: string;
    line: number;
    column: string;
    group: string;
    rows: number;
    groups: number;
  }) => ({
    message: l10n.t(
      '{file}:{line}: there is no prompt for the {column} "{group}"; rows without a prompt: {rows}, of so many groups: {groups}.',
      a,
    ),
    advice: l10n.t(
      'Train with rows of these groups, or let the bare model answer them: --unknown-groups bare, or "unknownGroups": "bare" in "evaluation".',
    ),
  }),
  'data.untrainedGroup': (a: { file: string; line: number; column: string; group: string; rows: number }) => ({
    message: l10n.t(
      '{file}:{line}: no training row is of the {column} "{group}", so that there is no prompt for this row; rows without one: {rows}.',
      a,
    ),
    advice: l10n.t(
      'Add training rows of it, or delete these rows; test rows may be left to the bare model with "unknownGroups": "bare" in "evaluation".',
    ),
  }),
  'data.emptyGroup': (a: { file: string; line: number; column: string }) => ({
    message: l10n.t('{file}:{line}: this row does not say whose it is: its "{column}" is empty.', a),
    advice: l10n.t('Fill it in, or delete the row.'),
  }),
  'store.isGroupSet': (a: { prompt: string; column: string; groups: number }) => ({
    message: l10n.t(
      '"{prompt}" is not one prompt but {groups}, one for each {column}, and this takes a single one.',
      a,
    ),
    advice: l10n.t(
      'Export the one that you mean and name its folder: softprompt export {prompt} FOLDER --group NAME',
      a,
    ),
  }),
  'store.notAGroupSet': (a: { prompt: string }) => ({
    message: l10n.t('"{prompt}" is a single prompt and has no groups.', a),
    advice: l10n.t('Leave out the group, or name a prompt that was trained with "groupBy".'),
  }),
  'store.noGroup': (a: { prompt: string; column: string; group: string; nearest: string }) => ({
    message: l10n.t('"{prompt}" has no prompt for the {column} "{group}".', a),
    advice:
      a.nearest === '' ? l10n.t('softprompt groups {prompt} lists them.', a) : l10n.t('Did you mean "{nearest}"?', a),
  }),
  'store.badGroups': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: the prompts of these groups are damaged: found {found}; expected {expected}.', a),
    advice: l10n.t('Copy the folder again from where it is whole, or train it again.'),
  }),
  'run.groupDiverged': (a: { column: string; group: string; step: number; learningRate: number }) => ({
    message: l10n.t(
      'The prompt of the {column} "{group}" diverged at step {step}: the loss is no longer a number (learning rate {learningRate}).',
      a,
    ),
    advice: l10n.t(
      'Lower "learningRate" or set "maxGradNorm": 1 and train again. Groups that are done are kept where their settings are the same.',
    ),
  }),
  'run.groupExamples': (a: { prompt: string }) => ({
    message: l10n.t(
      '"{prompt}" has a prompt for each group: examples as text would show the rows of one group to another.',
      a,
    ),
    advice: l10n.t('Leave out the examples; an instruction alone may be compared.'),
  }),
  'run.groupSeeds': (a: { column: string }) => ({
    message: l10n.t(
      'This recipe trains a prompt for each {column}, and an ensemble has single prompts as its members.',
      a,
    ),
    advice: l10n.t('Leave out --seeds, or "groupBy" in the recipe.'),
  }),
};
