import * as l10n from '@vscode/l10n';
import type { MetricName } from '../../src/protocol/events.js';

/** Numbers as a person reads them, always with the same number of digits. */
export function wholeNumber(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function lossText(value: number): string {
  return Math.abs(value) >= 1000 ? value.toExponential(2) : value.toFixed(3);
}

/** Numbers of any size, such as learning rates. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  return size === 0 || (size >= 0.001 && size < 10_000) ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

export function metricName(metric: MetricName): string {
  return metric === 'accuracy' ? l10n.t('accuracy') : l10n.t('perplexity');
}

export function metricText(metric: MetricName, value: number): string {
  return metric === 'accuracy' ? `${(100 * value).toFixed(1)} %` : value.toFixed(2);
}

/** How far a score, as it is shown, is from another. */
export function distanceText(metric: MetricName, value: number, other: number): string {
  const distance = shownDistance(metric, value, other);
  const signed = `${distance < 0 ? '−' : '+'}${Math.abs(distance).toFixed(metric === 'accuracy' ? 1 : 2)}`;
  return metric === 'accuracy' ? l10n.t('{points} points', { points: signed }) : signed;
}

/** Above zero where a score, as it is shown, is the better one: a low perplexity is. */
export function advantage(metric: MetricName, value: number, other: number): number {
  return shownDistance(metric, value, other) * (metric === 'accuracy' ? 1 : -1);
}

function shownDistance(metric: MetricName, value: number, other: number): number {
  const [scale, digits] = metric === 'accuracy' ? [100, 1] : [1, 2];
  const shown = (score: number): number => Number((scale * score).toFixed(digits));
  return shown(value) - shown(other);
}

/** 42 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return l10n.t('{seconds} s', { seconds: whole });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return l10n.t('{minutes} min {seconds} s', { minutes, seconds: whole % 60 });
  return l10n.t('{hours} h {minutes} min', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** As a person would say it: nothing finer than a minute from two minutes on. */
export function timeLeft(seconds: number): string {
  if (seconds < 120) return l10n.t('{seconds} s left', { seconds: Math.ceil(seconds) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return l10n.t('{minutes} min left', { minutes });
  return l10n.t('{hours} h {minutes} min left', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

export function memoryText(megabytes: number): string {
  return megabytes < 1000 ? `${wholeNumber(megabytes)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}
