import * as l10n from '@vscode/l10n';

/** Errors about recipes, engines and runs. */
export const runErrors = {
  'run.noProvider': (a: { provider: string; reason: string }) => ({
    message: l10n.t('The execution provider {provider} does not work here: {reason}', a),
    advice: l10n.t('Use provider "auto" or "cpu"; softprompt doctor shows what this machine has.'),
  }),
  'run.tensorflowMissing': (a: { packageName: string }) => ({
    message: l10n.t('The engine "tensorflow" needs the package {packageName}, which is not installed.', a),
    advice: l10n.t(
      'Use the engine "onnxruntime", or install the package with: npm install {packageName} (it needs an NVIDIA GPU, CUDA 11.2, and Node 22 or older).',
      a,
    ),
  }),
  'run.tensorflowBroken': (a: { packageName: string; reason: string }) => ({
    message: l10n.t('The package {packageName} is installed but does not load: {reason}', a),
    advice: l10n.t(
      'Use the engine "onnxruntime", or install the package again with: npm install {packageName} (it needs an NVIDIA GPU, CUDA 11.2, and Node 22 or older).',
      a,
    ),
  }),
  'recipe.invalid': (a: { file: string; problems: string }) => ({
    message: l10n.t('{file}: this recipe cannot be used:\n{problems}', a),
    advice: l10n.t(
      'Correct these places; the fields and their values are described by the editor’s completion and in the README.',
    ),
  }),
  'recipe.testMetric': (a: { metric: string; task: string; known: string }) => ({
    message:
      a.task === 'classification'
        ? l10n.t('A test asks for {metric}, but this recipe tells labels apart, which has: {known}.', a)
        : l10n.t('A test asks for {metric}, but this recipe writes free text, which has: {known}.', a),
    advice: l10n.t('Test one of these.'),
  }),
  'recipe.noTests': (a: { place: string }) => ({
    message: l10n.t('{place}: there is no prompt test here.', a),
    advice: l10n.t('Add one to a recipe: {example}', {
      example: '"tests": [{ "file": "test.jsonl", "metric": "accuracy", "atLeast": 0.85 }]',
    }),
  }),
  'recipe.untrained': (a: { file: string; prompt: string; store: string }) => ({
    message: l10n.t('{file}: its prompt "{prompt}" is not trained yet; {store} has none of this name.', a),
    advice: l10n.t('Train it first: softprompt train {file}', a),
  }),
  'run.initShape': (a: { found: string; expected: string }) => ({
    message: l10n.t('The saved prompt to start from is {found}, but this recipe trains {expected}.', a),
    advice: l10n.t("Set num_virtual_tokens to the saved prompt's length, and use the model that it was trained for."),
  }),
  'run.initKind': (a: { found: string }) => ({
    message: l10n.t(
      'The saved prompt to start from holds keys and values {found} (prefix tuning), not input vectors.',
      a,
    ),
    advice: l10n.t('Continue it by prefix tuning, or start from a prompt that prompt tuning or P-tuning has made.'),
  }),
  'run.initAttention': (a: { found: string; expected: string }) => ({
    message: l10n.t(
      'The saved prefix to start from has parts in {found} (prefix_attention), but this recipe trains {expected}.',
      a,
    ),
    advice: l10n.t('Set prefix_attention to what the saved prefix has: [{parts}]', {
      parts: a.found
        .split(', ')
        .map((part) => `"${part}"`)
        .join(', '),
    }),
  }),
  'run.encoderTooSmall': (a: { size: number; virtualTokens: number }) => ({
    message: l10n.t(
      'A network of width {size} cannot begin with {virtualTokens} given virtual tokens: they need as many independent inputs.',
      a,
    ),
    advice: l10n.t('Raise encoder_hidden_size (twice num_virtual_tokens is safe), or use prompt_tuning_init "random".'),
  }),
  'run.noEntry': (a: { method: string; entry: string }) => ({
    message: l10n.t(
      '{method} does not work with this base model: it has no place for a prompt of this kind ({entry}).',
      a,
    ),
    advice: l10n.t('Choose another method, or another base model.'),
  }),
  'run.notEncoderDecoder': (a: { field: string }) => ({
    message: l10n.t('{field} is for encoder-decoders such as T5, and this base model is none.', a),
    advice: l10n.t('Leave {field} out.', a),
  }),
  'run.noAnswerPlace': (a: { model: string; template: string }) => ({
    message: l10n.t(
      '{model} is a masked model, which reads its answer at a mask, and the template "{template}" has no {mask}.',
      { ...a, mask: '{mask}' },
    ),
    advice: l10n.t('Set data.template, such as: {example}', { example: `${a.template} {mask}` }),
  }),
  'run.answerPlace': (a: { model: string; template: string }) => ({
    message: l10n.t(
      '{model} is no masked model: it writes its answer behind the text, and the template "{template}" has a {mask} in it.',
      { ...a, mask: '{mask}' },
    ),
    advice: l10n.t('Leave {mask} out of data.template, or choose a masked model, such as BERT.', { mask: '{mask}' }),
  }),
  'run.maskedText': (a: { model: string }) => ({
    message: l10n.t(
      '{model} is a masked model, which tells labels apart but writes no text, and the task is generation.',
      a,
    ),
    advice: l10n.t('Set data.labels, or choose a model that writes, such as a GPT-2 or a Llama.'),
  }),
  'run.maskedEnd': (a: { model: string }) => ({
    message: l10n.t('{model} is a masked model, whose target stands inside the text, so that no token can end it.', a),
    advice: l10n.t('Leave out data.addEos.'),
  }),
  'run.noMaskToken': (a: { model: string }) => ({
    message: l10n.t('The tokenizer of {model} names no mask token.', a),
    advice: l10n.t('Fetch tokenizer.json and tokenizer_config.json of the same model again.'),
  }),
  'run.sameTokens': (a: { label: string; other: string; model: string }) => ({
    message: l10n.t(
      'The labels "{label}" and "{other}" are the same tokens to {model}, so that nothing tells them apart.',
      a,
    ),
    advice: l10n.t('Give them other words in data.labels.'),
  }),
  'run.noRoom': (a: { model: string; parameters: number; neededMb: number; availableMb: number }) => ({
    message: l10n.t(
      'Training all {parameters} weights of {model} takes about {neededMb} MB of memory, and {availableMb} MB are free.',
      a,
    ),
    advice: l10n.t(
      'Lower training.batchSize or data.maxLength, take a smaller model, or train a prompt, which leaves the model as it is.',
    ),
  }),
  'run.noModelFolder': (a: { model: string }) => ({
    message: l10n.t(
      '{model}: a tuned model is kept as a Hugging Face folder, but this base model is one .gguf file, without the config and tokenizer that would stand in it.',
      a,
    ),
    advice: l10n.t('Set method.save_model to false, or use the base model as a Hugging Face folder.'),
  }),
  'recipe.noPrompt': (a: { method: string }) => ({
    message: l10n.t('An ensemble is made of prompts, and {method} makes none: it trains the model itself.', a),
    advice: l10n.t('Use another method, or train with several seeds by a sweep: {example}', {
      example: '"sweep": { "training.seed": [1, 2, 3] }',
    }),
  }),
  'run.noWords': (a: { vocabulary: number }) => ({
    message: l10n.t("None of the {vocabulary} tokens in the model's vocabulary has letters to start from.", a),
    advice: l10n.t('Use prompt_tuning_init "random" or "SAMPLE_VOCAB".'),
  }),
  'run.noEos': (a: { model: string }) => ({
    message: l10n.t('{model} names no end-of-text token, but the targets must end with one.', a),
    advice: l10n.t("Set data.addEos to false, or add eos_token_id to the model's config.json."),
  }),
  'run.noSentinel': (a: { model: string; token: string }) => ({
    message: l10n.t('{model} has no sentinel {token}, with which data.sentinel begins targets: T5 and mT5 have.', a),
    advice: l10n.t('Leave data.sentinel out, or use a T5.'),
  }),
  'run.noBos': (a: { model: string }) => ({
    message: l10n.t('{model} names no beginning-of-text token, but data.addBos asks for one.', a),
    advice: l10n.t("Set data.addBos to false, or add bos_token_id to the model's config.json."),
  }),
  'run.tooLong': (a: { maxLength: number; virtualTokens: number; positions: number }) => ({
    message: l10n.t(
      'Rows of {maxLength} tokens and {virtualTokens} virtual tokens do not fit: the model has {positions} positions.',
      a,
    ),
    advice: l10n.t('Lower data.maxLength or num_virtual_tokens.'),
  }),
  'run.diverged': (a: { step: number; learningRate: number }) => ({
    message: l10n.t(
      'Training broke down at step {step}: the loss is no longer a number (learning rate {learningRate}).',
      a,
    ),
    advice: l10n.t('Lower training.learningRate, or set training.maxGradNorm to 1.'),
  }),
  'run.badCheckpoint': (a: { file: string }) => ({
    message: l10n.t('{file}: this is no checkpoint of a run, or one of another version.', a),
    advice: l10n.t('Train again from the recipe.'),
  }),
  'run.modelChanged': (a: { model: string; expected: string; found: string }) => ({
    message: l10n.t(
      '{model} has changed since the run began: its weights had the checksum {expected}, now {found}.',
      a,
    ),
    advice: l10n.t('Put the old model back, or train again from the recipe.'),
  }),
  'run.dataChanged': (a: { file: string }) => ({
    message: l10n.t('{file} has changed since the run began, so going on would not be the same run.', a),
    advice: l10n.t('Put the old file back, or train again from the recipe.'),
  }),
  'run.emptySplit': (a: { split: string }) => ({
    message: l10n.t('There are no rows to train on ({split}).', a),
    advice: l10n.t('Add rows to the training file.'),
  }),
  'run.noBaseModel': (a: { prompt: string }) => ({
    message: l10n.t('{prompt}: this prompt does not say which base model it belongs to.', a),
    advice: l10n.t('Name it with --model.'),
  }),
  'run.outOfMemory': (a: { step: number }) => ({
    message: l10n.t('The run ended at step {step} because memory ran out.', a),
    advice: l10n.t('Resume goes on from the last checkpoint; close other programs, or lower training.batchSize.'),
  }),
  'run.killed': (a: { step: number; signal: string }) => ({
    message: l10n.t('The training process was killed at step {step} ({signal}).', a),
    advice: l10n.t('Resume goes on from the last checkpoint.'),
  }),
  'run.vanished': (a: { step: number }) => ({
    message: l10n.t('The training process is gone since step {step}: it was killed, or the machine went down.', a),
    advice: l10n.t('Resume goes on from the last checkpoint.'),
  }),
  'run.noNode': (a: { platform: string }) => ({
    message: l10n.t('This package of the extension brings no Node for {platform}.', a),
    advice: l10n.t('Set softprompt.nodePath to a Node of version 20.19 or newer.'),
  }),
  'run.notReachable': (a: { run: string }) => ({
    message: l10n.t('The process of {run} does not answer.', a),
    advice: l10n.t('Where a terminal runs it, press Ctrl-C there; otherwise wait a moment and try again.'),
  }),
  'run.notStarted': (a: { node: string; reason: string }) => ({
    message: l10n.t('The training process could not be started with {node}: {reason}', a),
    advice: l10n.t('Set softprompt.nodePath to a Node of version 20.19 or newer.'),
  }),
  'run.crashed': (a: { reason: string }) => ({
    message: l10n.t('The run ended unexpectedly: {reason}', a),
    advice: l10n.t('softprompt resume goes on from its last checkpoint.'),
  }),
  'run.noTrainingRows': (a: { prompt: string; file: string }) => ({
    message: l10n.t('{prompt}: the rows that it was trained on are not there any more: {file}', a),
    advice: l10n.t('Put the file back, or evaluate without examples (--examples 0).'),
  }),
  'run.notComparable': (a: { prompt: string; other: string; found: string; expected: string }) => ({
    message: l10n.t(
      '{prompt} and {other} cannot be compared on one file: {other} was trained for {found}, {prompt} for {expected}.',
      a,
    ),
    advice: l10n.t('Compare prompts of the same task.'),
  }),
  'run.evaluatorEnded': (a: { reason: string }) => ({
    message: l10n.t('The evaluation process ended unexpectedly: {reason}', a),
    advice: l10n.t('Results that were kept are not lost. Evaluate again starts it anew.'),
  }),
  'run.inspectorEnded': (a: { reason: string }) => ({
    message: l10n.t('The process that reads models and datasets ended unexpectedly: {reason}', a),
    advice: l10n.t(
      'Try again: it is started anew. If it cannot start, set softprompt.nodePath to a Node of version 20.19 or newer.',
    ),
  }),
};
