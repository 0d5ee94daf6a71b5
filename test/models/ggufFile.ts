import { writeFile } from 'node:fs/promises';

/** Codes of GGUF's value types (docs/gguf.md) for the kinds of values that tests write. */
type Value = string | number | boolean | { float: number } | readonly string[] | readonly number[];
const codes = { uint32: 4, float32: 6, bool: 7, string: 8, array: 9 };

/** GGML's codes of the tensor types that tests write. */
export const ggmlCodes = { F32: 0, F16: 1, Q4_1: 3, Q8_0: 8, Q2_K: 10 };

export interface TestTensor {
  readonly name: string;
  readonly type: keyof typeof ggmlCodes;
  /** Innermost size last. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export function f32Tensor(name: string, shape: readonly number[], data: Iterable<number>): TestTensor {
  const floats = Float32Array.from(data);
  return { name, type: 'F32', shape, bytes: new Uint8Array(floats.buffer) };
}

/** A version 3 file: whole numbers are uint32, `{ float }` and lists of numbers float32. */
export function ggufBytes(metadata: Record<string, Value>, tensors: readonly TestTensor[]): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(metadata).length)];
  for (const [key, value] of Object.entries(metadata)) parts.push(text(key), ...valueParts(value));
  let offset = 0;
  for (const { name, type, shape, bytes } of tensors) {
    parts.push(text(name), u32(shape.length), ...shape.toReversed().map(u64), u32(ggmlCodes[type]), u64(offset));
    offset += padded(bytes.length);
  }
  const header = Buffer.concat(parts);
  const data = tensors.flatMap(({ bytes }) => [Buffer.from(bytes), Buffer.alloc(padded(bytes.length) - bytes.length)]);
  return Buffer.concat([header, Buffer.alloc(padded(header.length) - header.length), ...data]);
}

export async function writeGguf(
  file: string,
  metadata: Record<string, Value>,
  tensors: readonly TestTensor[],
): Promise<void> {
  await writeFile(file, ggufBytes(metadata, tensors));
}

function valueParts(value: Value): Buffer[] {
  if (typeof value === 'string') return [u32(codes.string), text(value)];
  if (typeof value === 'number') return [u32(codes.uint32), u32(value)];
  if (typeof value === 'boolean') return [u32(codes.bool), Buffer.from([Number(value)])];
  if ('float' in value) return [u32(codes.float32), f32(value.float)];
  const strings = typeof value[0] === 'string';
  const items = value.map((item) => (typeof item === 'string' ? text(item) : f32(item)));
  return [u32(codes.array), u32(strings ? codes.string : codes.float32), u64(value.length), ...items];
}

function padded(length: number): number {
  return Math.ceil(length / 32) * 32;
}

function text(value: string): Buffer {
  return Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
