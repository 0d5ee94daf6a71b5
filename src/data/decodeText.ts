import { constants, isUtf8 } from 'node:buffer';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { DatasetSource } from '../protocol/dataset.js';

type Encoding = NonNullable<DatasetSource['encoding']> | 'utf-16be';

const byteOrderMarks: readonly { encoding: Encoding; bytes: readonly number[] }[] = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

/**
 * The text of a file without its byte-order mark, which outranks the encoding asked for. Bytes that the encoding does not allow are an
 * error and never replaced, because a replaced character would be trained on in silence.
 */
export function decodeText(
  bytes: Buffer,
  file: string,
  asked?: DatasetSource['encoding'],
): { text: string; encoding: Encoding } {
  if (bytes.length > constants.MAX_STRING_LENGTH)
    throw new SoftpromptError('data.tooLarge', { file, bytes: bytes.length, limit: constants.MAX_STRING_LENGTH });
  const mark = byteOrderMarks.find((candidate) => candidate.bytes.every((byte, i) => bytes[i] === byte));
  const encoding = mark?.encoding ?? asked ?? 'utf-8';
  if (encoding === 'latin1') return { text: bytes.toString('latin1'), encoding };
  if (encoding === 'utf-8' && !isUtf8(bytes)) throw notUtf8(bytes, file);
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding };
  } catch (cause) {
    throw new SoftpromptError('data.notUtf16', { file }, { cause });
  }
}

/**
 * Finds the first bad byte: a lenient decoder puts U+FFFD for it, so the re-encoded text differs from the file there first. It may differ
 * only inside that character's three bytes, whose first one then marks the place.
 */
function notUtf8(bytes: Buffer, file: string): SoftpromptError {
  const repaired = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  let byte = 0;
  while (bytes[byte] === repaired[byte]) byte++;
  while (((repaired[byte] ?? 0) & 0xc0) === 0x80) byte--;
  const before = bytes.subarray(0, byte).toString('utf8');
  const found = `0x${(bytes[byte] ?? 0).toString(16).toUpperCase()}`;
  return new SoftpromptError('data.notUtf8', { file, line: before.split(/\r\n?|\n/).length, byte, found });
}
