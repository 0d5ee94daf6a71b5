/**
 * `@huggingface/tokenizers` 0.2.0 splits a few characters otherwise than the Rust library: its Digits knows 0-9 only, not ² or ٣, and its
 * byte-level pattern takes JavaScript's white space, which has U+FEFF and lacks U+0085. Both are said again as Split patterns,
 * which it translates exactly.
 */
export function withRustSplitting(preTokenizer: unknown): unknown {
  if (!isObject(preTokenizer)) return preTokenizer;
  switch (preTokenizer['type']) {
    case 'Sequence': {
      const parts: unknown = preTokenizer['pretokenizers'];
      return Array.isArray(parts) ? { ...preTokenizer, pretokenizers: parts.map(withRustSplitting) } : preTokenizer;
    }
    case 'Digits':
      // Rust's char::is_numeric: the categories Nd, Nl and No.
      return splitBy(preTokenizer['individual_digits'] === true ? '\\p{N}' : '\\p{N}+');
    case 'ByteLevel':
      return preTokenizer['use_regex'] === false ? preTokenizer : byteLevel(preTokenizer['add_prefix_space'] === true);
    default:
      return preTokenizer;
  }
}

/** GPT-2's pattern. */
export const gpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** A pre-tokenizer that makes a piece of every match, and of what lies between. */
export function splitBy(pattern: string): object {
  return { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false };
}

function byteLevel(addPrefixSpace: boolean): object {
  const prefix = { type: 'Replace', pattern: { Regex: '\\A(?! )' }, content: ' ' };
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  return { type: 'Sequence', pretokenizers: [...(addPrefixSpace ? [prefix] : []), splitBy(gpt2Pattern), bytes] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
