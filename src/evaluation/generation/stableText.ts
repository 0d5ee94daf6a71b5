import type { Tokenizer } from '../../models/tokenizer.js';

/** The text of tokens as they come, told only as far as what follows cannot change it. */
export interface StableText {
  /** What is certain of the text so far, up to a stop string; whether one was found. */
  readonly text: string;
  readonly stopped: boolean;
}

/**
 * A token may be a part of a character, which reads as U+FFFD until the others are there, and the end of a text may be the beginning of a stop
 * string: both are held back until `isWhole`.
 */
export function stableText(
  { decode }: Pick<Tokenizer, 'decode'>,
  ids: readonly number[],
  stop: readonly string[],
  isWhole: boolean,
): StableText {
  const decoded = decode(ids);
  const text = isWhole ? decoded : decoded.replace(/\uFFFD+$/, '');
  const found = stop.filter((s) => s !== '').map((s) => text.indexOf(s));
  const at = Math.min(...found.filter((i) => i >= 0));
  if (at !== Infinity) return { text: text.slice(0, at), stopped: true };
  if (isWhole) return { text, stopped: false };
  const held = Math.max(0, ...stop.map((s) => overlap(text, s)));
  return { text: text.slice(0, text.length - held), stopped: false };
}

/** How many characters the text's end and the stop string's beginning have in common. */
function overlap(text: string, stop: string): number {
  for (let n = Math.min(text.length, stop.length - 1); n > 0; n--) if (text.endsWith(stop.slice(0, n))) return n;
  return 0;
}
