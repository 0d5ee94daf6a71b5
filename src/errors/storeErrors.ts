import * as l10n from '@vscode/l10n';

/** Errors about files that the product writes and reads back: prompts, runs, safetensors. */
export const storeErrors = {
  'store.noSpace': (a: { file: string }) => ({
    message: l10n.t('{file}: the disk is full.', a),
    advice: l10n.t('Free some space and run again; the last checkpoint is intact.'),
  }),
  'store.readOnly': (a: { file: string }) => ({
    message: l10n.t('{file}: this place cannot be written.', a),
    advice: l10n.t('Check the permissions of the folder, or choose another one.'),
  }),
  'store.fileMissing': (a: { file: string }) => ({
    message: l10n.t('{file}: there is no such file.', a),
    advice: l10n.t('Check the path, and whether the file was moved or deleted.'),
  }),
  'store.unreadable': (a: { file: string; reason: string }) => ({
    message: l10n.t('{file}: it cannot be read ({reason}).', a),
    advice: l10n.t('Check that it is a file and that you may read it.'),
  }),
  'store.badSafetensors': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: no valid safetensors file: found {found}; expected {expected}.', a),
    advice: l10n.t(
      'The file may be a truncated download or copy: fetch it again, or write it again with the tool that made it.',
    ),
  }),
  'store.notAPrompt': (a: { folder: string }) => ({
    message: l10n.t('{folder}: there is no saved prompt here; expected a folder with adapter_config.json.', a),
    advice: l10n.t('Name the folder of a prompt that was saved here or by PEFT.'),
  }),
  'store.badPrompt': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: the saved prompt is damaged: found {found}; expected {expected}.', a),
    advice: l10n.t('Copy the prompt’s folder again from where it is whole, or train it again.'),
  }),
  'store.promptPickle': (a: { file: string; command: string }) => ({
    message: l10n.t(
      '{file}: a pickle can run code when it is opened, so it is not; expected adapter_model.safetensors.',
      a,
    ),
    advice: l10n.t('Convert it once where you trust the file: {command}', a),
  }),
  'store.unsupportedAdapter': (a: { file: string; field: string; found: string; supported: string }) => ({
    message: l10n.t('{file}: {field} "{found}" is not supported; supported: {supported}.', a),
    advice: l10n.t('Use this adapter with PEFT, or train a prompt here.'),
  }),
  'store.encoderDecoder': (a: { file: string; found: string; supported: string }) => ({
    message: l10n.t(
      '{file}: a {found} adapter for an encoder-decoder model (SEQ_2_SEQ_LM) is not supported; supported: {supported}.',
      a,
    ),
    advice: l10n.t('Use this adapter with PEFT, or train a prompt here.'),
  }),
  'store.encoderDecoderExport': (a: { prompt: string; format: string }) => ({
    message: l10n.t(
      '{prompt} is for an encoder-decoder model, whose encoder reads it: {format} is for decoders, which vLLM runs.',
      a,
    ),
    advice: l10n.t('Export it for PEFT instead.'),
  }),
  'store.adapterHead': (a: { file: string; found: string }) => ({
    message: l10n.t(
      '{file}: this adapter has a trained head beside its prompt ({found}); without the head the prompt means nothing, and a language model has no place for it.',
      a,
    ),
    advice: l10n.t('Use this adapter with PEFT, or train a prompt here that answers in words (CAUSAL_LM).'),
  }),
  'store.badInit': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: PEFT cannot load this adapter: found {found}; expected {expected}.', a),
    advice: l10n.t(
      'Correct that file; prompt_tuning_init RANDOM without text, tokenizer and tokenizer_kwargs will do, as how training began does not change the saved vectors.',
    ),
  }),
  'store.importFirst': (a: { folder: string; found: string }) => ({
    message: l10n.t('{folder}: a {found} adapter must be converted before it can be used.', a),
    advice: l10n.t('Import it: softprompt import {folder}', a),
  }),
  'store.taskNeeded': (a: { from: string; last: number }) => ({
    message: l10n.t(
      '{from}: this adapter holds a prompt for each of several tasks; expected which one, from 0 to {last}.',
      a,
    ),
    advice: l10n.t('Choose one: softprompt import {from} --task 0', a),
  }),
  'store.noTask': (a: { from: string; task: number; last: number }) => ({
    message:
      a.last < 0
        ? l10n.t('{from}: there is no task {task}: this is one prompt, not one for each of several tasks.', a)
        : l10n.t('{from}: there is no task {task}; there are those from 0 to {last}.', a),
    advice: a.last < 0 ? l10n.t('Import it without a task.') : l10n.t('Choose one of these.'),
  }),
  'store.badNpy': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: no prompt in NumPy’s format: found {found}; expected {expected}.', a),
    advice: l10n.t(
      'Save the virtual tokens’ vectors as one float32 matrix with numpy.save, or name an adapter’s folder.',
    ),
  }),
  'store.placedPrompt': (a: { prompt: string; template: string; format: string }) => ({
    message: l10n.t(
      'The prompt {prompt} has virtual tokens inside its text ({template}), and who reads {format} puts all of them in front: it would be another prompt there.',
      a,
    ),
    advice: l10n.t(
      'Export it as npy and place the vectors in your own program, or train a prompt that stands in front.',
    ),
  }),
  'store.prefixExport': (a: { prompt: string; format: string }) => ({
    message: l10n.t(
      'The prompt {prompt} is keys and values of every layer (prefix tuning), and {format} takes vectors at the model’s input alone.',
      a,
    ),
    advice: l10n.t('Export it as peft, or train by prompt tuning or P-tuning.'),
  }),
  'store.partsExport': (a: { prompt: string; format: string; parts: string }) => ({
    message: l10n.t(
      'The prefix {prompt} has parts in {parts} (prefix_attention), and {format} has no place for them: PEFT has prefixes of the decoder alone.',
      a,
    ),
    advice: l10n.t(
      'Copy its folder, which softprompt import takes, or train with "prefix_attention": ["decoder"], which PEFT reads.',
    ),
  }),
  'store.noFirstKeys': (a: { prompt: string; parts: string }) => ({
    message: l10n.t(
      'The prefix {prompt} has parts in {parts} (prefix_attention) and none in the decoder, whose keys are what is compared with those of the vocabulary.',
      a,
    ),
    advice: l10n.t('Look at a prompt, or at a prefix that has a part in the decoder.'),
  }),
  'store.warpExport': (a: { prompt: string; format: string }) => ({
    message: l10n.t(
      'The prompt {prompt} was trained by WARP, whose output vectors of the labels have no place in {format}: what PEFT and the others load is vectors at the input alone.',
      a,
    ),
    advice: l10n.t('Copy its folder, which softprompt import takes, or train by prompt tuning or P-tuning.'),
  }),
  'store.maskedExport': (a: { prompt: string; format: string }) => ({
    message: l10n.t(
      'The prompt {prompt} is for a masked model, which is read at its mask and writes no text, as who reads {format} expects.',
      a,
    ),
    advice: l10n.t('Export it as peft or npy.'),
  }),
  'store.otherModel': (a: { prompt: string; trained: string; model: string; reason: string }) => ({
    message: l10n.t('The prompt {prompt} was trained on {trained} and does not fit {model}: {reason}.', a),
    advice: l10n.t('Use it with the model that it was trained on, or train a prompt for this one.'),
  }),
  'store.noPrompt': (a: { prompt: string; store: string; known: string; nearest: string }) => ({
    message:
      a.known === ''
        ? l10n.t('There is no prompt "{prompt}"; {store} has none yet.', a)
        : l10n.t('There is no prompt "{prompt}" in {store}; there are: {known}.', a),
    advice:
      a.nearest === ''
        ? l10n.t('Name one of these or a folder with adapter_config.json; softprompt train makes a prompt.')
        : l10n.t('Did you mean "{nearest}"?', a),
  }),
  'store.promptGone': (a: { prompt: string }) => ({
    message: l10n.t('The prompt {prompt} was renamed or deleted while it was used.', a),
    advice: l10n.t('Choose another, or bring it back with Undo.'),
  }),
  'store.promptExists': (a: { prompt: string; folder: string }) => ({
    message: l10n.t('{folder}: there is another prompt "{prompt}" by now.', a),
    advice: l10n.t('Rename or delete that one first.'),
  }),
  'store.badName': (a: { name: string }) => ({
    message: l10n.t(
      'Nothing can be called "{name}" here; expected letters, digits, dot, dash and underscore, beginning with a letter or digit, at most 100.',
      a,
    ),
    advice: l10n.t('Choose another name.'),
  }),
  'store.noRun': (a: { run: string; store: string }) => ({
    message:
      a.run === ''
        ? l10n.t('{store}: there is no run that could be resumed.', a)
        : l10n.t('{store}: there is no run "{run}".', a),
    advice: l10n.t('Start one with softprompt train; name a run of this store or the folder of one.'),
  }),
  'store.noRunOrPrompt': (a: { name: string; store: string; nearest: string }) => ({
    message: l10n.t('There is neither a run nor a prompt "{name}" in {store}.', a),
    advice:
      a.nearest === ''
        ? l10n.t('Name a run by its id or folder, or a saved prompt; without a name all finished runs are meant.')
        : l10n.t('Did you mean "{nearest}"?', a),
  }),
  'store.noFinishedRun': (a: { store: string }) => ({
    message: l10n.t('{store}: there is no finished run to report.', a),
    advice: l10n.t('Train a prompt first, or name a run that is not finished.'),
  }),
  'store.noHistory': (a: { prompt: string }) => ({
    message: l10n.t('{prompt}: this prompt keeps no record of a training, as one that was trained elsewhere.', a),
    advice: l10n.t('Report a prompt that was trained here.'),
  }),
  'store.badRun': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: the run is damaged: found {found}; expected {expected}.', a),
    advice: l10n.t('Start the run again from its recipe; prompts that it has saved are not touched.'),
  }),
  'store.runInUse': (a: { run: string; pid: number }) => ({
    message: l10n.t('The run {run} is still running in process {pid}.', a),
    advice: l10n.t('Wait for it, or stop it first.'),
  }),
  'store.differentModels': (a: { first: string; firstModel: string; second: string; secondModel: string }) => ({
    message: l10n.t(
      '{first} belongs to {firstModel} and {second} to {secondModel}: their virtual tokens do not stand in one space.',
      a,
    ),
    advice: l10n.t('Compare prompts that were trained on the same base model.'),
  }),
  'store.differentKinds': (a: { prefix: string; vectors: string }) => ({
    message: l10n.t(
      '{prefix} is a prefix, keys and values of every block, and {vectors} holds vectors at the model’s input: these cannot be compared.',
      a,
    ),
    advice: l10n.t('Compare two prefixes, or two prompts without one.'),
  }),
  'store.noEnsemble': (a: { ensemble: string; store: string; known: string; nearest: string }) => ({
    message:
      a.known === ''
        ? l10n.t('There is no ensemble "{ensemble}"; {store} has none yet.', a)
        : l10n.t('There is no ensemble "{ensemble}" in {store}; there are: {known}.', a),
    advice:
      a.nearest === ''
        ? l10n.t('Name one of these, or its prompts: softprompt ensemble FILE --prompts A B C')
        : l10n.t('Did you mean "{nearest}"?', a),
  }),
  'store.ensembleExists': (a: { ensemble: string; folder: string }) => ({
    message: l10n.t('{folder}: there is another ensemble "{ensemble}" by now.', a),
    advice: l10n.t('Rename or delete that one first.'),
  }),
  'store.badEnsemble': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: the ensemble is damaged: found {found}; expected {expected}.', a),
    advice: l10n.t('Delete it and make it again; its prompts are not touched.'),
  }),
  'store.fewMembers': (a: { count: number }) => ({
    message: l10n.t('An ensemble needs two prompts or more; found {count}.', a),
    advice: l10n.t('Choose prompts of one task and one base model, such as the same recipe with several seeds.'),
  }),
  'store.memberGone': (a: { names: string }) => ({
    message: l10n.t('Members of the ensemble are not there: {names}.', a),
    advice: l10n.t('Train them, bring them back from the trash, or make the ensemble again without them.'),
  }),
  'store.memberModel': (a: { prompt: string; model: string; other: string; otherModel: string }) => ({
    message: l10n.t(
      'The prompts {prompt} and {other} cannot answer together: one belongs to the base model {model}, the other to {otherModel}.',
      a,
    ),
    advice: l10n.t('The members of an ensemble share one base model, to the last weight: leave one of them out.'),
  }),
  'store.memberTask': (a: { prompt: string; other: string; field: string; found: string; expected: string }) => ({
    message: l10n.t(
      'The prompts {prompt} and {other} cannot answer together: "{field}" is {expected} for one and {found} for the other.',
      a,
    ),
    advice: l10n.t('The members of an ensemble share one task: leave one of them out.'),
  }),
  'store.memberText': (a: { prompt: string }) => ({
    message: l10n.t('The prompt {prompt} writes free text, and an ensemble votes among labels.', a),
    advice: l10n.t('Choose prompts of a classification.'),
  }),
};
