import { createHash } from 'node:crypto';
import * as z from 'zod';
import { presetIds } from '../protocol/presets.js';
import { metricsSchema } from './eventSchema.js';

/** `softprompt.json`: what we know of a prompt and PEFT does not. */
export const promptDetailsFile = 'softprompt.json';

const text = z.string().min(1);
const count = z.int().min(0);

export const promptDetailsSchema = z.object({
  version: z.literal(1),
  name: text,
  /** ISO 8601, UTC. */
  created: z.iso.datetime(),
  /** Program → version: softprompt, onnxruntime, node. */
  versions: z.record(z.string(), z.string()),
  model: z.object({
    name: text,
    /** Of the config as we read it: `configHash`. */
    configHash: text,
    /** SHA-256 of the weights as they were found. */
    checksum: text,
    parameters: count,
  }),
  /** How a row becomes tokens, with nothing left to infer. */
  task: z.object({
    task: z.enum(['classification', 'generation']),
    template: z.string(),
    target: z.string(),
    labels: z.exactOptional(z.record(z.string(), z.string())),
    preset: z.exactOptional(z.enum(presetIds)),
    targetPrefix: z.string(),
    addBos: z.boolean(),
    addEos: z.boolean(),
    sentinel: z.exactOptional(z.boolean()),
    /** Tokens, virtual ones not counted. */
    maxLength: z.int().min(1),
  }),
  /** The training file as the recipe names it, and the number of rows of each split. */
  data: z.object({ train: text, rows: z.object({ train: count, dev: count, test: count }) }),
  training: z.object({ steps: count, bestStep: count, seconds: z.number().min(0), trainable: count }),
  scores: z.array(z.object({ split: z.enum(['train', 'dev', 'test']), baseline: z.boolean(), metrics: metricsSchema })),
});
export type PromptDetails = z.infer<typeof promptDetailsSchema>;

/** What a model's config says, whatever the order of its fields: SHA-256, hexadecimal. */
export function configHash(config: unknown): string {
  return createHash('sha256').update(JSON.stringify(config, sortKeys)).digest('hex');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
