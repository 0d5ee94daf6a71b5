import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { asReadError, isErrno } from '../store/fileErrors.js';
import { precompiledNormalizer } from './precompiledNormalizer.js';
import { sentencePieceFile, sentencePieceJson } from './sentencePiece.js';
import { tokenBytes } from './tokenBytes.js';
import { withRustSplitting } from './tokenizerSplitting.js';

/** Text to token ids and back, as the model was trained with. */
export interface Tokenizer {
  /** Token ids; no special tokens are added, but those written out in the text are recognised. */
  encode(text: string): number[];
  /** The text; special tokens are left out. */
  decode(ids: readonly number[]): string;
  /** One token for a reader: " Review"; control characters escaped, and bytes that are no whole character as <0xE2>. */
  tokenText(id: number): string;
  /** The highest id plus one. */
  readonly vocabularySize: number;
  /** Beginning of text, only where the tokenizer itself puts it in front. */
  readonly bos?: number;
  readonly eos?: number;
  /** What the tokenizer itself puts behind a text, such as [SEP]. */
  readonly end?: number;
  /** What stands for a word that a masked model is to say. */
  readonly mask?: number;
  /** Whether it puts a space in front of the text itself, so that "a" and " a" are the same. */
  readonly addsSpace: boolean;
  /** Whether a token stands for no text; so do the rows that a model's table has beyond its vocabulary. */
  isSpecial(id: number): boolean;
}

/** What is read of `tokenizer.json`; everything else goes to the library as it is. */
const addedTokenSchema = z.looseObject({
  id: z.int().min(0),
  content: z.string(),
  special: z.boolean().default(false),
});
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: z.unknown().default(null),
  pre_tokenizer: z.unknown().default(null),
  post_processor: z.unknown().default(null),
  decoder: z.unknown().default(null),
  model: z.looseObject({
    type: z.string().default('BPE'),
    /** Ids by token, or tokens with their scores by id. */
    vocab: z.union([z.record(z.string(), z.int().min(0)), z.array(z.tuple([z.string(), z.number()])).min(1)]),
  }),
});

const namedToken = z.union([z.string(), z.object({ content: z.string() })]).nullish();
const tokenizerConfigSchema = z.looseObject({
  eos_token: namedToken,
  mask_token: namedToken,
  extra_ids: z.int().min(0).nullish(),
});

/**
 * Reads `tokenizer.json`, else SentencePiece's `spiece.model`, and `tokenizer_config.json` where it is there.
 * Throws `model.badTokenizer` or `store.unreadable`.
 */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const configFile = join(folder, 'tokenizer_config.json');
  const config = tokenizerConfigSchema.safeParse((await readJson(configFile)) ?? {});
  if (!config.success) throw badTokenizer(configFile, config.error.message, 'an object');
  const { eos_token: eosToken, mask_token: maskToken, extra_ids: extraIds } = config.data;
  const [eos, mask] = [contentOf(eosToken), contentOf(maskToken)];

  const file = join(folder, 'tokenizer.json');
  const tokenizer = await readJson(file);
  if (tokenizer !== undefined) return createTokenizer(tokenizer, file, eos, mask);
  const pieces = join(folder, sentencePieceFile);
  const bytes = await readIfPresent(pieces);
  if (bytes === undefined) throw badTokenizer(file, 'no such file', `tokenizer.json, or ${sentencePieceFile}`);
  return createTokenizer(sentencePieceJson(bytes, pieces, extraIds ?? undefined), pieces, eos, mask);
}

const contentOf = (token: z.infer<typeof namedToken>): string | undefined =>
  typeof token === 'object' ? token?.content : token;

/** What BERT and RoBERTa call it, where only `tokenizer.json` is there. */
const usualMasks: readonly string[] = ['[MASK]', '<mask>'];

/**
 * A tokenizer from the content of a `tokenizer.json`. `file` is named in errors; `eosToken` is the text of the end-of-text token, `maskToken` that of the mask.
 * Throws `model.badTokenizer`.
 */
export function createTokenizer(value: unknown, file: string, eosToken?: string, maskToken?: string): Tokenizer {
  const parsed = tokenizerSchema.safeParse(value);
  if (!parsed.success) throw badTokenizer(file, z.prettifyError(parsed.error), 'a tokenizer.json', parsed.error);
  const { model, added_tokens: added } = parsed.data;
  const expected = Array.isArray(model.vocab) ? ['Unigram'] : ['BPE', 'WordPiece'];
  if (!expected.includes(model.type))
    throw badTokenizer(file, `a model of type ${model.type}`, 'BPE, Unigram or WordPiece');
  const { normalizer, prepare } = withPrecompiled(parsed.data.normalizer, file);
  const library = construct({ ...parsed.data, normalizer }, file);
  const special = new Set(added.filter((token) => token.special).map((token) => token.id));
  const known = new Map(added.map((token) => [token.id, token.content]));
  const byteLevel = JSON.stringify(parsed.data.decoder).includes('"ByteLevel"');
  const encode = (text: string, specials = false): number[] =>
    library.encode(prepare(text), { add_special_tokens: specials }).ids;

  let highest = -1;
  for (const id of Array.isArray(model.vocab) ? model.vocab.keys() : Object.values(model.vocab))
    highest = Math.max(highest, id);
  for (const { id } of added) highest = Math.max(highest, id);

  const plain = encode('x');
  const framed = encode('x', true);
  const bos = framed.length > plain.length && framed[0] !== plain[0] ? framed[0] : undefined;
  const last = framed.at(-1);
  const end = framed.length > plain.length && last !== plain.at(-1) ? last : undefined;
  const named = added.find(({ content }) =>
    maskToken === undefined ? usualMasks.includes(content) : content === maskToken,
  );
  const eos = eosToken === undefined ? undefined : library.token_to_id(eosToken);
  const firstToken = plain[0] === undefined ? '' : (library.id_to_token(plain[0]) ?? '');

  return {
    encode: (text) => encode(text),
    decode(ids) {
      const printable = ids.filter((id) => !special.has(id) && library.id_to_token(id) !== undefined);
      return printable.length === 0 ? '' : library.decode(printable, { clean_up_tokenization_spaces: false });
    },
    tokenText(id) {
      const content = known.get(id);
      if (content !== undefined) return content;
      const token = library.id_to_token(id);
      return token === undefined ? `<${id}>` : printableBytes(tokenBytes(token, byteLevel));
    },
    vocabularySize: highest + 1,
    ...(bos !== undefined && { bos }),
    ...(eos !== undefined && { eos }),
    ...(end !== undefined && { end }),
    ...(named && { mask: named.id }),
    addsSpace: /^[▁Ġ]/.test(firstToken),
    isSpecial: (id) => special.has(id) || id > highest,
  };
}

/** Throws `model.tokenizerMismatch` where the tokenizer has an id that the embedding has no row for. */
export function checkVocabulary(tokenizer: Tokenizer, rows: number, file: string): void {
  const tokens = tokenizer.vocabularySize;
  if (tokens > rows) throw new SoftpromptError('model.tokenizerMismatch', { file, tokens, rows });
}

function construct(tokenizer: z.infer<typeof tokenizerSchema>, file: string): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer({ ...tokenizer, pre_tokenizer: withRustSplitting(tokenizer.pre_tokenizer) }, {});
  } catch (cause) {
    throw badTokenizer(file, cause instanceof Error ? cause.message : String(cause), 'parts that are known', cause);
  }
}

const precompiledSchema = z.object({ type: z.literal('Precompiled'), precompiled_charsmap: z.string().nullish() });
const sequenceSchema = z.object({ type: z.literal('Sequence'), normalizers: z.array(z.unknown()).min(1) });

/** SentencePiece's normaliser, where it comes first, does its work before the library, which is left the others. */
function withPrecompiled(
  normalizer: unknown,
  file: string,
): { readonly normalizer: unknown; readonly prepare: (text: string) => string } {
  const sequence = sequenceSchema.safeParse(normalizer).data;
  const [first, ...others] = sequence?.normalizers ?? [normalizer];
  const precompiled = precompiledSchema.safeParse(first).data;
  if (!precompiled) return { normalizer, prepare: (text) => text };
  const charsmap = precompiled.precompiled_charsmap;
  return {
    normalizer: others.length > 0 ? { ...sequence, normalizers: others } : null,
    prepare: charsmap ? precompiledNormalizer(Buffer.from(charsmap, 'base64'), file) : (text) => text,
  };
}

async function readJson(file: string): Promise<unknown> {
  const bytes = await readIfPresent(file);
  try {
    return bytes && JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw badTokenizer(file, 'no JSON', 'a JSON object', error);
  }
}

async function readIfPresent(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw asReadError(error, file);
  }
}

function printableBytes(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
  }
  return text.replace(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}

export function badTokenizer(
  file: string,
  found: string,
  expected: string,
  cause?: unknown,
): SoftpromptError<'model.badTokenizer'> {
  return new SoftpromptError(
    'model.badTokenizer',
    { file, found, expected },
    cause === undefined ? undefined : { cause },
  );
}
