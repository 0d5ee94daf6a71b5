import * as l10n from '@vscode/l10n';
import { describeMessage } from '../../errors/catalogue.js';
import { evaluationProgress } from '../../protocol/evaluationProgress.js';
import { mainScore } from '../../protocol/mainScore.js';
import { metricName, metricText, wholeNumber } from '../../protocol/numbers.js';
import type { FileEvaluation } from './fileEvaluation.js';

/** What stands above a data file: words, and what a click does. */
export interface Lens {
  readonly title: string;
  readonly does: 'evaluate' | 'choose' | 'stop' | 'results' | 'confusion' | 'next' | 'previous';
  readonly tooltip?: string;
}

const another = '$(chevron-down)';

/** `withName`: of the prompt or ensemble that is offered. */
export function offerLenses(withName: string | undefined): Lens[] {
  if (withName === undefined) return [{ title: l10n.t('$(checklist) Evaluate with a prompt…'), does: 'choose' }];
  return [
    { title: l10n.t('$(checklist) Evaluate with {name}', { name: withName }), does: 'evaluate' },
    { title: another, does: 'choose', tooltip: l10n.t('Evaluate with another prompt or ensemble') },
  ];
}

/** The lenses of an evaluated file. `training`: runs that train at the same time, which is never passed over. */
export function evaluationLenses(evaluation: FileEvaluation, training: readonly string[]): Lens[] {
  const { state, trainedOn, changedSince, problem } = evaluation;
  if (state === 'starting' || state === 'running')
    return [...runningLenses(evaluation, training), ...resultLenses(evaluation)];
  return [
    ...(problem ? [problemLens(evaluation)] : []),
    ...(state === 'stopped' ? [stoppedLens(evaluation)] : []),
    ...(state === 'ended' ? [] : resultLenses(evaluation)),
    ...(trainedOn > 0 ? [{ title: `$(warning) ${trainedOnText(trainedOn)}`, does: 'results' as const }] : []),
    ...(changedSince
      ? [{ title: l10n.t('$(warning) the file changed since: evaluate again'), does: 'evaluate' as const }]
      : []),
  ];
}

function runningLenses(evaluation: FileEvaluation, training: readonly string[]): Lens[] {
  const progress =
    evaluation.state === 'starting' ? l10n.t('$(sync~spin) starting') : `$(sync~spin) ${progressText(evaluation)}`;
  return [
    { title: training.length === 0 ? progress : `${progress} · ${sharesCores(training)}`, does: 'results' },
    { title: l10n.t('Stop'), does: 'stop' },
  ];
}

/** 87.2 % (760 of 872), then where the wrong ones are. */
function resultLenses({ marks, summary, state }: FileEvaluation): Lens[] {
  const { right, wrong, judged, problems } = marks.counts();
  const score = summary && mainScore(summary.metrics);
  const isRanked = score === undefined || score.metric === 'accuracy';
  const counts = { right: wholeNumber(right), judged: wholeNumber(judged) };
  const text = isRanked
    ? judged > 0
      ? l10n.t('{share} ({right} of {judged})', { share: metricText('accuracy', right / judged), ...counts })
      : undefined
    : l10n.t('{metric} {value} ({judged} rows)', {
        metric: metricName(score.metric),
        value: metricText(score.metric, score.value),
        ...counts,
      });
  return [
    ...(text === undefined ? [] : [{ title: text, does: 'results' as const }]),
    ...(isRanked && wrong > 0
      ? [
          { title: l10n.t('{wrong} wrong: next ↓', { wrong: wholeNumber(wrong) }), does: 'next' as const },
          { title: l10n.t('previous ↑'), does: 'previous' as const },
        ]
      : []),
    ...(problems > 0
      ? [
          {
            title: l10n.t('$(warning) rows that cannot be judged: {count}', { count: wholeNumber(problems) }),
            does: 'results' as const,
          },
        ]
      : []),
    ...(state !== 'running' && summary?.metrics.confusion
      ? [{ title: l10n.t('confusion'), does: 'confusion' as const }]
      : []),
  ];
}

function problemLens({ problem, state }: FileEvaluation): Lens {
  const { message, advice } = problem ? describeMessage(problem) : { message: '', advice: '' };
  return {
    title:
      state === 'ended' ? l10n.t('$(error) {reason} Evaluate again', { reason: message }) : `$(warning) ${message}`,
    does: state === 'ended' ? 'evaluate' : 'results',
    tooltip: advice,
  };
}

function stoppedLens({ marks }: FileEvaluation): Lens {
  const { judged, problems } = marks.counts();
  return {
    title: l10n.t('$(circle-slash) stopped at {done} of {rows}', {
      done: wholeNumber(judged + problems),
      rows: wholeNumber(marks.rows),
    }),
    does: 'results',
  };
}

/** 312 of 872 */
export function progressText({ marks, done, total }: FileEvaluation): string {
  const { judged, problems } = marks.counts();
  return evaluationProgress({ rows: marks.rows, judged: judged + problems, done, total });
}

export const trainedOnText = (rows: number): string =>
  rows === 1
    ? l10n.t('1 row stood in the training data')
    : l10n.t('{rows} rows stood in the training data', { rows: wholeNumber(rows) });

export const sharesCores = (training: readonly string[]): string =>
  l10n.t('shares the cores with the training of {name}', { name: training.join(', ') });
