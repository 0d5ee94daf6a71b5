import { assert } from '../common/assert.js';
import { writeFileAtomic } from './atomicFile.js';
import {
  dtypeOrder,
  tensorBytes,
  type SafetensorsDtype,
  type SafetensorsHeader,
  type TensorArray,
  type TensorEntry,
} from './safetensors.js';

export interface TensorToWrite {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** All of it, or a function that yields it in pieces when its turn comes, so that a large file is never in memory whole. */
  readonly data: TensorArray | (() => Iterable<TensorArray> | AsyncIterable<TensorArray>);
}

/**
 * Writes a file atomically, laid out as the Python library lays it out (wider types first, then by name; the header padded with
 * spaces to 8 bytes), so that equal tensors and metadata give equal bytes. Data functions are called in that order.
 * Throws `store.noSpace` or `store.readOnly`.
 */
export async function writeSafetensors(
  file: string,
  tensors: Iterable<readonly [name: string, tensor: TensorToWrite]>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Promise<void> {
  const sorted = inFileOrder(tensors);
  await writeFileAtomic(file, fileChunks(sorted, metadata));
}

/** Where each tensor will lie in the file that `writeSafetensors` makes of these, and its whole size in bytes. */
export function layoutSafetensors(
  tensors: Iterable<readonly [name: string, tensor: Pick<TensorToWrite, 'dtype' | 'shape'>]>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Pick<SafetensorsHeader, 'tensors' | 'fileSize'> {
  const sorted = inFileOrder(tensors);
  const entries = new Map<string, TensorEntry>();
  let offset = encodeHeader(sorted, metadata).byteLength;
  for (const [name, { dtype, shape }] of sorted) {
    const byteLength = tensorBytes(dtype, shape);
    entries.set(name, { dtype, shape, offset, byteLength });
    offset += byteLength;
  }
  return { tensors: entries, fileSize: offset };
}

function inFileOrder<T extends Pick<TensorToWrite, 'dtype'>>(
  tensors: Iterable<readonly [string, T]>,
): (readonly [string, T])[] {
  return [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      dtypeOrder.indexOf(b.dtype) - dtypeOrder.indexOf(a.dtype) ||
      Buffer.compare(Buffer.from(nameA), Buffer.from(nameB)),
  );
}

/** Length, header and padding. Built by hand: a JavaScript object would move names such as "0" to the front. */
function encodeHeader(
  sorted: readonly (readonly [string, Pick<TensorToWrite, 'dtype' | 'shape'>])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const fields = Object.keys(metadata).length > 0 ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  let offset = 0;
  for (const [name, { dtype, shape }] of sorted) {
    const end = offset + tensorBytes(dtype, shape);
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [offset, end] })}`);
    offset = end;
  }
  const json = Buffer.from(`{${fields.join(',')}}`);
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  return header;
}

async function* fileChunks(
  sorted: readonly (readonly [string, TensorToWrite])[],
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  yield encodeHeader(sorted, metadata);
  for (const [name, { dtype, shape, data }] of sorted) {
    let written = 0;
    for await (const piece of typeof data === 'function' ? data() : [data]) {
      written += piece.byteLength;
      yield new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
    }
    assert(
      written === tensorBytes(dtype, shape),
      `tensor ${name} of ${dtype} [${shape.join(', ')}] got ${written} bytes`,
    );
  }
}
