import { assert, defined } from '../common/assert.js';
import { minimumNormSolution } from '../common/minimumNorm.js';
import { seededRandom, shuffledIndices, type Random } from '../common/random.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { PromptInitialisation } from '../protocol/recipe.js';
import { classEmbeddings, promptEmbeddings, type Encoder, type Method } from './method.js';
import type { KeysAndValuesSource } from './prefixBlocks.js';

/** What an initialisation may look at: the model's vocabulary and the task, never the model itself. */
export interface InitialisationContext {
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  readonly seed: number;
  /** The labels' words as the model sees them; empty for free text. */
  readonly labelWords: readonly string[];
  /** `prompt_tuning_init_text`. */
  readonly text: string | undefined;
  /** What names the task where no text was given: the template's own words and the labels. */
  readonly taskText: string;
  encode(text: string): number[];
  /** Put in front of a text by the tokenizer itself. */
  readonly bos: number | undefined;
  /** A token's text, or undefined for a special one. */
  tokenText(id: number): string | undefined;
  /** Rows of the token embeddings E. */
  embeddingRows(ids: readonly number[]): Promise<Float32Array[]>;
  /** The keys and values [tokens, width] that the model makes of a sequence. */
  keysAndValues(source: KeysAndValuesSource): Promise<Float32Array>;
  /** What an encoder's last layer sees [P, size], row-major. */
  features(method: Method, parameters: Parameters): Promise<Float32Array>;
  /** For `file`. */
  savedPrompt(): Promise<SavedStart>;
}

/** Values by parameter name, row-major. */
export type Parameters = Map<string, Float32Array>;

/** A saved prompt as the start of another run. */
export interface SavedStart {
  readonly kind: 'inputVectors' | 'keysAndValues';
  readonly shape: readonly number[];
  /** [P, width], row-major. */
  readonly data: Float32Array;
  /** All that was trained, with the encoder, where that was kept. */
  readonly parameters?: ReadonlyMap<string, Float32Array>;
}

/** The paper draws from the most frequent tokens; byte-pair vocabularies are ordered by frequency. */
const frequentTokens = 5000;

/** What is to enter the model at step 0, [P, width], row-major. */
type Target = (method: Method, context: InitialisationContext, random: Random) => Promise<Float32Array>;

/** Lester et al. 2021 §3.1 and Li, Liang 2021 §7.4 in lower case, PEFT's own in capitals. What is drawn is told by the method. */
const targets: { readonly [Name in Exclude<PromptInitialisation, 'random' | 'RANDOM'>]: Target } = {
  vocab: async ({ virtualTokens }, context, random) => joined(await sampledVocabulary(context, virtualTokens, random)),
  SAMPLE_VOCAB: async ({ virtualTokens }, context, random) =>
    joined(await context.embeddingRows(repeat(virtualTokens, () => random.integer(context.vocabularySize)))),
  'class-labels': async ({ virtualTokens }, context, random) => {
    const labels = await labelVectors(context, context.labelWords.slice(0, virtualTokens));
    return joined([...labels, ...(await sampledVocabulary(context, virtualTokens - labels.length, random))]);
  },
  text: async (method, context) => joined(await context.embeddingRows(textIds(method, context, context.text, []))),
  TEXT: async (method, context) => {
    const front = context.bos === undefined ? [] : [context.bos];
    return joined(await context.embeddingRows(textIds(method, context, context.text, front)));
  },
  activations: (method, context) =>
    context.keysAndValues({ ids: textIds(method, context, context.text ?? context.taskText, []) }),
  file: async (method, context) => startFrom(await context.savedPrompt(), method, context),
};

/**
 * The first values of a method's parameters; the same seed gives the same ones. Where something is to enter the model at step 0 and an
 * encoder makes it, the encoder is drawn and its last layer solved (methods.md §1.2): W = (pinv(features) · (target − b))ᵀ in float64.
 * Throws `run.noWords`, `run.initShape`, `run.initKind` and `run.encoderTooSmall`.
 */
export async function initialise(
  method: Method,
  name: PromptInitialisation,
  context: InitialisationContext,
): Promise<Parameters> {
  const random = seededRandom(context.seed, 'initialisation', name);
  if (name === 'random' || name === 'RANDOM') return drawn(method, random);
  if (name === 'file') {
    const { kind, parameters } = await context.savedPrompt();
    if (parameters && kind === kindOf(method) && holds(parameters, method)) return pick(parameters, method);
  }
  const target = await targets[name](method, context, random);
  if (method.classes !== undefined)
    return new Map([
      [promptEmbeddings, target],
      [classEmbeddings, joined(await labelVectors(context, context.labelWords))],
    ]);
  if (!method.encoder) return new Map([[promptEmbeddings, target]]);
  const parameters = drawn(method, seededRandom(context.seed, 'encoder'), method.encoder.gain);
  parameters.set(method.encoder.weight, await solvedLayer(method, method.encoder, parameters, target, context));
  return parameters;
}

/** What a network's first layer reads is drawn as it is, its layers `gain` times as wide. */
const drawn = ({ parameters }: Method, random: Random, gain = 1): Parameters =>
  new Map(
    parameters.map(({ name, shape, draw, isLayer = false }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return [name, Float32Array.from({ length }, () => (isLayer ? gain : 1) * draw(random))];
    }),
  );

/** Whether values are there for everything that the method trains, with the same sizes. */
const holds = (values: ReadonlyMap<string, Float32Array>, { parameters }: Method): boolean =>
  parameters.every(({ name, shape }) => values.get(name)?.length === shape.reduce((a, b) => a * b, 1));

const pick = (values: ReadonlyMap<string, Float32Array>, { parameters }: Method): Parameters =>
  new Map(parameters.map(({ name }) => [name, defined(values.get(name), name).slice()]));

async function solvedLayer(
  method: Method,
  { bias, size }: Encoder,
  parameters: Parameters,
  target: Float32Array,
  context: InitialisationContext,
): Promise<Float32Array> {
  const { virtualTokens: rows, width } = method;
  const offsets = defined(parameters.get(bias), bias);
  const wanted = Float64Array.from(target, (x, i) => x - (offsets[i % width] as number));
  const features = { rows, columns: size, data: await context.features(method, parameters) };
  const weight = minimumNormSolution(features, { rows, columns: width, data: wanted });
  if (!weight) throw new SoftpromptError('run.encoderTooSmall', { size, virtualTokens: rows });
  return Float32Array.from(weight);
}

const kindOf = ({ entry }: Method): SavedStart['kind'] =>
  entry === 'keysAndValues' ? 'keysAndValues' : 'inputVectors';

/** Input vectors stay what they are; a block's keys and values can be made of them, but not the other way round. */
async function startFrom(saved: SavedStart, method: Method, context: InitialisationContext): Promise<Float32Array> {
  const wanted = kindOf(method);
  const { virtualTokens, width } = method;
  const expected = `[${virtualTokens}, ${saved.kind === wanted ? width : context.hiddenSize}]`;
  const found = `[${saved.shape.join(', ')}]`;
  if (saved.kind === 'keysAndValues' && wanted === 'inputVectors') throw new SoftpromptError('run.initKind', { found });
  if (found !== expected) throw new SoftpromptError('run.initShape', { found, expected });
  return saved.kind === wanted ? saved.data : context.keysAndValues({ vectors: saved.data });
}

const repeat = (count: number, draw: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => draw(i));

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

/** A text's tokens, repeated or cut to P. */
function textIds(
  { virtualTokens }: Method,
  context: InitialisationContext,
  text: string | undefined,
  front: readonly number[],
): number[] {
  const ids = [...front, ...context.encode(defined(text, 'prompt_tuning_init_text'))];
  assert(ids.length > 0, 'prompt_tuning_init_text has no tokens');
  return repeat(virtualTokens, (i) => ids[i % ids.length] as number);
}

/** Of each label the mean of its tokens' vectors. */
async function labelVectors(
  { encode, embeddingRows }: InitialisationContext,
  words: readonly string[],
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (const word of words) vectors.push(mean(await embeddingRows(encode(word))));
  return vectors;
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
