import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { metricNames } from '../protocol/events.js';
import { metricsSchema } from '../store/eventSchema.js';
import { readSafetensorsHeader, readTensors } from '../store/safetensors.js';
import { writeSafetensors } from '../store/writeSafetensors.js';

/**
 * Everything that a run needs to go on as if it had never stopped: the numbers as tensors, the rest as JSON in the file's metadata.
 * The order of the data and every random draw follow from the recipe's seed and the step, so no generator's state is kept.
 */
const stateSchema = z.object({
  version: z.literal(1),
  /** Optimiser steps done, and the last of them after which dev was evaluated. */
  step: z.int().min(0),
  evaluatedStep: z.int().min(0),
  smoothedLoss: z.number().nullable(),
  /** Seconds of work so far. */
  seconds: z.number(),
  /** The best dev evaluation yet; its vectors are the tensors `best.*`. */
  best: z
    .object({
      step: z.int(),
      metric: z.enum(metricNames),
      value: z.number(),
      loss: z.number(),
      metrics: metricsSchema,
    })
    .nullable(),
  evaluationsSinceBest: z.int().min(0),
  /** Evaluations that are done or under way, by kind: scores of the first examples, in the order of their batches. */
  scores: z.record(z.string(), z.array(z.array(z.number()))),
});
export type RunState = Omit<z.infer<typeof stateSchema>, 'version'>;

/** What a run stands on, as checksums, and how many events it had told. */
const anchorSchema = z.object({ model: z.string(), data: z.string(), events: z.int().min(0) });
export type Anchor = z.infer<typeof anchorSchema>;

export interface Checkpoint {
  readonly state: RunState;
  /** Absent before the first one was written. */
  readonly anchor?: Anchor;
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

const [stateKey, anchorKey] = ['softprompt.state', 'softprompt.anchor'];

/** Written beside and renamed over the last one: a kill at any moment leaves a whole checkpoint. */
export async function writeCheckpoint(file: string, { state, anchor, tensors }: Required<Checkpoint>): Promise<void> {
  const entries = [...tensors].map(([name, data]) => [name, { dtype: 'F32', shape: [data.length], data }] as const);
  await writeSafetensors(file, entries, {
    [stateKey]: JSON.stringify({ version: 1, ...state }),
    [anchorKey]: JSON.stringify(anchor),
  });
}

/** Throws `run.badCheckpoint`, `store.badSafetensors` or `store.fileMissing`. */
export async function readCheckpoint(file: string): Promise<Required<Checkpoint>> {
  const { metadata } = await readSafetensorsHeader(file);
  const state = stateSchema.safeParse(parseJson(metadata[stateKey]));
  const anchor = anchorSchema.safeParse(parseJson(metadata[anchorKey]));
  if (!state.success || !anchor.success)
    throw new SoftpromptError('run.badCheckpoint', { file }, { cause: state.error ?? anchor.error });
  const tensors = new Map<string, Float32Array>();
  for (const [name, { data }] of await readTensors(file)) if (data instanceof Float32Array) tensors.set(name, data);
  return { state: state.data, anchor: anchor.data, tensors };
}

/** What was trained as it was at the best step, by parameter name. Throws what `readCheckpoint` throws. */
export async function bestParameters(file: string): Promise<Map<string, Float32Array>> {
  const { tensors } = await readCheckpoint(file);
  const best = tensorsUnder(tensors, 'best.');
  return best.size > 0 ? best : tensorsUnder(tensors, 'parameter.');
}

/** The tensors whose names begin with a prefix, by the rest of their names. */
export const tensorsUnder = (tensors: Checkpoint['tensors'], prefix: string): Map<string, Float32Array> =>
  new Map([...tensors].flatMap(([key, v]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), v] as const] : [])));

function parseJson(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
