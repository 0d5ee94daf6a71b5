import * as l10n from '@vscode/l10n';

/** Errors about base models: folders, weights, tokenizers. */
export const modelErrors = {
  'model.notFound': (a: { path: string }) => ({
    message: l10n.t('{path}: there is no model here.', a),
    advice: l10n.t(
      'Name a Hugging Face folder (config.json, tokenizer.json, model.safetensors) or a .gguf file; softprompt doctor lists the models it finds.',
    ),
  }),
  'model.badConfig': (a: { file: string; field: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: {field} is {found}; expected {expected}.', a),
    advice: l10n.t('The model’s description is damaged or incomplete: fetch the file again.'),
  }),
  'model.unsupported': (a: { file: string; field: string; found: string; supported: string }) => ({
    message: l10n.t('{file}: {field} "{found}" is not supported; supported: {supported}.', a),
    advice: l10n.t(
      'Choose another base model; softprompt doctor lists the ones found on this machine and why others cannot be used.',
    ),
  }),
  'model.pickle': (a: { folder: string; file: string; command: string }) => ({
    message: l10n.t(
      '{folder}: the weights are only there as {file}, a pickle, which can run code when opened; expected model.safetensors.',
      a,
    ),
    advice: l10n.t('Convert them once where you trust the file: {command}', a),
  }),
  'model.noWeights': (a: { folder: string }) => ({
    message: l10n.t(
      '{folder}: there are no weights here; expected model.safetensors, model.safetensors.index.json or one .gguf file.',
      a,
    ),
    advice: l10n.t('Finish the download, or name the .gguf file itself where there are several.'),
  }),
  'model.weightMissing': (a: { file: string; tensor: string; expected: string }) => ({
    message: l10n.t('{file}: tensor {tensor} is missing; expected shape [{expected}].', a),
    advice: l10n.t('The weights do not belong to this config.json, or not all files were downloaded.'),
  }),
  'model.weightShape': (a: { file: string; tensor: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: tensor {tensor} has shape [{found}]; expected [{expected}].', a),
    advice: l10n.t('The weights do not belong to this config.json: fetch both from one place.'),
  }),
  'model.weightType': (a: { file: string; tensor: string; found: string; supported: string }) => ({
    message: l10n.t('{file}: tensor {tensor} has type {found}; supported: {supported}.', a),
    advice: l10n.t('Use a file of the same model in one of these types.'),
  }),
  'model.badIndex': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: found {found}; expected {expected}.', a),
    advice: l10n.t('Fetch model.safetensors.index.json and all the files that it names again.'),
  }),
  'model.badGguf': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: no valid GGUF file: found {found}; expected {expected}.', a),
    advice: l10n.t('The file may be a truncated download or copy: fetch it again.'),
  }),
  'model.badTokenizer': (a: { file: string; found: string; expected: string }) => ({
    message: l10n.t('{file}: the tokenizer cannot be used: found {found}; expected {expected}.', a),
    advice: l10n.t(
      "Fetch tokenizer.json of the same model again. Where only an older form exists, save it anew: python -c \"from transformers import AutoTokenizer as T; T.from_pretrained('DIR').save_pretrained('DIR')\"",
    ),
  }),
  'model.tokenizerMismatch': (a: { file: string; tokens: number; rows: number }) => ({
    message: l10n.t('{file}: the tokenizer has {tokens} tokens, but the model has embeddings for {rows} only.', a),
    advice: l10n.t('The tokenizer belongs to another model: fetch both from one place.'),
  }),
};
