import { defined } from '../common/assert.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import {
  answerPlace,
  maskAt,
  virtualToken,
  type Example,
  type TokenizedExample,
  type VirtualSlot,
} from '../protocol/dataset.js';
import { answerColumn, virtualSlotPattern } from '../protocol/virtualSlots.js';

/** A tokenizer without special tokens: text to token ids. */
export type Encode = (text: string) => number[];

export interface TokenizeOptions {
  readonly encode: Encode;
  /** Whether `encode` puts a space in front of every text (SentencePiece's ▁). */
  readonly addsSpace?: boolean;
  /** Id of the beginning-of-text token, where one stands in front of the input. */
  readonly bos?: number;
  /** Id of the end-of-text token, where one ends the target. */
  readonly eos?: number;
  /** Id of the token that ends the input, where one does. */
  readonly inputEnd?: number;
  /** Id of a token that every target begins with. */
  readonly sentinel?: number;
  /** Id of a masked model's mask: the target is read at the answer's place in the input instead of behind it. */
  readonly mask?: number;
  /** What stands between input and target; it is tokenised with the target. */
  readonly targetPrefix: string;
  /** Longest input and target together, in tokens, virtual tokens not counted. */
  readonly maxLength: number;
}

/**
 * inputIds = [bos] + encode(input) + [inputEnd], targetIds = [sentinel] + encode(targetPrefix + target) + [eos]; tokenised apart, so that the
 * target's tokens never depend on the input. What does not fit is cut from the input's left end; where the input ends and the target is read
 * apart from it, from its right end, as T5's own programs do. Virtual tokens, which need no room, stay, and so does the answer's place.
 * Throws `data.targetTooLong` where the target does not fit behind a single token of the input.
 */
export function tokenizeExample(example: Example, options: TokenizeOptions): TokenizedExample {
  const { encode, bos, eos, inputEnd, sentinel, mask, targetPrefix, maxLength } = options;
  const front = bos === undefined ? [] : [bos];
  const end = inputEnd === undefined ? [] : [inputEnd];
  const targetIds = [...(sentinel === undefined ? [] : [sentinel]), ...encode(targetPrefix + example.target)];
  if (eos !== undefined) targetIds.push(eos);
  const room = maxLength - front.length - end.length - targetIds.length;
  // Something must stand before the target's first token, for the model to predict it there.
  if (room < (bos === undefined && inputEnd === undefined && mask === undefined ? 1 : 0)) {
    const { file, line } = example;
    throw new SoftpromptError('data.targetTooLong', { file, line, tokens: targetIds.length, maxLength });
  }
  const ids = encodeInput(example, options);
  const cutTokens = Math.max(0, realTokens(ids) - room);
  let [left, stay] = inputEnd === undefined || mask !== undefined ? [cutTokens, Infinity] : [0, room];
  const kept = ids.filter((id) => !isReal(id) || (left-- <= 0 && stay-- > 0));
  return { inputIds: [...front, ...kept, ...end], targetIds, cutTokens };
}

/** The texts between places of virtual tokens and of the answer, each tokenised apart. */
function encodeInput({ input, slots }: Example, { encode, addsSpace, mask }: TokenizeOptions): number[] {
  if (slots === undefined) return encode(input);
  let ids: number[] = [];
  let begin = 0;
  let placed = 0;
  const end: VirtualSlot = { offset: input.length, count: 0 };
  for (const { offset, count, isAnswer } of [...slots, end]) {
    const text = input.slice(begin, offset);
    // A text behind a place brings its space along; the tokenizer's own must not be a second one.
    const words = addsSpace && ids.length > 0 && text.startsWith(' ') ? text.slice(1) : text;
    if (words !== '') ids = ids.concat(encode(words));
    ids = ids.concat(Array.from({ length: count }, () => virtualToken(placed++)));
    if (isAnswer) ids.push(answerPlace(defined(mask, 'a mask')));
    begin = offset;
  }
  return ids;
}

/** How many tokens input and target have together, virtual tokens not counted. */
export function tokenCount({ inputIds, targetIds }: Pick<TokenizedExample, 'inputIds' | 'targetIds'>): number {
  return realTokens(inputIds) + targetIds.length;
}

const isReal = (id: number): boolean => id >= 0 && maskAt(id) === undefined;
const realTokens = (ids: readonly number[]): number => ids.filter(isReal).length;

/**
 * Whether a text may have more than `maxTokens` tokens. Exact in saying no for byte-level BPE, whose tokens stand for one byte or more each,
 * so that most rows need not be tokenised to know that none is cut.
 */
export function mayExceed(text: string, maxTokens: number): boolean {
  return Buffer.byteLength(text) > maxTokens;
}

/** A space, unless the tokenizer puts one in front of every text (SentencePiece's ▁) or the template ends in white space. */
export function defaultTargetPrefix(template: string, tokenizerAddsSpace: boolean): string {
  return tokenizerAddsSpace || /\s$/.test(template) ? '' : ' ';
}

/** At the answer's place in a template: a space where one stands in front of it, and it is not the first word. */
export function answerPrefix(template: string): string {
  const [before = ''] = template.replaceAll(virtualSlotPattern, '').split(`{${answerColumn}}`);
  return before.trim() !== '' && /\s$/.test(before) ? ' ' : '';
}

/** Whether one label's ids begin another's, so that only an end-of-text token tells them apart. */
export function labelsNeedEos(labelTokenIds: readonly (readonly number[])[]): boolean {
  return labelTokenIds.some((shorter, i) =>
    labelTokenIds.some((longer, j) => i !== j && shorter.every((id, position) => id === longer[position])),
  );
}
