import * as z from 'zod';
import { datasetSourceSchema } from '../protocol/dataset.js';
import { metricNames, type Metrics, type NearestTokens, type RunEvent, type SampleRow } from '../protocol/events.js';

/** Events and scores as they are read back from disk. The types say that each schema keeps to its type. */
const split = z.enum(['train', 'dev', 'test']);
const count = z.int().min(0);
const place = { group: z.string(), number: count, of: count };

export const metricsSchema: z.ZodType<Metrics> = z.object({
  n: count,
  accuracy: z.exactOptional(z.number()),
  macroF1: z.exactOptional(z.number()),
  perplexity: z.exactOptional(z.number()),
  exactMatch: z.exactOptional(z.number()),
  tokenF1: z.exactOptional(z.number()),
  bleu: z.exactOptional(z.number()),
  rouge1: z.exactOptional(z.number()),
  rouge2: z.exactOptional(z.number()),
  rougeL: z.exactOptional(z.number()),
  chrf: z.exactOptional(z.number()),
  labels: z.exactOptional(z.array(z.string())),
  confusion: z.exactOptional(z.array(z.array(count))),
  perLabel: z.exactOptional(
    z.array(z.object({ label: z.string(), precision: z.number(), recall: z.number(), f1: z.number(), support: count })),
  ),
});

export const nearestTokensSchema: z.ZodType<NearestTokens> = z.object({
  position: count,
  nearest: z.array(z.object({ id: count, token: z.string(), similarity: z.number() })),
});

const sampleSchema: z.ZodType<SampleRow> = z.object({
  file: z.string(),
  line: count,
  input: z.string(),
  expected: z.string(),
  predicted: z.string(),
  probability: z.number(),
});

export const runEventSchema: z.ZodType<RunEvent> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    run: z.string(),
    prompt: z.string(),
    model: z.string(),
    method: z.string(),
    device: z.string(),
    threads: count,
    trainable: count,
    modelParameters: count,
    steps: count,
    resumedAt: count,
    groups: z.exactOptional(z.object({ column: z.string(), count })),
  }),
  z.object({
    type: z.literal('data'),
    split,
    source: datasetSourceSchema,
    rows: count,
    tokens: z.object({ mean: z.number(), max: z.number(), sampled: z.boolean() }),
    cutRows: count,
  }),
  z.object({
    type: z.literal('notice'),
    code: z.string(),
    args: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
  z.object({
    type: z.literal('step'),
    step: count,
    epoch: z.number(),
    loss: z.number(),
    smoothedLoss: z.number(),
    learningRate: z.number(),
    gradientNorm: z.number(),
    examplesPerSecond: z.number(),
    tokensPerSecond: z.number(),
    secondsLeft: z.number(),
    memoryMb: z.number(),
    seconds: z.exactOptional(z.number()),
    group: z.exactOptional(z.object(place)),
  }),
  z.object({
    type: z.literal('evaluation'),
    step: count,
    split,
    baseline: z.boolean(),
    loss: z.number(),
    metric: z.enum(metricNames),
    value: z.number(),
    metrics: metricsSchema,
    best: z.boolean(),
    samples: z.array(sampleSchema),
  }),
  z.object({
    type: z.literal('group'),
    step: count,
    rows: z.object({ train: count, dev: count }),
    score: z.exactOptional(z.object({ metric: z.enum(metricNames), value: z.number() })),
    seconds: z.number(),
    ...place,
  }),
  z.object({
    type: z.literal('design'),
    split,
    examples: count,
    loss: z.number(),
    metric: z.enum(metricNames),
    value: z.number(),
    metrics: metricsSchema,
  }),
  z.object({ type: z.literal('checkpoint'), step: count }),
  z.object({ type: z.literal('nearest'), step: count, tokens: z.array(nearestTokensSchema) }),
  z.object({
    type: z.literal('end'),
    reason: z.enum(['finished', 'earlyStopping', 'stopped']),
    step: count,
    bestStep: count,
    seconds: z.number(),
    folder: z.string(),
  }),
]);
