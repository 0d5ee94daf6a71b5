import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import { readFloatTensors, type FloatTensor } from '../../src/store/safetensors.js';
import { goldenFolder, type ParityName } from './parityModels.js';

/** Prefix tuning and P-tuning by PEFT on the batches of `openParityModel`, recorded by test/golden/makeParity.py. */

/** The models that they are recorded of, all of which are committed. */
export const methodGoldenNames = [
  'gpt2',
  'llama',
  'llamaUntied',
  'qwen2',
  'mistralSharded',
] as const satisfies readonly ParityName[];
export type MethodGoldenName = (typeof methodGoldenNames)[number];

const size = z.int().min(1);
const configSchema = z.discriminatedUnion('peft_type', [
  z.strictObject({
    peft_type: z.literal('PREFIX_TUNING'),
    num_virtual_tokens: size,
    prefix_projection: z.boolean(),
    /** With the projection only. */
    encoder_hidden_size: size.optional(),
  }),
  z.strictObject({
    peft_type: z.literal('P_TUNING'),
    num_virtual_tokens: size,
    encoder_reparameterization_type: z.enum(['MLP', 'LSTM']),
    encoder_hidden_size: size,
  }),
]);
const caseNames = ['prefix', 'prefixProjection', 'pTuningMlp', 'pTuningLstm'] as const;
const goldenSchema = z.object({
  versions: z.record(z.string(), z.string()),
  learning_rate: z.number(),
  cases: z.record(z.enum(caseNames), z.object({ config: configSchema, losses: z.array(z.number()) })),
  activations: z.object({ ids: z.array(z.int()) }),
});

export interface MethodCase {
  readonly name: (typeof caseNames)[number];
  readonly config: z.infer<typeof configSchema>;
  /** First values by PEFT's parameter names within the prompt encoder, such as `transform.0.weight`. */
  readonly initial: ReadonlyMap<string, FloatTensor>;
  /** Of the first step, by the same names: every one of them is trained. */
  readonly gradients: ReadonlyMap<string, FloatTensor>;
  /** Of every step of AdamW without weight decay. */
  readonly losses: readonly number[];
  /** As PEFT saves them after the last step: [P, hidden], or [P, 2·L·H_kv·d_h] for prefix tuning. */
  readonly promptEmbeddings: FloatTensor;
  /** Of that adapter, for every position of each row of the model's `input_ids`: [length, vocabulary]. */
  readonly logits: readonly FloatTensor[];
}

export interface MethodGolden {
  readonly learningRate: number;
  readonly cases: readonly MethodCase[];
  /** The prefix [ids.length, 2·L·H_kv·d_h] that `initialize_kv_prefix_from_text` makes of these token ids. */
  readonly activations: { readonly ids: readonly number[]; readonly prefix: FloatTensor };
}

export async function openMethodGolden(name: MethodGoldenName): Promise<MethodGolden> {
  const golden = goldenSchema.parse(JSON.parse(await readFile(join(goldenFolder, `${name}.methods.json`), 'utf8')));
  const tensors = await readFloatTensors(join(goldenFolder, `${name}.methods.safetensors`));
  const named = (key: string): FloatTensor => defined(tensors.get(key), key);
  const under = (prefix: string): Map<string, FloatTensor> =>
    new Map(
      [...tensors].flatMap(([key, t]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), t] as const] : [])),
    );
  return {
    learningRate: golden.learning_rate,
    cases: caseNames.map((caseName) => {
      const { config, losses } = golden.cases[caseName];
      const logits = under(`${caseName}.logits.`);
      return {
        name: caseName,
        config,
        losses,
        initial: under(`${caseName}.initial.`),
        gradients: under(`${caseName}.gradient.`),
        promptEmbeddings: named(`${caseName}.prompt_embeddings`),
        logits: Array.from({ length: logits.size }, (_, row) =>
          defined(logits.get(String(row)), `logits of row ${row}`),
        ),
      };
    }),
    activations: { ids: golden.activations.ids, prefix: named('activations.prefix') },
  };
}
