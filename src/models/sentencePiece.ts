import protobuf from 'protobufjs/light.js';
import { SoftpromptError } from '../errors/softpromptError.js';

/**
 * A SentencePiece model as the `tokenizer.json` that transformers makes of T5's and mT5's (`T5Converter`). The part of the schema that is read,
 * as a protobufjs descriptor: field numbers and types are sentencepiece_model.proto's.
 */
export const sentencePieceFile = 'spiece.model';

const field = (id: number, type: string, fallback?: number | string): protobuf.IField => ({
  id,
  type,
  ...(fallback !== undefined && { options: { default: fallback } }),
});

const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        pieces: { ...field(1, 'SentencePiece'), rule: 'repeated' },
        trainerSpec: field(2, 'TrainerSpec'),
        normalizerSpec: field(3, 'NormalizerSpec'),
      },
    },
    SentencePiece: { fields: { piece: field(1, 'string'), score: field(2, 'float'), type: field(3, 'int32', 1) } },
    TrainerSpec: { fields: { modelType: field(3, 'int32', 1), byteFallback: field(35, 'bool') } },
    NormalizerSpec: { fields: { precompiledCharsmap: field(2, 'bytes') } },
  },
});
const modelProto = root.lookupType('ModelProto');

interface Decoded {
  readonly pieces: readonly { readonly piece: string; readonly score: number; readonly type: number }[];
  readonly trainerSpec?: { readonly modelType: number; readonly byteFallback: boolean } | null;
  readonly normalizerSpec?: { readonly precompiledCharsmap: Uint8Array } | null;
}

const unigram = 1;
const [unknownPiece, controlPiece, userPiece] = [2, 3, 4];
/** T5's sentinels, which its file does not hold unless it is mT5's. */
const usualExtraIds = 100;
const space = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };

/** `extraIds`: how many sentinels `<extra_id_…>` stand behind the pieces. Throws `model.badTokenizer` for another kind of model. */
export function sentencePieceJson(bytes: Uint8Array, file: string, extraIds?: number): object {
  const bad = (found: string, cause?: unknown): SoftpromptError =>
    new SoftpromptError(
      'model.badTokenizer',
      { file, found, expected: 'a SentencePiece model of unigrams' },
      { cause },
    );
  let model: Decoded;
  try {
    model = modelProto.decode(bytes) as unknown as Decoded;
  } catch (cause) {
    throw bad('no SentencePiece model', cause);
  }
  const { pieces, trainerSpec, normalizerSpec } = model;
  const unknown = pieces.findIndex(({ type }) => type === unknownPiece);
  if (unknown < 0) throw bad('no piece for what is unknown');
  if (trainerSpec && trainerSpec.modelType !== unigram) throw bad(`a model of type ${trainerSpec.modelType}`);
  if (trainerSpec?.byteFallback) throw bad('a model that falls back to bytes');

  const hasSentinels = pieces.some(({ piece }) => piece.includes('<extra_id_'));
  const count = extraIds ?? (hasSentinels ? 0 : usualExtraIds);
  const sentinels = Array.from({ length: count }, (_, i) => `<extra_id_${count - 1 - i}>`);
  const special = pieces.flatMap(({ piece, type }, id) =>
    type === unknownPiece || type === controlPiece || type === userPiece
      ? [addedToken(id, piece, type !== userPiece)]
      : [],
  );
  const charsmap = normalizerSpec?.precompiledCharsmap;
  const end = pieces.findIndex(({ piece }) => piece === '</s>');
  return {
    added_tokens: [...special, ...sentinels.map((content, i) => addedToken(pieces.length + i, content, true))],
    normalizer: charsmap?.length
      ? { type: 'Precompiled', precompiled_charsmap: Buffer.from(charsmap).toString('base64') }
      : null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, space] },
    post_processor: end < 0 ? null : endTemplate(end),
    decoder: space,
    model: {
      type: 'Unigram',
      unk_id: unknown,
      vocab: [
        ...pieces.map(({ piece, score }) => [piece, score]),
        ...sentinels.map((content): [string, number] => [content, 0]),
      ],
      byte_fallback: false,
    },
  };
}

const addedToken = (id: number, content: string, special: boolean): object => ({
  id,
  content,
  special,
  normalized: false,
});

const endTemplate = (id: number): object => ({
  type: 'TemplateProcessing',
  single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
  pair: [],
  special_tokens: { '</s>': { id: '</s>', ids: [id], tokens: ['</s>'] } },
});
