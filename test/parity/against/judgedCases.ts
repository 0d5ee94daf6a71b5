import { methodOf } from '../../../src/methods/methodOf.js';
import type { Method } from '../../../src/methods/method.js';
import {
  recipeSchema,
  type MethodConfig,
  type PromptInitialisation,
  type RecipeInput,
} from '../../../src/protocol/recipe.js';
import type { JudgedModel } from './judgedModels.js';

export const caseIds = ['prompt', 'prefix', 'prefixProjection', 'pTuningMlp', 'pTuningLstm'] as const;
export type CaseId = (typeof caseIds)[number];

/**
 * A method as both sides train it, from values and at a rate at which the run is tame: from wild ones PEFT soon differs from itself. Of the trained
 * model those are the words' own vectors, keys and values, through an encoder too; a random model has no better ones than random ones.
 */
export interface JudgedCase {
  /** As `--cases` names it. */
  readonly id: CaseId;
  readonly name: string;
  readonly config: MethodConfig;
  /** The same for the referee. */
  readonly refereeOptions: readonly string[];
  readonly begins: Readonly<Record<JudgedModel['kind'], Beginning>>;
}

interface Beginning {
  /** As a recipe says it. */
  readonly init: PromptInitialisation;
  /** Of AdamW. */
  readonly learningRate: number;
}

const virtualTokens = 20;
const projectionSize = 512;
const mlpSize = 512;
const lstmSize = 128;

const configOf = (method: NonNullable<RecipeInput['method']>): MethodConfig => recipeSchema.shape.method.parse(method);

export const prefixConfig = (count: number, projected: boolean): MethodConfig =>
  configOf({
    peft_type: 'PREFIX_TUNING',
    num_virtual_tokens: count,
    prefix_projection: projected,
    encoder_hidden_size: projectionSize,
  });

const pTuningConfig = (type: 'MLP' | 'LSTM', size: number): MethodConfig =>
  configOf({
    peft_type: 'P_TUNING',
    num_virtual_tokens: virtualTokens,
    encoder_reparameterization_type: type,
    encoder_hidden_size: size,
  });

export const judgedCases: readonly JudgedCase[] = [
  {
    id: 'prompt',
    name: 'prompt tuning',
    config: configOf({ peft_type: 'PROMPT_TUNING', num_virtual_tokens: virtualTokens }),
    refereeOptions: ['--method', 'prompt'],
    // At 0.003 PEFT on SmolLM2 differs from itself by 6 % within 20 steps.
    begins: { trained: { init: 'text', learningRate: 0.0003 }, random: { init: 'text', learningRate: 0.003 } },
  },
  {
    id: 'prefix',
    name: 'prefix',
    config: prefixConfig(virtualTokens, false),
    refereeOptions: ['--method', 'prefix'],
    begins: { trained: { init: 'activations', learningRate: 0.003 }, random: { init: 'random', learningRate: 0.003 } },
  },
  {
    id: 'prefixProjection',
    name: `prefix, projection of ${projectionSize}`,
    config: prefixConfig(virtualTokens, true),
    refereeOptions: ['--method', 'prefix', '--prefix-projection', '--encoder-hidden', String(projectionSize)],
    begins: { trained: { init: 'activations', learningRate: 0.0001 }, random: { init: 'random', learningRate: 0.001 } },
  },
  {
    id: 'pTuningMlp',
    name: `P-tuning, MLP of ${mlpSize}`,
    config: pTuningConfig('MLP', mlpSize),
    refereeOptions: ['--method', 'ptuning', '--encoder', 'MLP', '--encoder-hidden', String(mlpSize)],
    begins: { trained: { init: 'text', learningRate: 0.00003 }, random: { init: 'random', learningRate: 0.001 } },
  },
  {
    id: 'pTuningLstm',
    name: `P-tuning, LSTM of ${lstmSize}`,
    config: pTuningConfig('LSTM', lstmSize),
    refereeOptions: ['--method', 'ptuning', '--encoder', 'LSTM', '--encoder-hidden', String(lstmSize)],
    begins: { trained: { init: 'text', learningRate: 0.00003 }, random: { init: 'random', learningRate: 0.001 } },
  },
];

export const judgedMethod = ({ model }: Pick<JudgedModel, 'model'>, config: MethodConfig): Method =>
  methodOf(config, model, false);
