import { metricNames, type EventOf } from '../../protocol/events.js';
import type { RunReport } from '../content.js';
import type { ScalarEvent } from './eventFile.js';

/**
 * What a run measured, by step, under tags that TensorBoard groups by split: train/loss, dev/accuracy, and dev_no_prompt/accuracy for the
 * bare model.
 */
export function runScalars({ started, told, outcome }: RunReport): ScalarEvent[] {
  const began = Date.parse(started) / 1000;
  const values = new Map<number, [string, number][]>();
  const seconds = new Map<number, number>();
  const at = (step: number): [string, number][] => values.get(step) ?? [];
  for (const event of told.steps) {
    values.set(event.step, [...at(event.step), ...stepValues(event)]);
    // Logs of older versions have no times: their steps are taken to be equally long.
    const even = outcome ? (outcome.seconds * event.step) / outcome.step : 0;
    seconds.set(event.step, event.seconds ?? even);
  }
  for (const event of told.evaluations) values.set(event.step, [...at(event.step), ...evaluationValues(event)]);
  return [...values]
    .sort(([a], [b]) => a - b)
    .map(([step, measured]) => ({ wallTime: began + (seconds.get(step) ?? 0), step, values: measured }));
}

function stepValues({ loss, learningRate, gradientNorm, examplesPerSecond }: EventOf<'step'>): [string, number][] {
  return [
    ['train/loss', loss],
    ['train/learning_rate', learningRate],
    ['train/gradient_norm', gradientNorm],
    ['train/examples_per_second', examplesPerSecond],
  ];
}

function evaluationValues({ split, baseline, loss, metrics }: EventOf<'evaluation'>): [string, number][] {
  const group = baseline ? `${split}_no_prompt` : split;
  const scores = metricNames.flatMap((metric): [string, number][] => {
    const value = metrics[metric];
    return value === undefined ? [] : [[`${group}/${metric}`, value]];
  });
  return [[`${group}/loss`, loss], ...scores];
}
