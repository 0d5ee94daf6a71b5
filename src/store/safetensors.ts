import { open, type FileHandle } from 'node:fs/promises';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { asReadError } from './fileErrors.js';
import { decodeBfloat16, decodeFloat16 } from './halfFloat.js';

/**
 * The safetensors format (https://huggingface.co/docs/safetensors): the header's length (uint64, little-endian), the header (JSON),
 * and the tensors' bytes without gaps. Numbers are little-endian, as on every machine that the engine runs on.
 */

/** Bytes of one element. The order is the library's own (`Dtype` in safetensors 0.8): it decides the order in the file. */
const elementBytes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
};
export type SafetensorsDtype = keyof typeof elementBytes;
/** Widest last. */
export const dtypeOrder: readonly string[] = Object.keys(elementBytes);

export interface TensorEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Absolute, in bytes from the beginning of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order of their bytes in the file. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Bytes. */
  readonly fileSize: number;
}

export type TensorArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface StoredTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** The tensor's numbers; half floats as their bits in a Uint16Array, 8-bit floats and booleans as bytes. */
  readonly data: TensorArray;
}

/** The library's own limit. */
const maxHeaderBytes = 100_000_000;

const count = z.int().min(0);
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(count),
  data_offsets: z.tuple([count, count]),
});
const headerSchema = z.record(z.string(), z.unknown());
const metadataSchema = z.record(z.string(), z.string());

/**
 * Reads and checks the header alone: what it says must fit the file to the byte.
 * Throws `store.badSafetensors` with what was found and expected, `store.fileMissing` or `store.unreadable`.
 */
export async function readSafetensorsHeader(file: string): Promise<SafetensorsHeader> {
  return withFile(file, (handle) => readHeader(handle, file));
}

/**
 * Reads the named tensors, or all of them, as they are stored.
 * Throws `store.badSafetensors`, also where a name is not in the file.
 */
export async function readTensors(file: string, names?: Iterable<string>): Promise<Map<string, StoredTensor>> {
  return withFile(file, async (handle) => {
    const { tensors } = await readHeader(handle, file);
    const result = new Map<string, StoredTensor>();
    for (const name of names ?? tensors.keys()) {
      const entry = tensors.get(name);
      if (!entry) throw bad(file, `no tensor ${name}, but ${listNames(tensors.keys())}`, `a tensor ${name}`);
      const bytes = await readBytes(handle, file, entry.offset, entry.byteLength);
      result.set(name, { dtype: entry.dtype, shape: entry.shape, data: typedView(entry.dtype, bytes) });
    }
    return result;
  });
}

/**
 * Reads the named tensors, or all of them, as float32; F16 and BF16 are widened exactly.
 * Throws `store.badSafetensors`, also where a name is not in the file or its tensor has another type.
 */
export async function readFloatTensors(file: string, names?: Iterable<string>): Promise<Map<string, FloatTensor>> {
  const result = new Map<string, FloatTensor>();
  for (const [name, { dtype, shape, data }] of await readTensors(file, names)) {
    const floats = asFloats(dtype, data);
    if (!floats) throw bad(file, `tensor ${name} of type ${dtype}`, 'F32, F16 or BF16');
    result.set(name, { shape, data: floats });
  }
  return result;
}

/** Numbers of a float type as float32 (F32 unchanged, half floats widened exactly); undefined for any other type. */
export function asFloats(dtype: SafetensorsDtype, data: TensorArray): Float32Array | undefined {
  if (dtype === 'F32' && data instanceof Float32Array) return data;
  if (dtype === 'F16' && data instanceof Uint16Array) return decodeFloat16(data);
  if (dtype === 'BF16' && data instanceof Uint16Array) return decodeBfloat16(data);
  return undefined;
}

/** Bytes read from one place of a file. Throws `store.badSafetensors` where it ends before. */
export async function readBytes(
  handle: FileHandle,
  file: string,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    // One read call takes less than 2 GiB.
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 2 ** 30), offset + done);
    if (bytesRead === 0) throw bad(file, `an end after ${offset + done} bytes`, `at least ${offset + length} bytes`);
    done += bytesRead;
  }
  return bytes;
}

/** The bytes as an array of the type's numbers. bytes must begin at a multiple of the element size of its buffer. */
export function typedView(dtype: SafetensorsDtype, { buffer, byteOffset, byteLength }: Uint8Array): TensorArray {
  const length = byteLength / elementBytes[dtype];
  switch (dtype) {
    case 'I8':
      return new Int8Array(buffer, byteOffset, length);
    case 'BOOL':
    case 'U8':
    case 'F8_E5M2':
    case 'F8_E4M3':
      return new Uint8Array(buffer, byteOffset, length);
    case 'I16':
      return new Int16Array(buffer, byteOffset, length);
    case 'U16':
    case 'F16':
    case 'BF16':
      return new Uint16Array(buffer, byteOffset, length);
    case 'I32':
      return new Int32Array(buffer, byteOffset, length);
    case 'U32':
      return new Uint32Array(buffer, byteOffset, length);
    case 'F32':
      return new Float32Array(buffer, byteOffset, length);
    case 'F64':
      return new Float64Array(buffer, byteOffset, length);
    case 'I64':
      return new BigInt64Array(buffer, byteOffset, length);
    case 'U64':
      return new BigUint64Array(buffer, byteOffset, length);
  }
}

async function readHeader(handle: FileHandle, file: string): Promise<SafetensorsHeader> {
  const { size: fileSize } = await handle.stat();
  if (fileSize < 8) throw bad(file, `${fileSize} bytes`, 'at least 8 bytes');
  const lengthBytes = await readBytes(handle, file, 0, 8);
  const headerBytes = new DataView(lengthBytes.buffer).getBigUint64(0, true);
  if (headerBytes > maxHeaderBytes) throw bad(file, `a header of ${headerBytes} bytes`, `at most ${maxHeaderBytes}`);
  const dataStart = 8 + Number(headerBytes);
  if (dataStart > fileSize) {
    throw bad(file, `a header of ${headerBytes} bytes in a file of ${fileSize} bytes`, 'a header inside the file');
  }

  const { __metadata__: metadata, ...entries } = parseHeader(
    file,
    await readBytes(handle, file, 8, Number(headerBytes)),
  );
  const parsedMetadata = metadataSchema.safeParse(metadata ?? {});
  if (!parsedMetadata.success) throw bad(file, '__metadata__ with other values', 'texts only in __metadata__');

  const tensors = Object.entries(entries)
    .map(([name, value]) => [name, parseEntry(file, name, value, dataStart)] as const)
    .sort(([, a], [, b]) => a.offset - b.offset || a.byteLength - b.byteLength);
  let end = dataStart;
  for (const [name, entry] of tensors) {
    if (entry.offset !== end) {
      throw bad(file, `tensor ${name} at byte ${entry.offset}`, `byte ${end}, where the tensor before it ends`);
    }
    end += entry.byteLength;
  }
  if (end !== fileSize) throw bad(file, `${fileSize} bytes`, `${end} bytes, as the header says`);
  return { metadata: parsedMetadata.data, tensors: new Map(tensors), fileSize };
}

function parseHeader(file: string, bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw bad(file, 'a header that is not JSON', 'a JSON object', cause);
  }
  const parsed = headerSchema.safeParse(value);
  if (!parsed.success) throw bad(file, 'a header that is not a JSON object', 'a JSON object', parsed.error);
  return parsed.data;
}

function parseEntry(file: string, name: string, value: unknown, dataStart: number): TensorEntry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw bad(file, `tensor ${name}: ${JSON.stringify(value)}`, 'dtype, shape and data_offsets');
  const { dtype, shape, data_offsets: offsets } = parsed.data;
  if (!isDtype(dtype)) throw bad(file, `tensor ${name} of type ${dtype}`, dtypeOrder.join(', '));
  const byteLength = offsets[1] - offsets[0];
  const expected = tensorBytes(dtype, shape);
  if (byteLength !== expected) {
    throw bad(file, `${byteLength} bytes for tensor ${name}`, `${expected} bytes for ${dtype} [${shape.join(', ')}]`);
  }
  return { dtype, shape, offset: dataStart + offsets[0], byteLength };
}

function isDtype(text: string): text is SafetensorsDtype {
  return Object.hasOwn(elementBytes, text);
}

export function tensorBytes(dtype: SafetensorsDtype, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, elementBytes[dtype]);
}

/** Opens a file to read it, and closes it. Throws `store.fileMissing` or `store.unreadable`. */
export async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    return await use(handle);
  } catch (error) {
    throw asReadError(error, file);
  } finally {
    await handle?.close();
  }
}

function listNames(names: Iterable<string>): string {
  const all = [...names];
  return all.length === 0 ? 'none' : all.slice(0, 5).join(', ') + (all.length > 5 ? ` and ${all.length - 5} more` : '');
}

function bad(file: string, found: string, expected: string, cause?: unknown): SoftpromptError<'store.badSafetensors'> {
  return new SoftpromptError(
    'store.badSafetensors',
    { file, found, expected },
    cause === undefined ? undefined : { cause },
  );
}
