import * as l10n from '@vscode/l10n';

/** What a run tells beside its numbers: nothing that stops it, but something to know. As with errors, a code and its arguments travel. */
const notices: Readonly<Record<string, (a: Record<string, string | number>) => string>> = {
  convertingModel: (a) =>
    l10n.t('Converting the model’s weights to float32, once: {megabytes} MB in {file}', {
      file: a.file ?? '',
      megabytes: Math.round(Number(a.bytes) / 1e6),
    }),
  waitingForRun: (a) => l10n.t('Waiting until "{run}" has trained: one training at a time on a device.', a),
  noFirstKeys: (a) =>
    l10n.t(
      'No nearest tokens are shown: the prefix has parts in {parts} (prefix_attention) and none in the decoder, whose keys are what is compared with those of the vocabulary.',
      a,
    ),
  groupsKept: (a) =>
    l10n.t('Of {total} groups, {count} have the same rows and settings as before: their prompts are kept', a),
  sharedRows: (a) =>
    l10n.t(
      '{count} rows of {split} also stand in train, so its score will look better than it is; the first: {file}:{line} is {trainFile}:{trainLine}',
      a,
    ),
};

/** A notice in the current language; one that this version does not know, as it came. */
export function describeNotice(code: string, args: Record<string, string | number>): string {
  return notices[code]?.(args) ?? `${code} ${JSON.stringify(args)}`;
}
