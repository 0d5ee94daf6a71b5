import { voteRules } from '../../../src/protocol/evaluation.js';
import type { SettingResult } from './ensembles.js';
import { seeds, settingKey, settings, steps } from './grid.js';

const points = (share: number): string => (100 * share).toFixed(1);
const signed = (share: number): string => `${share < 0 ? '−' : '+'}${points(Math.abs(share))}`;

/** The results as a page: what five prompts score alone and together. */
export function ensembleTables(results: readonly SettingResult[]): string {
  const found = settings.flatMap((setting) => {
    const result = results.find(({ key }) => key === settingKey(setting));
    return result ? [result] : [];
  });
  return [
    '# Five seeds, alone and together',
    '',
    'Made by `npm run bench -- ensembles`, which goes on where it was stopped (`results.jsonl` has a line for each model and dataset; `-- --only',
    '"bundled | sst2"` for one alone). After Lester et al. 2021 (https://arxiv.org/abs/2104.08691), table 3: prompt tuning with 20 virtual tokens and the',
    `defaults of a recipe, ${steps.bundled} steps on softprompt-9m and ${steps.smollm2} on SmolLM2-135M-Instruct of 16 rows of like length (8 of RTE’s on SmolLM2), seeds ${seeds.join(', ')};`,
    'the step is the best on 200 held-out training rows, whose accuracy also weighs the weighted vote. Test rows: SST-2 dev (872), RTE val (277).',
    '',
    'Accuracy in %; in brackets the distance from the mean of the members, with its 95 % interval (paired bootstrap over the rows).',
    '',
    '| model and data | no prompt | seeds | mean | best | majority | mean probability | weighted |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...found.map(({ key, baseline, members, mean, best, votes }) => {
      const cells = voteRules.map((rule) => {
        const { value, gain, gainInterval } = votes[rule];
        return `${points(value)} (${signed(gain)}: ${signed(gainInterval.low)} … ${signed(gainInterval.high)})`;
      });
      const seeded = members.map(points).join(', ');
      return `| ${[key.replace(' | ', ', '), points(baseline), seeded, points(mean), points(best), ...cells].join(' | ')} |`;
    }),
    '',
    'Expected calibration error of each vote (ten bins), entropy of the mean probabilities and what of it is disagreement',
    '(nats a row), rows that the members disagree on.',
    '',
    '| model and data | majority | mean probability | weighted | entropy | disagreement | rows |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...found.map(({ key, votes, entropy, disagreement, disagreed, rows }) => {
      const errors = voteRules.map((rule) => votes[rule].calibrationError.toFixed(3));
      return `| ${[key.replace(' | ', ', '), ...errors, entropy.toFixed(3), disagreement.toFixed(3), `${disagreed} of ${rows}`].join(' | ')} |`;
    }),
    '',
  ].join('\n');
}
