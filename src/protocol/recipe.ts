import * as z from 'zod';
import { assert } from '../common/assert.js';
import { datasetSourceSchema } from './dataset.js';
import { metricNames } from './events.js';
import { prefixAttentions } from './prefixAttention.js';
import { presetIds } from './presets.js';

/**
 * The recipe `NAME.softprompt.json`: what a run is, in one small file. The one source of the published JSON schema, of validation
 * and of the types. Method fields carry PEFT's names.
 */
const source = z.union([z.string().min(1), datasetSourceSchema]);

/** What virtual tokens may begin from. In lower case the papers' ways, in capitals PEFT's own. */
export const promptInitialisations = [
  'class-labels',
  'vocab',
  'text',
  'activations',
  'random',
  'file',
  'RANDOM',
  'SAMPLE_VOCAB',
  'TEXT',
] as const;
export type PromptInitialisation = (typeof promptInitialisations)[number];

/** The ways of each method: input vectors can be taken from words, keys and values from what the model makes of words. */
export const initialisationsOf = {
  PROMPT_TUNING: ['class-labels', 'vocab', 'text', 'random', 'file', 'RANDOM', 'SAMPLE_VOCAB', 'TEXT'],
  PREFIX_TUNING: ['activations', 'random', 'file', 'RANDOM'],
  P_TUNING: ['class-labels', 'vocab', 'text', 'random', 'file'],
  WARP: ['class-labels', 'vocab', 'text', 'random', 'file'],
} as const satisfies Readonly<Record<string, readonly PromptInitialisation[]>>;

/** What a prompt may be called: its folder's name on any system. */
export const promptNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const dataSchema = z
  .strictObject({
    train: source.describe('Training rows.'),
    dev: source
      .optional()
      .describe('Rows that choose the best step. Without it, `devRows` training rows are held out.'),
    test: source.optional().describe('Rows that are only used after training.'),
    devRows: z
      .int()
      .min(0)
      .default(200)
      .describe('How many training rows to hold out as dev where no dev file is given (at most a fifth of them).'),
    preset: z
      .enum(presetIds)
      .optional()
      .describe(
        'The published data set that these files are, read as they are published: its template, target and labels where none are given. classification and generation: any other file, of which only the kind of task is said.',
      ),
    template: z
      .string()
      .optional()
      .describe(
        'The text before the target, with {column} for a cell and {{ }} for braces; [P×3] places three virtual tokens there instead of in front, and with a masked model {mask} is where the target is read. Inferred where one text column is left.',
      ),
    target: z
      .string()
      .optional()
      .describe('The target, such as {label}. By default the column named label, target, or the like.'),
    labels: z
      .record(z.string(), z.string())
      .optional()
      .describe(
        'For classification: each value of the target column and the words that stand for it (the verbalizer).',
      ),
    task: z
      .enum(['classification', 'generation'])
      .optional()
      .describe('By default classification where the target has few distinct values.'),
    targetPrefix: z
      .string()
      .optional()
      .describe(
        'What joins input and target. By default one space, or nothing where the tokenizer adds its own or the template ends in white space; at {mask}, one space where the template has one in front of it.',
      ),
    addBos: z
      .boolean()
      .optional()
      .describe("Whether the beginning-of-text token stands in front. By default as the model's tokenizer does."),
    addEos: z
      .boolean()
      .optional()
      .describe(
        'Whether the end-of-text token ends the target and is trained. By default for generation, and where one label begins another.',
      ),
    sentinel: z
      .boolean()
      .optional()
      .describe(
        'Of T5: whether every target begins with the sentinel <extra_id_0>, as the targets that it was trained on did (Lester et al. 2021 §3.2).',
      ),
    maxLength: z
      .int()
      .min(8)
      .optional()
      .describe('Longest row in tokens, virtual tokens not counted; by default what the model allows, at most 512.'),
  })
  .describe('Which rows, and how a row becomes text.');

const virtualTokens = z.int().min(1).max(2000).default(20);
const initText = z.string().min(1).optional();
const initFile = z.string().min(1).optional().describe('A saved prompt (its folder, or an .npy file) to begin from.');
const encoderSize = z.int().min(1);

const methodSchema = z
  .discriminatedUnion('peft_type', [
    z.strictObject({
      peft_type: z.literal('PROMPT_TUNING'),
      num_virtual_tokens: virtualTokens.describe(
        'How many virtual tokens are trained: in front of the input, or where the template says [P×3].',
      ),
      prompt_tuning_init: z
        .enum(initialisationsOf.PROMPT_TUNING)
        .default('class-labels')
        .describe(
          "class-labels: the labels' vectors, then vocab; vocab: frequent tokens; text: prompt_tuning_init_text; random: uniform in ±0.5; file: prompt_tuning_init_file. PEFT's own: RANDOM (normal, variance 1), SAMPLE_VOCAB (any token), TEXT.",
        ),
      prompt_tuning_init_text: initText.describe('The words to begin from, repeated or cut to num_virtual_tokens.'),
      prompt_tuning_init_file: initFile,
    }),
    z.strictObject({
      peft_type: z.literal('PREFIX_TUNING'),
      num_virtual_tokens: virtualTokens.describe('How many keys and values are trained for every block of the model.'),
      prefix_projection: z
        .boolean()
        .default(false)
        .describe(
          'Whether they are made by a small network while they are trained (Li, Liang 2021); without it they are trained directly (P-tuning v2, deep prompt tuning).',
        ),
      encoder_hidden_size: encoderSize.default(512).describe('Width of that network.'),
      prefix_embedding: z
        .enum(['token_dim', 'hidden_size'])
        .default('token_dim')
        .describe(
          "Width of that network's input vectors: token_dim as in PEFT (the model's key/value heads together), hidden_size as in the paper's program.",
        ),
      peft_layer_sharing: z
        .boolean()
        .optional()
        .describe(
          "Of an encoder-decoder: whether the decoder's blocks share keys and values as PEFT trains them (block l uses those numbered 2l modulo the count of blocks); by default each has its own.",
        ),
      prefix_attention: z
        .array(z.enum(prefixAttentions))
        .min(1)
        .meta({ uniqueItems: true })
        .optional()
        .describe(
          "Of an encoder-decoder: in front of whose keys and values the prefix stands, one or several of: decoder, the decoder's own (by default this alone, as PEFT has it); encoder, the encoder's; cross, those that the decoder reads of the encoder's states. The paper's program trains all three.",
        ),
      prompt_tuning_init: z
        .enum(initialisationsOf.PREFIX_TUNING)
        .default('activations')
        .describe(
          "activations: the model's own keys and values for prompt_tuning_init_text; random: normal, deviation 0.1 (with prefix_projection as PEFT draws the network); file: prompt_tuning_init_file. PEFT's own: RANDOM (normal, variance 1).",
        ),
      prompt_tuning_init_text: initText.describe(
        "The words whose keys and values are taken, repeated or cut to num_virtual_tokens; by default the template's own words and the labels.",
      ),
      prompt_tuning_init_file: initFile,
    }),
    z.strictObject({
      peft_type: z.literal('P_TUNING'),
      num_virtual_tokens: virtualTokens.describe(
        'How many virtual tokens are trained: in front of the input, or where the template says [P×3].',
      ),
      encoder_reparameterization_type: z
        .enum(['MLP', 'LSTM'])
        .default('MLP')
        .describe('The network that makes the virtual tokens while they are trained.'),
      encoder_hidden_size: encoderSize.default(128).describe('Width of that network.'),
      prompt_tuning_init: z
        .enum(initialisationsOf.P_TUNING)
        .default('class-labels')
        .describe(
          "What the network gives at first. class-labels: the labels' vectors, then vocab; vocab: frequent tokens; text: prompt_tuning_init_text; random: as PEFT draws the network; file: prompt_tuning_init_file.",
        ),
      prompt_tuning_init_text: initText.describe('The words to begin from, repeated or cut to num_virtual_tokens.'),
      prompt_tuning_init_file: initFile,
    }),
    z.strictObject({
      peft_type: z.literal('WARP'),
      num_virtual_tokens: virtualTokens.describe(
        'How many virtual tokens are trained, in front of the input or where the template says [P×3]; beside them an output vector for each label, read at {mask}. For masked models (BERT, RoBERTa) alone.',
      ),
      prompt_tuning_init: z
        .enum(initialisationsOf.WARP)
        .default('vocab')
        .describe(
          "What the virtual tokens begin from. class-labels: the labels' vectors, then vocab; vocab: frequent tokens; text: prompt_tuning_init_text; random: uniform in ±0.5; file: prompt_tuning_init_file. The labels' output vectors begin as those of their words, and as random numbers with random.",
        ),
      prompt_tuning_init_text: initText.describe('The words to begin from, repeated or cut to num_virtual_tokens.'),
      prompt_tuning_init_file: initFile,
    }),
    z.strictObject({
      peft_type: z
        .literal('MODEL_TUNING')
        .describe(
          "No prompt: every weight of the model is trained, as a baseline to compare prompts with. None of PEFT's.",
        ),
      save_model: z
        .boolean()
        .default(false)
        .describe(
          "Whether the tuned model is kept in the run's folder, as a Hugging Face folder in float32. By default its scores and its record alone are.",
        ),
    }),
  ])
  .describe('What is trained.');

const trainingSchema = z
  .strictObject({
    optimizer: z.enum(['adamw', 'adafactor']).default('adamw'),
    learningRate: z
      .number()
      .positive()
      .optional()
      .describe(
        'By default, with AdamW: 0.03 for prompt tuning, 0.01 for prefix tuning (0.001 with prefix_projection), 0.003 for P-tuning, 0.03 for WARP, 0.0003 for model tuning. With Adafactor 0.3, 0.01 where a network is trained, and 0.001 for model tuning.',
      ),
    weightDecay: z.number().min(0).default(0),
    schedule: z
      .enum(['constant', 'linear', 'cosine'])
      .default('linear')
      .describe('How the learning rate falls after warm-up.'),
    warmupSteps: z.int().min(0).default(0),
    batchSize: z.int().min(1).default(16),
    gradientAccumulation: z.int().min(1).default(1).describe('Batches per optimiser step.'),
    maxGradNorm: z.number().positive().optional().describe('Clip the gradient to this global norm.'),
    maxSteps: z.int().min(1).default(500),
    evalEvery: z.int().min(1).default(50).describe('Steps between dev evaluations.'),
    earlyStopping: z.int().min(1).optional().describe('Stop after this many dev evaluations without a better one.'),
    bucket: z.boolean().default(true).describe('Batch rows of like length together: less padding, same data.'),
    seed: z.int().min(0).default(0),
  })
  .describe('How it is trained.');

const testSchema = z
  .strictObject({
    file: source.describe('Rows that were not trained on, with the columns of the training data.'),
    metric: z
      .enum(metricNames)
      .optional()
      .describe(
        "What must be good enough: accuracy or macroF1 for labels; exactMatch, tokenF1, bleu, rouge1, rouge2, rougeL, chrf or perplexity for free text. By default the preset's.",
      ),
    atLeast: z
      .number()
      .min(0)
      .optional()
      .describe('The test passes from this value on: between 0 and 1, so that 0.85 is 85 %.'),
    atMost: z.number().positive().optional().describe('For perplexity, which is the better the lower it is.'),
  })
  .describe('A prompt test: it passes or fails as a whole, in the Test Explorer and by softprompt test.');

/** What becomes of a row whose group has no prompt: it is refused by its line, or answered by the bare model. */
export const unknownGroupRules = ['refuse', 'bare'] as const;
export type UnknownGroups = (typeof unknownGroupRules)[number];

/** How labels are ranked: by log-probability, or by its mean over the label's tokens. */
export const rankings = ['sum', 'mean'] as const;
export type Ranking = (typeof rankings)[number];

const evaluationSchema = z
  .strictObject({
    ranking: z
      .enum(rankings)
      .default('sum')
      .describe(
        "How labels are ranked: sum, by their log-probability; mean, by its mean over a label's tokens, where long labels would lose for being long.",
      ),
    examples: z
      .int()
      .min(0)
      .default(0)
      .describe(
        'The prompt-design baseline: before each row stand this many training rows as text. Not scored where there is neither an example nor an instruction.',
      ),
    instruction: z
      .string()
      .min(1)
      .optional()
      .describe('What the prompt-design baseline begins with, before its examples.'),
    unknownGroups: z
      .enum(unknownGroupRules)
      .default('refuse')
      .describe(
        'With groupBy, rows of a group that has no prompt. refuse: an error that names their lines; bare: the model answers them without a prompt.',
      ),
  })
  .describe('How rows are judged, and what a prompt is compared with.');

const sweepRangeSchema = z
  .strictObject({
    from: z.number(),
    to: z.number().describe('The last value, if the steps meet it.'),
    step: z.number().positive().optional().describe('What each value adds to the one before; 1 by default.'),
    factor: z.number().gt(1).optional().describe('What each value is multiplied by instead.'),
  })
  .describe('Values from one number up to another.');
const sweepValuesSchema = z.union([z.array(z.unknown()).min(1), sweepRangeSchema]);
export type SweepValues = z.output<typeof sweepValuesSchema>;

const sweepSchema = z
  .record(z.string(), sweepValuesSchema)
  .describe(
    'Fields of this recipe, such as "method.num_virtual_tokens", and the values that softprompt sweep trains with: a list, or a range such as { "from": 1, "to": 5 }. Every combination is a run.',
  );
export type Sweep = z.output<typeof sweepSchema>;

export const recipeSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z
    .string()
    .regex(promptNamePattern, 'letters, digits, dot, dash and underscore, beginning with a letter or digit')
    .optional()
    .describe("The prompt's name; by default the recipe's file name."),
  model: z
    .string()
    .min(1)
    .default('softprompt-9m')
    .describe('The frozen base model: softprompt-9m (bundled), a Hugging Face folder, or a .gguf file.'),
  data: dataSchema,
  groupBy: z
    .string()
    .min(1)
    .optional()
    .describe(
      "A column, such as user: one prompt is trained for each of its values, on that value's rows alone, and every row is answered with its own group's.",
    ),
  method: methodSchema.default({
    peft_type: 'PROMPT_TUNING',
    num_virtual_tokens: 20,
    prompt_tuning_init: 'class-labels',
  }),
  training: trainingSchema.prefault({}),
  tests: z.array(testSchema).optional().describe('What the trained prompt must reach.'),
  evaluation: evaluationSchema.optional(),
  baseline: z.boolean().default(true).describe('Whether the same template without a prompt is scored too.'),
  engine: z.enum(['onnxruntime', 'tensorflow']).default('onnxruntime'),
  provider: z
    .enum(['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'])
    .default('auto')
    .describe('Where it runs; auto tries what the machine has.'),
  threads: z.int().min(1).optional().describe('CPU threads; by default the number of physical cores.'),
  sweep: sweepSchema.optional(),
});

/** Whether a method makes a prompt; otherwise it trains the model itself. */
export const trainsPrompt = (method: MethodConfig): method is PromptConfig => method.peft_type !== 'MODEL_TUNING';

/** The method of what has made a prompt. */
export function promptConfig(method: MethodConfig): PromptConfig {
  assert(trainsPrompt(method), 'a method that makes a prompt');
  return method;
}

export type RecipeInput = z.input<typeof recipeSchema>;
/** A recipe with every default filled in; paths still relative to its file. */
export type Recipe = z.output<typeof recipeSchema>;
export type MethodConfig = Recipe['method'];
export type MethodType = MethodConfig['peft_type'];
export type MethodConfigOf<T extends MethodType> = Extract<MethodConfig, { peft_type: T }>;
/** A method that makes a prompt. */
export type PromptConfig = Exclude<MethodConfig, { peft_type: 'MODEL_TUNING' }>;
export type PeftType = PromptConfig['peft_type'];
export type TrainingConfig = Recipe['training'];
export type DataConfig = Recipe['data'];
export type RecipeTest = NonNullable<Recipe['tests']>[number];
