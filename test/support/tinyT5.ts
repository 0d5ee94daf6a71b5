import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The encoder-decoders of a few thousand random numbers that makePairs.py made. */
export const pairModels = resolve(import.meta.dirname, '../golden/pairs/models');

const special = ['<pad>', '</s>', '<unk>'];
const sentinel = '<extra_id_0>';
const words = ['▁good', '▁bad', '▁film', '▁review:', '▁positive', '▁negative', '▁very', '▁a'];
const letters = Array.from('▁abcdefghijklmnopqrstuvwxyz:,.');
const pieces = [...special, ...words, ...letters];

/** Unigrams as T5's `tokenizer.json` has them, of 42 tokens. */
export const tinyUnigrams = {
  version: '1.0',
  added_tokens: [...special, sentinel].map((content, i) => ({
    id: i < special.length ? i : pieces.length,
    content,
    special: true,
    normalized: false,
  })),
  normalizer: null,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'WhitespaceSplit' },
      { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    ],
  },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
    pair: [],
    special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
  },
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  model: {
    type: 'Unigram',
    unk_id: 2,
    vocab: [...pieces.map((piece, i) => [piece, i < special.length ? 0 : -1 - i / 100]), [sentinel, 0]],
    byte_fallback: false,
  },
};

/** A whole model folder, of one of `pairModels` and the unigrams. */
export async function writeT5Folder(folder: string, name: 't5' | 't5Gated' | 't5Narrow'): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const file of ['config.json', 'model.safetensors'])
    await copyFile(join(pairModels, name, file), join(folder, file));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tinyUnigrams));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: '</s>' }));
  return folder;
}
