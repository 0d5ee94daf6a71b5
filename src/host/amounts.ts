import * as l10n from '@vscode/l10n';
import { wholeNumber } from '../protocol/numbers.js';

/** 9.1 M, 1.2 B: how many parameters. */
export function parameterCount(count: number): string {
  if (count < 1e4) return wholeNumber(count);
  const [divisor, letter] = count < 1e6 ? [1e3, 'k'] : count < 1e9 ? [1e6, 'M'] : [1e9, 'B'];
  return `${(count / divisor).toFixed(1)} ${letter}`;
}

/** 36.2 MB: powers of ten, as disks are sold. */
export function byteSize(bytes: number): string {
  const [divisor, unit] = bytes < 1e6 ? [1e3, 'kB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  const amount = bytes / divisor;
  return `${amount.toFixed(amount < 100 ? 1 : 0)} ${unit}`;
}

/** An estimate, no finer than it can be. */
export function roughDuration(seconds: number): string {
  if (seconds < 90) return l10n.t('about {seconds} s', { seconds: Math.max(5, 5 * Math.round(seconds / 5)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return l10n.t('about {minutes} min', { minutes });
  return l10n.t('about {hours} h', { hours: (seconds / 3600).toFixed(1) });
}
