import { readFile } from 'node:fs/promises';
import { SoftpromptError } from '../errors/softpromptError.js';
import { writeFileAtomic } from './atomicFile.js';
import { asReadError } from './fileErrors.js';
import { decodeFloat16 } from './halfFloat.js';
import type { FloatTensor } from './safetensors.js';

/**
 * Matrices in NumPy's format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): magic, version, the header's
 * length (uint16, from version 2 on uint32; little-endian), the header (a Python dict), the numbers.
 */
const magic = Buffer.from('\u0093NUMPY', 'latin1');
/** What precedes the numbers is padded to a multiple of this. */
const alignment = 64;

/** Little-endian, as NumPy writes on every machine that is common today. */
const numberTypes: Readonly<Record<string, { bytes: number; decode: (bytes: ArrayBuffer) => Float32Array }>> = {
  '<f2': { bytes: 2, decode: (bytes) => decodeFloat16(new Uint16Array(bytes)) },
  '<f4': { bytes: 4, decode: (bytes) => new Float32Array(bytes) },
  '<f8': { bytes: 8, decode: (bytes) => Float32Array.from(new Float64Array(bytes)) },
};

/** Reads a matrix of finite numbers as float32. Throws `store.badNpy`, `store.fileMissing` or `store.unreadable`. */
export async function readNpy(file: string): Promise<FloatTensor> {
  const content = await readFile(file).catch((error: unknown) => {
    throw asReadError(error, file);
  });
  const bad = (found: string, expected: string): SoftpromptError =>
    new SoftpromptError('store.badNpy', { file, found, expected });
  if (content.length < 12 || !content.subarray(0, 6).equals(magic)) {
    throw bad('other first bytes', 'a file that numpy.save wrote');
  }
  const [lengthBytes, headerBytes] = content[6] === 1 ? [2, content.readUInt16LE(8)] : [4, content.readUInt32LE(8)];
  const start = 8 + lengthBytes + headerBytes;
  const header = content.toString('latin1', 8 + lengthBytes, start);
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1] ?? header.slice(0, 80);
  const type = numberTypes[descr];
  if (!type) throw bad(`numbers of type ${descr}`, Object.keys(numberTypes).join(', '));
  const shapeText = /'shape': *\(([^)]*)\)/.exec(header)?.[1] ?? '';
  const [rows = 0, columns = 0, ...more] = shapeText.split(',').flatMap((text) => (text.trim() ? [Number(text)] : []));
  if (more.length > 0 || !(rows > 0) || !(columns > 0)) {
    throw bad(`the shape (${shapeText})`, 'a matrix (virtual tokens, numbers of each)');
  }
  const size = start + rows * columns * type.bytes;
  if (content.length !== size) throw bad(`${content.length} bytes`, `${size} bytes for (${rows}, ${columns}) ${descr}`);
  // A copy begins at an address that every type of number may have.
  const numbers = type.decode(new Uint8Array(content.subarray(start)).buffer);
  if (!numbers.every(Number.isFinite)) throw bad('numbers that are not finite', 'finite numbers');
  const isTransposed = /'fortran_order': *True/.test(header);
  return { shape: [rows, columns], data: isTransposed ? transposed(numbers, rows, columns) : numbers };
}

/** As `numpy.save` writes float32 in C order, byte for byte. Throws `store.noSpace` or `store.readOnly`. */
export async function writeNpy(file: string, { shape, data }: FloatTensor): Promise<void> {
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const before = magic.length + 4;
  const headerBytes = Math.ceil((before + dict.length + 1) / alignment) * alignment - before;
  const header = Buffer.alloc(before + headerBytes, ' ');
  magic.copy(header);
  header.writeUInt16LE(1, magic.length);
  header.writeUInt16LE(headerBytes, magic.length + 2);
  header.write(dict, before, 'latin1');
  header.write('\n', header.length - 1);
  await writeFileAtomic(file, [header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

/** A matrix stored column by column, row by row. */
function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[row * columns + column] = data[column * rows + row] ?? NaN;
  }
  return result;
}
