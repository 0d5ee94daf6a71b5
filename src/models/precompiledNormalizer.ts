import { SoftpromptError } from '../errors/softpromptError.js';

/**
 * SentencePiece's normaliser as Hugging Face's tokenizers apply it (`spm_precompiled`): a trie of UTF-8 strings whose values are places in a
 * blob of zero-terminated replacements. `@huggingface/tokenizers` 0.2.0 only comes near it, with NFKC.
 */

/** Clusters of as many bytes are looked up whole, longer ones character by character. */
const longestCluster = 5;

/** `charsmap`: the trie's size in bytes (uint32), the trie, the replacements. Throws `model.badTokenizer`. */
export function precompiledNormalizer(charsmap: Uint8Array, file: string): (text: string) => string {
  const view = new DataView(charsmap.buffer, charsmap.byteOffset, charsmap.byteLength);
  const size = charsmap.length >= 4 ? view.getUint32(0, true) : Infinity;
  if (4 + size > charsmap.length) {
    const found = `a precompiled_charsmap of ${charsmap.length} bytes`;
    throw new SoftpromptError('model.badTokenizer', { file, found, expected: 'one that holds its whole trie' });
  }
  const units = Uint32Array.from({ length: Math.floor(size / 4) }, (_, i) => view.getUint32(4 + 4 * i, true));
  const replacements = charsmap.subarray(4 + size);
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const replacementOf = (bytes: Uint8Array): string | undefined => {
    const start = shortestPrefix(units, bytes);
    if (start === undefined) return undefined;
    const end = replacements.indexOf(0, start);
    return decoder.decode(replacements.subarray(start, end < 0 ? undefined : end));
  };
  const known = new Map<string, string | undefined>();
  const replaced = (part: string): string | undefined => {
    if (!known.has(part)) known.set(part, replacementOf(encoder.encode(part)));
    return known.get(part);
  };
  const clusters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return (text) => {
    // The bulk of a text is printable ASCII, which stands for itself.
    if (/^[ -~]*$/.test(text)) return text;
    let result = '';
    for (const { segment } of clusters.segment(text)) {
      const whole = Buffer.byteLength(segment) <= longestCluster ? replaced(segment) : undefined;
      if (whole !== undefined) result += whole;
      else for (const character of segment) result += replaced(character) ?? character;
    }
    return result;
  };
}

/** The value of the shortest key of a double-array trie (darts-clone) that the bytes begin with. */
function shortestPrefix(units: Uint32Array, bytes: Uint8Array): number | undefined {
  const unitAt = (place: number): number => units[place] ?? 0;
  const offset = (unit: number): number => (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
  let place = offset(unitAt(0));
  for (const byte of bytes) {
    place ^= byte;
    const unit = unitAt(place);
    if ((unit & 0x800000ff) >>> 0 !== byte) return undefined;
    place ^= offset(unit);
    if ((unit >>> 8) & 1) return unitAt(place) & 0x7fffffff;
  }
  return undefined;
}
