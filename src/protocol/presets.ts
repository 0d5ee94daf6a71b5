import type { MetricName } from './events.js';

/** Data sets, as published, that a recipe's `data.preset` names; `src/data/presets` says how each is read and worded. */
export const presetIds = [
  'cola',
  'sst2',
  'mrpc',
  'qqp',
  'stsb',
  'mnli',
  'qnli',
  'rte',
  'wnli',
  'boolq',
  'cb',
  'copa',
  'multirc',
  'record',
  'superglue-rte',
  'wic',
  'wsc',
  'squad',
  'mrqa',
  'e2e',
  'webnlg',
  'trec',
  'ag-news',
  'classification',
  'generation',
] as const;
export type PresetId = (typeof presetIds)[number];

const answers = ['exactMatch', 'tokenF1'] as const;
const texts = ['bleu', 'rougeL', 'chrf'] as const;

/** What the results of each are reported in; a test that names no metric asks for the first. */
export const presetMetrics: Readonly<Record<PresetId, readonly [MetricName, ...MetricName[]]>> = {
  cola: ['accuracy', 'macroF1'],
  sst2: ['accuracy'],
  mrpc: ['accuracy', 'macroF1'],
  qqp: ['accuracy', 'macroF1'],
  stsb: ['accuracy', 'macroF1'],
  mnli: ['accuracy'],
  qnli: ['accuracy'],
  rte: ['accuracy'],
  wnli: ['accuracy'],
  boolq: ['accuracy'],
  cb: ['macroF1', 'accuracy'],
  copa: ['accuracy'],
  multirc: ['macroF1', 'accuracy'],
  record: answers,
  'superglue-rte': ['accuracy'],
  wic: ['accuracy'],
  wsc: ['accuracy'],
  squad: answers,
  mrqa: answers,
  e2e: texts,
  webnlg: texts,
  trec: ['accuracy', 'macroF1'],
  'ag-news': ['accuracy', 'macroF1'],
  classification: ['accuracy', 'macroF1'],
  generation: [...answers, ...texts],
};
