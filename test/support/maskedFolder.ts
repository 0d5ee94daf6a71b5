import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BertConfig } from '../../src/models/bert/bertConfig.js';
import { writeSafetensors } from '../../src/store/writeSafetensors.js';
import { randomWeights, tinyBert } from './tinyModels.js';

/** Words of a tiny BERT, one token each; "goodness" is two, "good" and "##ness". */
const words = [
  'i',
  'saw',
  'a',
  'film',
  'it',
  'was',
  'good',
  'bad',
  'great',
  'awful',
  '.',
  '##ness',
  'the',
  'dog',
  'slept',
];
const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** As BERT's `tokenizer.json` is. */
function wordPiece(): object {
  const vocabulary = [...special, ...words];
  return {
    added_tokens: special.map((content, id) => ({ id, content, special: true, normalized: false })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
      ],
      pair: [],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    },
  };
}

const robertaSpecial = ['<s>', '<pad>', '</s>', '<unk>', '<mask>'];

/** As RoBERTa's: a token for each letter, with Ġ for a space, and for words by merges. */
function byteLevel(): object {
  const letters = [...'abcdefghijklmnopqrstuvwxyz.Ġ'];
  const merges = [
    ['g', 'o'],
    ['o', 'd'],
    ['go', 'od'],
    ['Ġ', 'good'],
    ['b', 'a'],
    ['ba', 'd'],
    ['Ġ', 'bad'],
  ];
  const vocabulary = [...robertaSpecial, ...letters, ...merges.map((pair) => pair.join(''))];
  return {
    added_tokens: robertaSpecial.map((content, id) => ({ id, content, special: true, lstrip: content === '<mask>' })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
    post_processor: {
      type: 'RobertaProcessing',
      sep: ['</s>', 2],
      cls: ['<s>', 0],
      trim_offsets: true,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true },
    model: { type: 'BPE', vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])), merges },
  };
}

/** Writes a random masked model with its tokenizer as a Hugging Face folder; gives back the folder. */
export async function writeMasked(parent: string, architecture: BertConfig['architecture']): Promise<string> {
  const isRoberta = architecture === 'roberta';
  const config = tinyBert({
    architecture,
    modelType: architecture,
    vocabularySize: 48,
    ...(isRoberta && { firstPosition: 2, tokenTypes: 1 }),
  });
  const folder = join(parent, architecture);
  await mkdir(folder);
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(isRoberta ? byteLevel() : wordPiece()));
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({
      model_type: architecture,
      vocab_size: config.vocabularySize,
      hidden_size: config.hiddenSize,
      num_hidden_layers: config.numLayers,
      num_attention_heads: config.numHeads,
      intermediate_size: config.innerSize,
      max_position_embeddings: config.maxPositions + config.firstPosition,
      type_vocab_size: config.tokenTypes,
      layer_norm_eps: config.layerNormEps,
      pad_token_id: isRoberta ? 1 : 0,
    }),
  );
  const tensors = Object.entries(randomWeights(config)).map(
    ([name, { data, shape }]) => [name, { dtype: 'F32', shape, data: Float32Array.from(data) }] as const,
  );
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  return folder;
}
