import * as l10n from '@vscode/l10n';

/** Errors about data files, templates and labels. */
export const dataErrors = {
  'data.fileMissing': (a: { file: string }) => ({
    message: l10n.t('{file}: there is no such file.', a),
    advice: l10n.t('Check the path in the recipe; it is relative to the recipe file.'),
  }),
  'data.unreadable': (a: { file: string; reason: string }) => ({
    message: l10n.t('{file}: the file cannot be read ({reason}).', a),
    advice: l10n.t('Name a file, not a folder, and one that you may read.'),
  }),
  'data.tooLarge': (a: { file: string; bytes: number; limit: number }) => ({
    message: l10n.t('{file}: {bytes} bytes are more than the {limit} that can be read at once.', a),
    advice: l10n.t('Split the file, or keep the rows that you need.'),
  }),
  'data.notUtf8': (a: { file: string; line: number; byte: number; found: string }) => ({
    message: l10n.t('{file}:{line}: this is not UTF-8: {found} at byte {byte}.', a),
    advice: l10n.t('Save the file as UTF-8, or set "encoding": "latin1" for it if it is an older Western text.'),
  }),
  'data.notUtf16': (a: { file: string }) => ({
    message: l10n.t('{file}: this is not valid UTF-16, though it begins or is marked as such.', a),
    advice: l10n.t('Save the file as UTF-8.'),
  }),
  'data.empty': (a: { file: string }) => ({
    message: l10n.t('{file}: there are no rows in this file.', a),
    advice: l10n.t('Name a file with at least one row.'),
  }),
  'data.headerOnly': (a: { file: string; columns: string }) => ({
    message: l10n.t('{file}: only column names ({columns}) and no rows.', a),
    advice: l10n.t('Add rows; or, if the first line is a row, set "header": false.'),
  }),
  'data.raggedRow': (a: { file: string; line: number; expected: number; found: number }) => ({
    message: l10n.t('{file}:{line}: {found} cells where {expected} were expected.', a),
    advice: l10n.t('Correct this line, or check "delimiter", "quote" and "columns" for the file.'),
  }),
  'data.duplicateColumn': (a: { file: string; column: string }) => ({
    message: l10n.t('{file}: two columns are named "{column}".', a),
    advice: l10n.t('Rename one; or, if the first line is a row, set "header": false.'),
  }),
  'data.strayQuote': (a: { file: string; line: number; quote: string }) => ({
    message: l10n.t('{file}:{line}: a {quote} stands inside a cell or is followed by more text.', a),
    advice: l10n.t(
      'Quote the whole cell and double each quote in it; or, if quotes are plain text in this file, set "quote": "".',
    ),
  }),
  'data.openQuote': (a: { file: string; line: number; quote: string }) => ({
    message: l10n.t('{file}:{line}: a cell of the row that begins here opens with {quote} and never closes.', a),
    advice: l10n.t('Close it; or, if quotes are plain text in this file, set "quote": "".'),
  }),
  'data.badJson': (a: { file: string; line: number; column: number; found: string }) => ({
    message: l10n.t('{file}:{line}:{column}: this is not JSON: {found} does not belong here.', a),
    advice: l10n.t(
      'Correct the file; JSON Lines has one whole object on each line, and names and texts in double quotes.',
    ),
  }),
  'data.jsonCutShort': (a: { file: string; line: number; column: number }) => ({
    message: l10n.t('{file}:{line}:{column}: the JSON ends before it is complete.', a),
    advice: l10n.t('Complete it. An object over several lines is "format": "json", inside an array.'),
  }),
  'data.jsonRow': (a: { file: string; line: number; found: string }) => ({
    message: l10n.t('{file}:{line}: expected a row, an object such as {example}, and found: {found}.', {
      ...a,
      example: '{"text": "…", "label": "…"}',
    }),
    advice: l10n.t('Make each row an object whose names are the columns.'),
  }),
  'data.jsonShape': (a: { file: string; line: number; column: string; found: string }) => ({
    message: l10n.t(
      '{file}:{line}: expected an array of flat rows or an object of rows, and found under "{column}": {found}.',
      a,
    ),
    advice: l10n.t('Write the rows as one flat object each, as JSON Lines or as a JSON array.'),
  }),
  'data.publishedShape': (a: {
    file: string;
    line: number;
    format: string;
    column: string;
    expected: string;
    found: string;
  }) => ({
    message: l10n.t('{file}:{line}: in the format "{format}", "{column}" should be: {expected}, and is: {found}.', a),
    advice: l10n.t('Take the file as it was published, or set "format" for it if it is of another.'),
  }),
  'data.webnlgEntry': (a: { file: string; line: number }) => ({
    message: l10n.t('{file}:{line}: this {tag} of a WebNLG file is not closed before the next one.', {
      ...a,
      tag: '<entry>',
    }),
    advice: l10n.t('Take the file as it was published, or set "format" for it if it is of another.'),
  }),
  'data.presetColumns': (a: { file: string; preset: string; columns: string; expected: string }) => ({
    message: l10n.t(
      '{file}: this is no file of {preset} as it is published: its columns are {columns}, and one of these was expected: {expected}.',
      a,
    ),
    advice: l10n.t('Take the published file, or leave out "preset" and set "template" and "target".'),
  }),
  'data.unbalancedBrace': (a: { template: string; position: number; found: string }) => ({
    message: l10n.t('The template "{template}" has an unbalanced {found} at character {position}.', a),
    advice: l10n.t('Write a column as "{example}" with its name, and a literal brace twice: "{open}" or "{close}".', {
      example: '{text}',
      open: '{{',
      close: '}}',
    }),
  }),
  'data.emptyPlaceholder': (a: { template: string; position: number }) => ({
    message: l10n.t('The template "{template}" has braces without a column name at character {position}.', a),
    advice: l10n.t('Name a column between the braces, or double them if they are meant as text.'),
  }),
  'data.emptySlot': (a: { template: string; position: number; found: string }) => ({
    message: l10n.t('The template "{template}" places no virtual token with {found} at character {position}.', a),
    advice: l10n.t('Write at least one, such as {example}, or leave the place out.', { example: '[P×3]' }),
  }),
  'data.slotInTarget': (a: { target: string; found: string }) => ({
    message: l10n.t(
      'The target "{target}" places virtual tokens ({found}), but a target is words that the model must predict.',
      a,
    ),
    advice: l10n.t('Place virtual tokens in "template" alone.'),
  }),
  'data.twoAnswers': (a: { template: string }) => ({
    message: l10n.t('The template "{template}" has more than one {mask}.', { ...a, mask: '{mask}' }),
    advice: l10n.t('Leave one, where the target is to be read: it takes as many masks as the target has tokens.'),
  }),
  'data.answerInTarget': (a: { target: string }) => ({
    message: l10n.t('The target "{target}" has a {mask}, but a target is words that the model must predict there.', {
      ...a,
      mask: '{mask}',
    }),
    advice: l10n.t('Write {mask} in "template" alone.', { mask: '{mask}' }),
  }),
  'data.missingColumn': (a: { file: string; column: string; columns: string; nearest: string }) => ({
    message: l10n.t('{file}: there is no column "{column}"; the columns are: {columns}.', a),
    advice:
      a.nearest === ''
        ? l10n.t('Name one of these columns in the template and the target.')
        : l10n.t('Did you mean "{nearest}"?', a),
  }),
  'data.missingCell': (a: { file: string; line: number; column: string }) => ({
    message: l10n.t('{file}:{line}: this row has no value for "{column}".', a),
    advice: l10n.t('Fill it in, or delete the row.'),
  }),
  'data.notText': (a: { file: string; line: number; column: string; found: string }) => ({
    message: l10n.t('{file}:{line}: "{column}" should be a text, a number, true or false, and is: {found}.', a),
    advice: l10n.t('Flatten the rows, so that what the template names has a column of its own.'),
  }),
  'data.emptyInput': (a: { file: string; line: number }) => ({
    message: l10n.t('{file}:{line}: the input of this row is empty.', a),
    advice: l10n.t('Fill in its text, or delete the row.'),
  }),
  'data.emptyTarget': (a: { file: string; line: number }) => ({
    message: l10n.t('{file}:{line}: the target of this row is empty.', a),
    advice: l10n.t('Fill in its answer, or delete the row.'),
  }),
  'data.unknownLabel': (a: { file: string; line: number; found: string; known: string }) => ({
    message: l10n.t('{file}:{line}: unknown label "{found}"; the labels are: {known}.', a),
    advice: l10n.t('Correct the row, or add the label to "labels" in the recipe.'),
  }),
  'data.noTarget': (a: { file: string; columns: string }) => ({
    message: l10n.t('{file}: which column is the target? The columns are: {columns}.', a),
    advice: l10n.t('Set "target" in the recipe, such as "{example}".', { example: '{label}' }),
  }),
  'data.noInput': (a: { file: string; columns: string }) => ({
    message: l10n.t('{file}: no column is left for the input. The columns are: {columns}.', a),
    advice: l10n.t('Set "template" in the recipe, and check "delimiter" and "header" for the file.'),
  }),
  'data.oneLabel': (a: { file: string; label: string }) => ({
    message: l10n.t('{file}: every row has the same label, "{label}".', a),
    advice: l10n.t('Name a file with rows of every label, list them in "labels", or set "task": "generation".'),
  }),
  'data.labelTarget': (a: { target: string }) => ({
    message: l10n.t('For classification the target must name exactly one column, and "{target}" does not.', a),
    advice: l10n.t('Name the column of the label, such as "{example}", or set "task": "generation".', {
      example: '{label}',
    }),
  }),
  'data.labelWord': (a: { label: string; word: string }) => ({
    message: l10n.t('The label "{label}" stands for "{word}", which is empty or is already used by another label.', a),
    advice: l10n.t('Give every label words of its own.'),
  }),
  'data.labelsForGeneration': (a: { labels: string }) => ({
    message: l10n.t('The recipe lists labels ({labels}), but its task is generation.', a),
    advice: l10n.t('Leave out "labels", or set "task": "classification".'),
  }),
  'data.predictionsEnding': (a: { file: string; found: string; endings: string }) => ({
    message: l10n.t('{file}: predictions are written to files that end in {endings}; this one ends in "{found}".', a),
    advice: l10n.t('Give the file one of these endings.'),
  }),
  'data.targetTooLong': (a: { file: string; line: number; tokens: number; maxLength: number }) => ({
    message: l10n.t('{file}:{line}: the target alone has {tokens} tokens, and a row may have {maxLength}.', a),
    advice: l10n.t('Raise "maxLength" if the model allows it, or shorten this target.'),
  }),
};
