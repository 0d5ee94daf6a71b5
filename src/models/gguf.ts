import { GGMLQuantizationType, gguf } from '@huggingface/gguf';
import { open } from 'node:fs/promises';
import { SoftpromptError } from '../errors/softpromptError.js';
import { asReadError } from '../store/fileErrors.js';
import { ggmlFormats, isGgmlType } from './dequantize.js';

/** A GGUF file's header (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), checked against the file's size. */
export interface GgufFile {
  readonly file: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

export interface GgufTensor {
  /** GGML's name of the type; `dequantize` knows some of them. */
  readonly type: string;
  /** As Hugging Face has it: the innermost size last (GGUF has it first). */
  readonly shape: readonly number[];
  /** Absolute, in bytes. */
  readonly offset: number;
  /** 0 for types that cannot be read. */
  readonly byteLength: number;
}

/** The least that a tensor (name, dimensions, type, offset) and a pair of metadata (key, type, value) take in the header. */
const leastTensorBytes = 8 + 4 + 8 + 4 + 8;
const leastPairBytes = 8 + 4 + 1;

/**
 * Reads the header and checks every count, size and offset against the file.
 * Throws `model.badGguf`, `model.unsupported` for a file that is split in several, `store.fileMissing` or `store.unreadable`.
 */
export async function openGguf(file: string): Promise<GgufFile> {
  const fileSize = await checkCounts(file);
  const parsed = await parse(file);
  const dataOffset = Number(parsed.tensorDataOffset);
  // Beyond the end of the file the reader sees zeros, so that a header cut short still reads as one.
  if (dataOffset > fileSize)
    throw bad(file, `a header of ${dataOffset} bytes in a file of ${fileSize} bytes`, 'a header inside');

  const metadata: Record<string, unknown> = { ...parsed.metadata };
  const parts = metadata['split.count'];
  if (typeof parts === 'number' && parts > 1) {
    throw new SoftpromptError('model.unsupported', {
      file,
      field: 'split.count',
      found: String(parts),
      supported: '1',
    });
  }

  const tensors = new Map<string, GgufTensor>();
  for (const { name, shape: innermostFirst, dtype, offset } of parsed.tensorInfos) {
    const type = GGMLQuantizationType[dtype] ?? String(dtype);
    const shape = innermostFirst.map(Number).reverse();
    const tensor = {
      type,
      shape,
      offset: dataOffset + Number(offset),
      byteLength: byteLengthOf(file, name, type, shape),
    };
    const end = tensor.offset + tensor.byteLength;
    if (!(end <= fileSize)) throw bad(file, `a file of ${fileSize} bytes`, `at least ${end} bytes, for tensor ${name}`);
    if (tensors.has(name)) throw bad(file, `tensor ${name} twice`, 'each tensor once');
    tensors.set(name, tensor);
  }
  return { file, metadata, tensors };
}

/** The fixed beginning: magic, version and counts that the file has room for; only then is it worth parsing. Returns the size. */
async function checkCounts(file: string): Promise<number> {
  const start = new DataView(new ArrayBuffer(24));
  let fileSize: number;
  try {
    const handle = await open(file, 'r');
    try {
      fileSize = (await handle.stat()).size;
      await handle.read(start, 0, 24, 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asReadError(error, file);
  }
  const magic = start.getUint32(0, false);
  if (magic !== 0x47475546) throw bad(file, `0x${magic.toString(16).padStart(8, '0')} as its first bytes`, '"GGUF"');
  const version = start.getUint32(4, true);
  if (version !== 2 && version !== 3) throw bad(file, `version ${version}`, 'version 2 or 3, little-endian');
  const [tensors, pairs] = [start.getBigUint64(8, true), start.getBigUint64(16, true)];
  if (24 + Number(tensors) * leastTensorBytes + Number(pairs) * leastPairBytes > fileSize) {
    throw bad(file, `${fileSize} bytes`, `room for ${tensors} tensors and ${pairs} pairs of metadata`);
  }
  return fileSize;
}

async function parse(file: string): ReturnType<typeof gguf> {
  try {
    return await gguf(file, { allowLocalFile: true });
  } catch (cause) {
    throw bad(file, cause instanceof Error ? cause.message : String(cause), 'a complete header', cause);
  }
}

function byteLengthOf(file: string, name: string, type: string, shape: readonly number[]): number {
  if (!isGgmlType(type)) return 0;
  const { blockSize, blockBytes } = ggmlFormats[type];
  const row = shape.at(-1) ?? 1;
  if (row % blockSize !== 0)
    throw bad(file, `rows of ${row} in tensor ${name}`, `a multiple of ${blockSize} for ${type}`);
  return (shape.reduce((product, size) => product * size, 1) / blockSize) * blockBytes;
}

function bad(file: string, found: string, expected: string, cause?: unknown): SoftpromptError<'model.badGguf'> {
  return new SoftpromptError('model.badGguf', { file, found, expected }, cause === undefined ? undefined : { cause });
}
