import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { GgufFile } from './gguf.js';
import { badTokenizer, createTokenizer, type Tokenizer } from './tokenizer.js';
import { gpt2Pattern, splitBy } from './tokenizerSplitting.js';

/** Kinds of tokens (`llama_token_type`). */
const [unknownToken, controlToken, userToken] = [2, 3, 4];

const id = z.union([z.number(), z.bigint()]).transform(Number).pipe(z.int().min(0));
const metadataSchema = z.object({
  'tokenizer.ggml.model': z.string(),
  'tokenizer.ggml.pre': z.string().optional(),
  'tokenizer.ggml.tokens': z.array(z.string()).min(1),
  'tokenizer.ggml.token_type': z.array(z.number()).optional(),
  'tokenizer.ggml.merges': z.array(z.string()).optional(),
  'tokenizer.ggml.scores': z.array(z.number()).optional(),
  'tokenizer.ggml.bos_token_id': id.optional(),
  'tokenizer.ggml.eos_token_id': id.optional(),
  'tokenizer.ggml.unknown_token_id': id.optional(),
  'tokenizer.ggml.add_bos_token': z.boolean().optional(),
  'tokenizer.ggml.add_space_prefix': z.boolean().optional(),
});
type Metadata = z.infer<typeof metadataSchema>;

interface Splitting {
  /** Patterns that cut the text one after another (llama.cpp, `llama-vocab.cpp`); what lies between matches is kept whole. */
  readonly patterns: readonly string[];
  readonly normalizer?: object;
  /** Whole words of the vocabulary are taken without merging. */
  readonly ignoreMerges?: boolean;
  readonly addsBos?: boolean;
}

const contractions = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
const afterNumbers = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/** `tokenizer.ggml.pre`: how byte-level tokenizers split text before merging. */
const splittings: Readonly<Record<string, Splitting>> = {
  default: { patterns: ['[\\p{P}\\$\\+<=>\\^~\\|]+', gpt2Pattern, '\\p{N}+', '[0-9][0-9][0-9]'] },
  'gpt-2': { patterns: [gpt2Pattern] },
  smollm: { patterns: ['\\p{N}', gpt2Pattern] },
  'llama-bpe': {
    patterns: [`${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|${afterNumbers}`],
    ignoreMerges: true,
    addsBos: true,
  },
  // The normaliser is the original tokenizer's; llama.cpp leaves it out.
  qwen2: {
    patterns: [`${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|${afterNumbers}`],
    normalizer: { type: 'NFC' },
  },
};

/**
 * The tokenizer inside a GGUF file, built as the `tokenizer.json` that it came from.
 * Throws `model.unsupported` for a kind or a splitting that is not known, `model.badTokenizer` for lists that do not fit.
 */
export function ggufTokenizer({ file, metadata }: GgufFile): Tokenizer {
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) throw badTokenizer(file, z.prettifyError(parsed.error), 'tokenizer.ggml.*', parsed.error);
  const data = parsed.data;
  const tokens = data['tokenizer.ggml.tokens'];
  const eos = data['tokenizer.ggml.eos_token_id'];
  return createTokenizer(tokenizerJson(data, file), file, eos === undefined ? undefined : tokens[eos]);
}

function tokenizerJson(data: Metadata, file: string): object {
  const kind = data['tokenizer.ggml.model'];
  switch (kind) {
    case 'gpt2':
      return byteLevelJson(data, file);
    case 'llama':
      return sentencePieceJson(data, file);
    default:
      throw new SoftpromptError('model.unsupported', {
        file,
        field: 'tokenizer.ggml.model',
        found: kind,
        supported: 'gpt2, llama',
      });
  }
}

function byteLevelJson(data: Metadata, file: string): object {
  const pre = data['tokenizer.ggml.pre'] ?? 'missing';
  const splitting = Object.hasOwn(splittings, pre) ? splittings[pre] : undefined;
  if (!splitting) {
    const supported = Object.keys(splittings).join(', ');
    throw new SoftpromptError('model.unsupported', { file, field: 'tokenizer.ggml.pre', found: pre, supported });
  }
  const merges = data['tokenizer.ggml.merges'];
  if (!merges) throw badTokenizer(file, 'no tokenizer.ggml.merges', 'the merges of a byte-level tokenizer');
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    added_tokens: addedTokens(data),
    normalizer: splitting.normalizer ?? null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [...splitting.patterns.map(splitBy), bytes] },
    post_processor: bosTemplate(data, splitting.addsBos ?? false),
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab: vocabulary(data), merges, ignore_merges: splitting.ignoreMerges ?? false },
  };
}

/** SentencePiece's BPE as Hugging Face says it for Llama (`convert_slow_tokenizer.LlamaConverter`). */
function sentencePieceJson(data: Metadata, file: string): object {
  const scores = data['tokenizer.ggml.scores'];
  const tokens = data['tokenizer.ggml.tokens'];
  if (scores?.length !== tokens.length) {
    throw badTokenizer(file, `${scores?.length ?? 0} tokenizer.ggml.scores`, `one for each of ${tokens.length} tokens`);
  }
  const space = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  const prefix = { type: 'Prepend', prepend: '▁' };
  const addsSpace = data['tokenizer.ggml.add_space_prefix'] ?? true;
  const unknown =
    data['tokenizer.ggml.unknown_token_id'] ?? data['tokenizer.ggml.token_type']?.indexOf(unknownToken) ?? -1;
  return {
    added_tokens: addedTokens(data),
    normalizer: { type: 'Sequence', normalizers: addsSpace ? [prefix, space] : [space] },
    pre_tokenizer: null,
    post_processor: bosTemplate(data, true),
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(addsSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: 'BPE',
      vocab: vocabulary(data),
      merges: mergesFromScores(tokens, scores),
      unk_token: tokens[unknown] ?? null,
      fuse_unk: true,
      byte_fallback: true,
    },
  };
}

/**
 * SentencePiece joins the two neighbours whose union scores best. As merges (Hugging Face, `generate_merges`): every way of making a
 * piece from two others, best score first, then longer left and right parts first, then the parts' own order.
 */
function mergesFromScores(tokens: readonly string[], scores: readonly number[]): [string, string][] {
  const ids = new Map(tokens.map((token, index) => [token, index]));
  const merges: { left: string; right: string; score: number }[] = [];
  for (const [token, index] of ids) {
    const characters = Array.from(token);
    const local: { left: string; right: string; score: number; order: [number, number] }[] = [];
    for (let cut = 1; cut < characters.length; cut++) {
      const [left, right] = [characters.slice(0, cut).join(''), characters.slice(cut).join('')];
      const [leftId, rightId] = [ids.get(left), ids.get(right)];
      if (leftId === undefined || rightId === undefined) continue;
      local.push({ left, right, score: scores[index] as number, order: [leftId, rightId] });
    }
    merges.push(...local.sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]));
  }
  const size = (text: string): number => Array.from(text).length;
  return merges
    .sort((a, b) => b.score - a.score || size(b.left) - size(a.left) || size(b.right) - size(a.right))
    .map(({ left, right }) => [left, right]);
}

function vocabulary(data: Metadata): Record<string, number> {
  // Not by assignment, which would lose a token named "__proto__".
  return Object.fromEntries(data['tokenizer.ggml.tokens'].map((token, index) => [token, index]));
}

/** Tokens that are found in the text before any splitting. */
function addedTokens(data: Metadata): object[] {
  const types = data['tokenizer.ggml.token_type'] ?? [];
  return data['tokenizer.ggml.tokens'].flatMap((content, index) => {
    const type = types[index] ?? 1;
    if (type !== unknownToken && type !== controlToken && type !== userToken) return [];
    return [{ id: index, content, special: type !== userToken, normalized: false }];
  });
}

function bosTemplate(data: Metadata, byDefault: boolean): object | null {
  const bos = data['tokenizer.ggml.bos_token_id'];
  const token = bos === undefined ? undefined : data['tokenizer.ggml.tokens'][bos];
  if (token === undefined || !(data['tokenizer.ggml.add_bos_token'] ?? byDefault)) return null;
  return {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { [token]: { id: token, ids: [bos], tokens: [token] } },
  };
}
