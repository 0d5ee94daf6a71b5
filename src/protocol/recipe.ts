import * as z from 'zod';
import { datasetSourceSchema } from './dataset.js';

/**
 * The recipe `NAME.softprompt.json`: what a run is, in one small file. The one source of the published JSON schema, of validation
 * and of the types. Method fields carry PEFT's names.
 */
const source = z.union([z.string().min(1), datasetSourceSchema]);

export const promptInitialisations = [
  'random',
  'vocab',
  'class-labels',
  'text',
  'file',
  'RANDOM',
  'SAMPLE_VOCAB',
  'TEXT',
] as const;
export type PromptInitialisation = (typeof promptInitialisations)[number];

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
    template: z
      .string()
      .optional()
      .describe(
        'The text before the target, with {column} for a cell and {{ }} for braces. Inferred where one text column is left.',
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
        'What joins input and target. By default one space, or nothing where the tokenizer adds its own or the template ends in white space.',
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
    maxLength: z
      .int()
      .min(8)
      .optional()
      .describe('Longest row in tokens, virtual tokens not counted; by default what the model allows, at most 512.'),
  })
  .describe('Which rows, and how a row becomes text.');

const methodSchema = z
  .discriminatedUnion('peft_type', [
    z.strictObject({
      peft_type: z.literal('PROMPT_TUNING'),
      num_virtual_tokens: z
        .int()
        .min(1)
        .max(2000)
        .default(20)
        .describe('How many virtual tokens stand in front of the input.'),
      prompt_tuning_init: z
        .enum(promptInitialisations)
        .default('class-labels')
        .describe(
          "random: uniform in ±0.5; vocab: frequent tokens; class-labels: the labels' vectors, then vocab; text: prompt_tuning_init_text; file: prompt_tuning_init_file. PEFT's own: RANDOM (normal, variance 1), SAMPLE_VOCAB (any token), TEXT.",
        ),
      prompt_tuning_init_text: z
        .string()
        .min(1)
        .optional()
        .describe('The words to begin from, repeated or cut to num_virtual_tokens.'),
      prompt_tuning_init_file: z.string().min(1).optional().describe('A saved prompt (its folder) to begin from.'),
    }),
  ])
  .describe('What is trained.');

const trainingSchema = z
  .strictObject({
    optimizer: z.enum(['adamw', 'adafactor']).default('adamw'),
    learningRate: z.number().positive().optional().describe('0.01 for AdamW and 0.3 for Adafactor by default.'),
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
  method: methodSchema.default({
    peft_type: 'PROMPT_TUNING',
    num_virtual_tokens: 20,
    prompt_tuning_init: 'class-labels',
  }),
  training: trainingSchema.prefault({}),
  baseline: z.boolean().default(true).describe('Whether the same template without a prompt is scored too.'),
  engine: z.enum(['onnxruntime', 'tensorflow']).default('onnxruntime'),
  provider: z
    .enum(['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'])
    .default('auto')
    .describe('Where it runs; auto tries what the machine has.'),
  threads: z.int().min(1).optional().describe('CPU threads; by default the number of physical cores.'),
});

export type RecipeInput = z.input<typeof recipeSchema>;
/** A recipe with every default filled in; paths still relative to its file. */
export type Recipe = z.output<typeof recipeSchema>;
export type MethodConfig = Recipe['method'];
export type TrainingConfig = Recipe['training'];
export type DataConfig = Recipe['data'];
