import * as l10n from '@vscode/l10n';
import { encoderOf } from './encoder.js';
import type { MetricName } from './events.js';
import type { MethodConfig } from './recipe.js';

/** Numbers and names as people read them, in a terminal, a view or a panel. */
export function wholeNumber(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** At least three digits that mean something. */
export function shortNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1000) return wholeNumber(value);
  return size >= 100
    ? value.toFixed(0)
    : size >= 10
      ? value.toFixed(1)
      : size >= 0.01
        ? value.toFixed(3)
        : value.toExponential(1);
}

/** A part of a whole: 0.057 %. */
export function shareText(share: number): string {
  return `${shortNumber(100 * share)} %`;
}

/** A method by PEFT's name. */
export function methodName(method: string): string {
  switch (method) {
    case 'PROMPT_TUNING':
      return l10n.t('prompt tuning');
    case 'PREFIX_TUNING':
      return l10n.t('prefix tuning');
    case 'P_TUNING':
      return l10n.t('P-tuning');
    case 'WARP':
      return 'WARP';
    case 'MODEL_TUNING':
      return l10n.t('model tuning');
    default:
      return method;
  }
}

/** The network that a method trains through, with its width: LSTM 128. Undefined where there is none. */
export function encoderName(method: MethodConfig): string | undefined {
  const encoder = encoderOf(method);
  if (encoder === undefined) return undefined;
  const { kind, size } = encoder;
  return kind === 'projection' ? l10n.t('projection {size}', { size }) : `${kind} ${size}`;
}

/** What the nearest tokens of a method are, where they are not those of its vectors. */
export function nearestMeaning(method: string): string | undefined {
  return method === 'PREFIX_TUNING'
    ? l10n.t(
        'A prefix has no vectors among the text’s. Its keys in the first block are compared with the keys that each token of the vocabulary would give there.',
      )
    : undefined;
}

export function metricName(metric: MetricName): string {
  switch (metric) {
    case 'accuracy':
      return l10n.t('accuracy');
    case 'macroF1':
      return l10n.t('macro-F1');
    case 'perplexity':
      return l10n.t('perplexity');
    case 'exactMatch':
      return l10n.t('exact match');
    case 'tokenF1':
      return l10n.t('token F1');
    case 'bleu':
      return 'BLEU';
    case 'rouge1':
      return 'ROUGE-1';
    case 'rouge2':
      return 'ROUGE-2';
    case 'rougeL':
      return 'ROUGE-L';
    case 'chrf':
      return 'chrF';
  }
}

/** Whether a metric lies between 0 and 1, the higher the better; a perplexity lies above 1, the lower the better. */
export const isShare = (metric: MetricName): boolean => metric !== 'perplexity';

/** 87.4 %; BLEU and chrF as papers give them, 23.1; perplexity 8.42. With more digits where those would hide a difference. */
export function metricText(metric: MetricName, value: number, more = 0): string {
  if (!isShare(metric)) return value.toFixed(2 + more);
  const percent = (100 * value).toFixed(1 + more);
  return metric === 'bleu' || metric === 'chrf' ? percent : `${percent} %`;
}

/** What an axis of scores multiplies with and says behind its numbers; BLEU and chrF are given without the sign. */
export function scoreAxis(metric: MetricName): { readonly scale: number; readonly unit: string } {
  if (!isShare(metric)) return { scale: 1, unit: '' };
  return { scale: 100, unit: metricText(metric, 0).endsWith('%') ? ' %' : '' };
}

/** As `distanceText`, without the unit. */
export function signedDistance(metric: MetricName, value: number, baseline: number): string {
  const [scale, digits] = isShare(metric) ? [100, 1] : [1, 2];
  const shown = (score: number): number => Number((scale * score).toFixed(digits));
  const distance = shown(value) - shown(baseline);
  return `${distance < 0 ? '−' : '+'}${Math.abs(distance).toFixed(digits)}`;
}

/** How far a score as it is shown is from the baseline's; of two perplexities the lower is the better. */
export function distanceText(metric: MetricName, value: number, baseline: number): string {
  const signed = signedDistance(metric, value, baseline);
  return isShare(metric) ? l10n.t('{points} points', { points: signed }) : signed;
}

export function isBetter(metric: MetricName, value: number, other: number): boolean {
  return isShare(metric) ? value > other : value < other;
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
