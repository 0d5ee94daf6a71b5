import { defined } from '../common/assert.js';
import type { Random } from '../common/random.js';
import { createBuilder, type Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import type { Model } from '../models/architectures.js';
import type { EntryPoint } from '../models/modelShape.js';
import { decoderAlone, type Blocks, type PrefixAttention } from '../protocol/prefixAttention.js';
import type { GraphOutputs, Tensor } from '../runtime/executor.js';

/** What enters a model and is kept in the end, whatever the method: PEFT's name for it. */
export const promptEmbeddings = 'prompt_embeddings';

/** The output vectors of classes, where a method has some. */
export const classEmbeddings = 'class_embeddings';

/** A trained tensor, by PEFT's name, and how its numbers are drawn where nothing else is asked. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly draw: (random: Random) => number;
  /** Whether it is part of a network's layer. */
  readonly isLayer?: boolean;
}

/** The values of a method's parameters by their names. */
export type Lookup = (name: string) => Value;

/** A network that makes what enters the model, and exists while it is trained only. */
export interface Encoder {
  /** What its last layer sees [P, size]. */
  features(build: Builder, parameters: Lookup): Value;
  readonly size: number;
  /** The last layer's names: weight [width, size] and bias [width]. */
  readonly weight: string;
  readonly bias: string;
  /**
   * How much wider than usual its layers are drawn where the last one is solved for given vectors: the features must tell the virtual tokens
   * apart, or the solution magnifies every later change of them.
   */
  readonly gain: number;
}

/** What a method declares: what is trained, how it starts, and how it enters a model. Methods name no model, models name no method. */
export interface Method {
  /** Where what is kept enters: a model says which places it has. */
  readonly entry: EntryPoint;
  /** P: how many virtual tokens a sequence has. */
  readonly virtualTokens: number;
  /** Of what is kept, [P, width]: the hidden size, or 2 · blocks · key/value heads · head size. */
  readonly width: number;
  /** Whether blocks share what enters at them as PEFT has it on encoder-decoders: block l reads number 2l modulo the count of blocks. */
  readonly sharesLayers?: boolean;
  /** Where keys and values stand in an encoder-decoder, in the order of `prefixAttentions`; in the decoder alone unless told. */
  readonly prefixAttention?: readonly PrefixAttention[];
  /** How many prompts there are, of which each sequence names one (a task-mixed batch); 1 unless told. */
  readonly prompts?: number;
  /** How many classes have an output vector of their own, read at a mask in place of the output matrix; none unless told. */
  readonly classes?: number;
  /** Whether the parameters are all weights of the model, by their names: then nothing enters it, and it is the model that is trained. */
  readonly tunesModel?: boolean;
  readonly parameters: readonly Parameter[];
  /** Absent where what is kept is trained itself. */
  readonly encoder?: Encoder;
}

/** What a method may know of a model: sizes, and nothing else. */
export interface MethodSetting {
  readonly model: Pick<Model, 'kind' | 'hiddenSize' | 'heads'> & Blocks;
  /** Whether the template says where the virtual tokens stand, instead of in front. */
  readonly placed: boolean;
  /** How many labels there are; needed where each has a vector of its own. */
  readonly classes?: number;
}

/** A method without an encoder: what is kept [P, width] is the one parameter. */
export const direct = (
  entry: EntryPoint,
  virtualTokens: number,
  width: number,
  draw: Parameter['draw'] = () => 0,
): Method => ({
  entry,
  virtualTokens,
  width,
  parameters: [{ name: promptEmbeddings, shape: [virtualTokens, width], draw }],
});

/** A method with an output vector [hidden] for each class, trained too. */
export const withClasses = (method: Method, classes: number, draw: Parameter['draw'] = () => 0): Method => ({
  ...method,
  classes,
  parameters: [...method.parameters, { name: classEmbeddings, shape: [classes, method.width], draw }],
});

/** The parts of a method's prefix; none where it has no prefix. */
export const partsOf = ({ entry, prefixAttention }: Method): readonly PrefixAttention[] =>
  entry === 'keysAndValues' ? (prefixAttention ?? decoderAlone) : [];

/** The parts of a prefix that has no keys in the decoder's first block, where the vocabulary's are compared with them; undefined of all else. */
export function partsElsewhere(method: Method): string | undefined {
  const parts = partsOf(method);
  return parts.length > 0 && !parts.includes('decoder') ? parts.join(', ') : undefined;
}

/** A method as it is used once its training is over. */
export function kept({ entry, virtualTokens, width, sharesLayers, prefixAttention, classes }: Method): Method {
  const places = { ...(sharesLayers && { sharesLayers }), ...(prefixAttention && { prefixAttention }) };
  const input = { ...direct(entry, virtualTokens, width), ...places };
  return classes === undefined ? input : withClasses(input, classes);
}

/** Several prompts [prompts, P, hidden] of which each sequence of a batch reads its own (Lester et al. 2021 §3, figure 2). */
export const several = (prompts: number, virtualTokens: number, hiddenSize: number): Method => ({
  entry: 'anywhere',
  virtualTokens,
  width: hiddenSize,
  prompts,
  parameters: [{ name: promptEmbeddings, shape: [prompts, virtualTokens, hiddenSize], draw: () => 0 }],
});

/** The bare model: what a prompt is compared with. */
export const noMethod: Method = { entry: 'front', virtualTokens: 0, width: 0, parameters: [] };

/** What enters the model and is kept, [P, width] or [prompts, P, width]; undefined where nothing does. */
export function embeddingsOf(
  build: Builder,
  { encoder, parameters, tunesModel }: Method,
  values: Lookup,
): Value | undefined {
  if (tunesModel) return undefined;
  if (!encoder) return parameters[0] && values(parameters[0].name);
  return build.gemm(encoder.features(build, values), values(encoder.weight), {
    transB: true,
    c: values(encoder.bias),
  });
}

/** A method's parameters in a graph, by name; `declare` makes a leaf of each. */
export function declareParameters(method: Method, declare: (parameter: Parameter) => Value): Lookup {
  const values = new Map(method.parameters.map((parameter) => [parameter.name, declare(parameter)]));
  return (name) => defined(values.get(name), name);
}

/** A builder of a graph that trains: its parameters, which may be the model's weights. */
export function trainingBuilder(method: Method): { build: Builder; parameters: Lookup } {
  const build = createBuilder({ trainsWeights: method.tunesModel ?? false });
  return { build, parameters: declareParameters(method, ({ name, shape }) => build.parameter(name, shape)) };
}

/** How many numbers a method trains. */
export const trainableCount = ({ parameters }: Method): number =>
  parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

/** What a method's parameters make, on its own: `prompt_embeddings` [P, width]. */
export function embeddingsGraph(method: Method): GraphOutputs {
  const build = createBuilder();
  const value = embeddingsOf(build, method, fedParameters(build, method));
  return { [promptEmbeddings]: defined(value, promptEmbeddings) };
}

/** What an encoder's last layer sees: `features` [P, size]. */
export function featuresGraph(method: Method): GraphOutputs {
  const build = createBuilder();
  return { features: defined(method.encoder, 'an encoder').features(build, fedParameters(build, method)) };
}

/** Parameters that are fed but not trained. */
export const fedParameters = (build: Builder, method: Method): Lookup =>
  declareParameters(method, ({ name, shape }) => build.input(name, shape, 'float'));

/** Values of a method's parameters as feeds. */
export const parameterFeeds = (
  { parameters }: Method,
  values: ReadonlyMap<string, Float32Array>,
): Record<string, Tensor<Float32Array>> =>
  Object.fromEntries(parameters.map(({ name, shape }) => [name, { shape, data: defined(values.get(name), name) }]));
