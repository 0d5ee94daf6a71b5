import { seededRandom, shuffledIndices } from '../common/random.js';
import { tokenCount, tokenizeExample, type TokenizeOptions } from '../data/tokenize.js';
import type { Example } from '../protocol/dataset.js';

/**
 * Prompt design: what a person would write instead of a trained prompt, an instruction and k solved examples as text (Brown et al. 2020; what
 * Lester et al. 2021 compare with). The bare model reads it before every row.
 */
export interface PromptDesign {
  /** Token ids that all rows begin with. */
  readonly beginning: readonly number[];
  /** How rows behind it become tokens. */
  readonly tokenize: TokenizeOptions;
  /** Examples that had room: as many as were asked for, or fewer. */
  readonly count: number;
  readonly text: string;
}

export interface DesignOptions {
  readonly instruction?: string | undefined;
  /** 0: the instruction alone. */
  readonly count: number;
  readonly seed: number;
}

/**
 * The instruction and examples, a blank line after each. `room` is how many tokens may stand before a row; examples that do not fit are left
 * out from the last. Rows and what stands before them are tokenised apart, so that the model reads the beginning once for all rows.
 */
export function designPrompt(
  train: readonly Example[],
  { instruction, count, seed }: DesignOptions,
  tokenize: TokenizeOptions,
  room: number,
): PromptDesign {
  const { bos, ...behind } = tokenize;
  const chosen = chooseExamples(train, count, seed).map((example) => solvedText(example, tokenize));
  for (;;) {
    const text = [...(instruction === undefined ? [] : [instruction]), ...chosen].map((part) => `${part}\n\n`).join('');
    const beginning = [...(bos === undefined ? [] : [bos]), ...(text === '' ? [] : tokenize.encode(text))];
    if (beginning.length <= room || chosen.length === 0)
      return { beginning, tokenize: behind, count: chosen.length, text };
    chosen.pop();
  }
}

/** A row with its target behind it, or where a masked model reads it. */
function solvedText(
  { input, slots = [], target }: Example,
  { targetPrefix, addsSpace = false }: Pick<TokenizeOptions, 'targetPrefix' | 'addsSpace'>,
): string {
  const at = slots.find(({ isAnswer }) => isAnswer)?.offset ?? input.length;
  const before = input.slice(0, at);
  // Where the tokenizer alone puts a space in front of a target, there is none between the two as text.
  const joint = targetPrefix === '' && addsSpace && !/\s$/.test(before) ? ' ' : targetPrefix;
  return before + joint + target + input.slice(at);
}

/** The longest texts are the rows with the most tokens, or nearly: so many are counted. */
const countedRows = 8;

/** As `designPrompt`, in the room that the longest of `rows` leave in `maxPositions`; a row that is longer still loses its left end. */
export function designBefore(
  rows: readonly Example[],
  train: readonly Example[],
  options: DesignOptions,
  tokenize: TokenizeOptions,
  maxPositions: number,
): PromptDesign {
  const longest = rows.toSorted((a, b) => b.input.length - a.input.length).slice(0, countedRows);
  const most = Math.max(0, ...longest.map((row) => tokenCount(tokenizeExample(row, tokenize))));
  const design = designPrompt(train, options, tokenize, maxPositions - most);
  const maxLength = Math.min(design.tokenize.maxLength, maxPositions - design.beginning.length);
  return { ...design, tokenize: { ...design.tokenize, maxLength } };
}

/** k rows in a random order that the seed decides; labels in turn, so that none is told more than once more than another. */
export function chooseExamples(train: readonly Example[], count: number, seed: number): Example[] {
  const order = shuffledIndices(train.length, seededRandom(seed, 'promptDesign'));
  const ofLabel = new Map<number | undefined, Example[]>();
  for (const row of order) {
    const example = train[row];
    if (!example) continue;
    const others = ofLabel.get(example.label);
    if (others) others.push(example);
    else ofLabel.set(example.label, [example]);
  }
  const chosen: Example[] = [];
  for (let turn = 0; chosen.length < Math.min(count, train.length); turn++) {
    const next = [...ofLabel.values()].flatMap((examples) => examples[turn] ?? []);
    chosen.push(...next.slice(0, count - chosen.length));
  }
  return shuffledIndices(chosen.length, seededRandom(seed, 'promptDesign', 'order')).flatMap((i) => chosen[i] ?? []);
}
