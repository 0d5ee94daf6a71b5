import { trialKey, trialsOf, type Trial, type VariantName } from './grid.js';
import type { TrialResult } from './sweep.js';

const percent = (share: number | undefined): string => (share === undefined ? '–' : (100 * share).toFixed(1));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The results as a page: which rates and beginnings work, and what the defaults score. */
export function sweepTables(results: readonly TrialResult[]): string {
  const byKey = new Map(results.map((result) => [result.key, result]));
  const of = (trial: Trial): TrialResult | undefined => byKey.get(trialKey(trial));
  const cost = (purpose: Trial['purpose']): string => {
    const seconds = trialsOf[purpose]().map((trial) => of(trial)?.seconds ?? 0);
    return `${trialsOf[purpose]().length} trainings, ${(seconds.reduce((a, b) => a + b, 0) / 3600).toFixed(1)} core hours`;
  };
  return [
    '# Which learning rates and beginnings work',
    '',
    'Made by `npm run bench -- sweep`, which goes on where it was stopped (`results.jsonl` has a line for each training). Steps of 16 rows of',
    'like length (200; 500 for the defaults on the small model), AdamW, linear decay, 20 virtual tokens; one thread each, two at a time. SST-2 and TREC (six classes) as in `grid.ts`.',
    'Times are of whole commands, many of them on a machine that had other work.',
    '',
    `## Rates (${cost('rates')})`,
    '',
    'Accuracy in % on 200 held-out training rows, at the better of steps 100 and 200; SST-2 / TREC. The larger model: SST-2.',
    '',
    ...ratesTables(of),
    `## What the defaults score (${cost('defaults')})`,
    '',
    'Accuracy in % on test rows (SST-2: 872 dev rows; TREC: 500), seeds 0, 1 and 2, at the step that was best on held-out training rows.',
    '',
    ...defaultsTable(of),
    '',
  ].join('\n');
}

type Find = (trial: Trial) => TrialResult | undefined;

function ratesTables(of: Find): string[] {
  const trials = trialsOf.rates();
  return (['bundled', 'smollm2'] as const).flatMap((model) => {
    const ofModel = trials.filter((trial) => trial.model === model);
    const variants = [...new Set(ofModel.map((trial) => trial.variant))];
    return variants.flatMap((variant) => {
      const mine = ofModel.filter((trial) => trial.variant === variant);
      const rates = [...new Set(mine.map((trial) => trial.learningRate ?? 0))];
      const inits = [...new Set(mine.map((trial) => trial.init ?? 'class-labels'))];
      const cell = (init: Trial['init'], rate: number): string =>
        mine
          .filter((trial) => trial.init === init && trial.learningRate === rate)
          .map((trial) => percent(of(trial)?.dev))
          .join(' / ');
      return [
        `| ${model}, ${variant} | ${rates.join(' | ')} |`,
        `| --- | ${rates.map(() => '---').join(' | ')} |`,
        ...inits.map((init) => `| ${init} | ${rates.map((rate) => cell(init, rate)).join(' | ')} |`),
        '',
      ];
    });
  });
}

function defaultsTable(of: Find): string[] {
  const trials = trialsOf.defaults();
  const rows = (['bundled', 'smollm2'] as const).flatMap((model) =>
    (['sst2', 'trec'] as const).flatMap((dataset) =>
      [...new Set(trials.map((trial) => trial.variant))].map((variant: VariantName) => {
        const ofData = trials.filter((t) => t.model === model && t.dataset === dataset);
        const baseline = ofData.flatMap((trial) => of(trial)?.baseline ?? [])[0];
        const found = ofData.filter((t) => t.variant === variant).flatMap((trial) => of(trial) ?? []);
        const scores = found.flatMap(({ test }) => (test === undefined ? [] : [test]));
        const seconds = found.length > 0 ? mean(found.map((result) => result.seconds)).toFixed(0) : '–';
        return `| ${model} | ${dataset} | ${variant} | ${percent(baseline)} | ${scores.map(percent).join(', ')} | ${
          scores.length > 0 ? percent(mean(scores)) : '–'
        } | ${seconds} s | ${found[0]?.trainable?.toLocaleString('en') ?? '–'} |`;
      }),
    ),
  );
  return [
    '| model | data | method | untrained | seeds 0, 1, 2 | mean | time | trainable |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
}
