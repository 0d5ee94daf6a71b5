import * as z from 'zod';
import type {
  Calibration,
  EnsembleReport,
  EvaluationSummary,
  Interval,
  MemberScore,
  VoteScore,
} from '../protocol/evaluation.js';
import { metricNames } from '../protocol/events.js';
import type { Grouping, GroupScores } from '../protocol/groupScores.js';
import { metricsSchema } from './eventSchema.js';

/** Results as they are read back from disk. The types say that each schema keeps to its type. */
const count = z.int().min(0);

const intervalSchema: z.ZodType<Interval> = z.object({ low: z.number(), high: z.number() });

const calibrationSchema: z.ZodType<Calibration> = z.object({
  error: z.number(),
  bins: z.array(
    z.object({ low: z.number(), high: z.number(), n: count, confidence: z.number(), accuracy: z.number() }),
  ),
});

const memberSchema: z.ZodType<MemberScore> = z.object({
  prompt: z.string(),
  name: z.string(),
  metrics: metricsSchema,
  value: z.number(),
  weight: z.number(),
});

const voteScoreSchema: z.ZodType<VoteScore> = z.object({
  metrics: metricsSchema,
  value: z.number(),
  gain: z.number(),
  gainInterval: intervalSchema,
  calibration: calibrationSchema,
});

export const ensembleReportSchema: z.ZodType<EnsembleReport> = z.object({
  members: z.array(memberSchema),
  mean: z.number(),
  best: z.number(),
  votes: z.object({ majority: voteScoreSchema, mean: voteScoreSchema, weighted: voteScoreSchema }),
  entropy: z.number(),
  disagreement: z.number(),
  disagreed: z.array(count),
});

export const groupingSchema: z.ZodType<Grouping> = z.object({ column: z.string(), groups: z.array(z.string()) });

const groupScoresSchema: z.ZodType<GroupScores> = z.object({
  column: z.string(),
  metric: z.enum(metricNames),
  scores: z.array(z.object({ group: z.string(), rows: count, value: z.number(), bare: z.boolean() })),
  bareRows: count,
});

export const evaluationSummarySchema: z.ZodType<EvaluationSummary> = z.object({
  metrics: metricsSchema,
  interval: z.exactOptional(intervalSchema),
  calibration: z.exactOptional(calibrationSchema),
  baselines: z.object({
    none: z.exactOptional(metricsSchema),
    examples: z.exactOptional(z.object({ count, metrics: metricsSchema })),
  }),
  ensemble: z.exactOptional(ensembleReportSchema),
  groups: z.exactOptional(groupScoresSchema),
  rows: count,
  judged: count,
  problems: count,
  seconds: z.number(),
  complete: z.boolean(),
});
