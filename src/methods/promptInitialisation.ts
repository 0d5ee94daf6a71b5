import { assert, defined } from '../common/assert.js';
import { seededRandom, shuffledIndices, type Random } from '../common/random.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { PromptInitialisation } from '../protocol/recipe.js';

/** What an initialisation may look at: the model's vocabulary and the task, never the model itself. */
export interface InitialisationContext {
  readonly numVirtualTokens: number;
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  readonly seed: number;
  /** The labels' words as the model sees them; empty for free text. */
  readonly labelWords: readonly string[];
  /** `prompt_tuning_init_text`. */
  readonly text: string | undefined;
  encode(text: string): number[];
  /** Put in front of a text by the tokenizer itself. */
  readonly bos: number | undefined;
  /** A token's text, or undefined for a special one. */
  tokenText(id: number): string | undefined;
  /** Rows of the token embeddings E. */
  embeddingRows(ids: readonly number[]): Promise<Float32Array[]>;
  /** The vectors of a saved prompt [P, hidden], row-major, for `file`. */
  savedPrompt(): Promise<{ readonly shape: readonly number[]; readonly data: Float32Array }>;
}

/** The paper draws from the most frequent tokens; byte-pair vocabularies are ordered by frequency. */
const frequentTokens = 5000;

type Initialise = (context: InitialisationContext, random: Random) => Promise<Float32Array>;

/** The first virtual tokens [P, hidden]: Lester et al. 2021 §3.1 in lower case, PEFT's own in capitals. */
const initialisations: { readonly [Name in PromptInitialisation]: Initialise } = {
  random: async (context, random) => filled(context, () => random.next() - 0.5),
  RANDOM: async (context, random) => filled(context, () => random.normal()),
  vocab: async (context, random) => joined(await sampledVocabulary(context, context.numVirtualTokens, random)),
  SAMPLE_VOCAB: async (context, random) =>
    joined(await context.embeddingRows(repeat(context, () => random.integer(context.vocabularySize)))),
  'class-labels': async (context, random) => {
    const labels: Float32Array[] = [];
    for (const word of context.labelWords.slice(0, context.numVirtualTokens))
      labels.push(mean(await context.embeddingRows(context.encode(word))));
    return joined([...labels, ...(await sampledVocabulary(context, context.numVirtualTokens - labels.length, random))]);
  },
  text: (context) => fromText(context, []),
  TEXT: (context) => fromText(context, context.bos === undefined ? [] : [context.bos]),
  file: async (context) => {
    const { shape, data } = await context.savedPrompt();
    const expected = `[${context.numVirtualTokens}, ${context.hiddenSize}]`;
    if (`[${shape.join(', ')}]` !== expected)
      throw new SoftpromptError('run.initShape', { found: `[${shape.join(', ')}]`, expected });
    return data;
  },
};

/** The vectors to start from, row-major [P, hidden]; the same seed gives the same ones. */
export const initialisePrompt = (name: PromptInitialisation, context: InitialisationContext): Promise<Float32Array> =>
  initialisations[name](context, seededRandom(context.seed, 'initialisation', name));

const filled = ({ numVirtualTokens, hiddenSize }: InitialisationContext, draw: () => number): Float32Array =>
  Float32Array.from({ length: numVirtualTokens * hiddenSize }, draw);

const repeat = ({ numVirtualTokens }: InitialisationContext, draw: (i: number) => number): number[] =>
  Array.from({ length: numVirtualTokens }, (_, i) => draw(i));

async function sampledVocabulary(
  context: InitialisationContext,
  count: number,
  random: Random,
): Promise<Float32Array[]> {
  const words: number[] = [];
  for (let id = 0; id < context.vocabularySize && words.length < frequentTokens; id++)
    if (/\p{L}/u.test(context.tokenText(id) ?? '')) words.push(id);
  if (words.length === 0) throw new SoftpromptError('run.noWords', { vocabulary: context.vocabularySize });
  const order = shuffledIndices(words.length, random);
  const picks = Array.from({ length: count }, (_, i) => words[order[i % order.length] as number] as number);
  return context.embeddingRows(picks);
}

async function fromText(context: InitialisationContext, front: readonly number[]): Promise<Float32Array> {
  const ids = [...front, ...context.encode(defined(context.text, 'prompt_tuning_init_text'))];
  assert(ids.length > 0, 'prompt_tuning_init_text has no tokens');
  return joined(await context.embeddingRows(repeat(context, (i) => ids[i % ids.length] as number)));
}

function mean(rows: readonly Float32Array[]): Float32Array {
  const first = defined(rows[0], "a label's tokens");
  return first.map((_, i) => rows.reduce((sum, row) => sum + (row[i] as number), 0) / rows.length);
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, i) => all.set(row, i * width));
  return all;
}
