import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../src/store/npy.js';
import { expectRejection } from '../data/expectError.js';

let file: string;
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'softprompt-npy-')), 'prompt.npy');
});
afterEach(async () => {
  await rm(join(file, '..'), { recursive: true, force: true });
});

/** As numpy.save lays a file out. */
const npy = (header: string, numbers: ArrayBufferView, version = 1): Buffer => {
  const length = version === 1 ? 2 : 4;
  const head = Buffer.alloc(8 + length + header.length + 1);
  head.write('\u0093NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(header.length + 1, 8);
  else head.writeUInt32LE(header.length + 1, 8);
  head.write(`${header}\n`, 8 + length);
  return Buffer.concat([head, Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)]);
};
const dict = (descr: string, shape: string, fortran = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

const matrix = 'a matrix (virtual tokens, numbers of each)';
const six = [1, 2, 3, -4, 0.5, 6];

describe('readNpy', () => {
  it.each([
    ['float32', dict('<f4', '(2, 3)'), new Float32Array(six), 1],
    ['float64', dict('<f8', '(2, 3)'), new Float64Array(six), 2],
    ['float16', dict('<f2', '(2, 3)'), new Uint16Array([0x3c00, 0x4000, 0x4200, 0xc400, 0x3800, 0x4600]), 3],
    ['columns first', dict('<f4', '(2, 3)', 'True'), new Float32Array([1, -4, 2, 0.5, 3, 6]), 1],
  ])('reads %s', async (_name, header, numbers, version) => {
    await writeFile(file, npy(header, numbers, version));
    expect(await readNpy(file)).toEqual({ shape: [2, 3], data: new Float32Array(six) });
  });

  it.each([
    ['other first bytes', Buffer.from('no NumPy file'), 'a file that numpy.save wrote'],
    ['numbers of type <i8', npy(dict('<i8', '(1, 1)'), new BigInt64Array(1)), '<f2, <f4, <f8'],
    ['numbers of type >f4', npy(dict('>f4', '(1, 1)'), new Float32Array(1)), '<f2, <f4, <f8'],
    ['the shape (6,)', npy(dict('<f4', '(6,)'), new Float32Array(6)), matrix],
    ['the shape (1, 2, 3)', npy(dict('<f4', '(1, 2, 3)'), new Float32Array(6)), matrix],
    ['the shape (0, 3)', npy(dict('<f4', '(0, 3)'), new Float32Array(0)), matrix],
    ['90 bytes', npy(dict('<f4', '(2, 3)'), new Float32Array(5)), '94 bytes for (2, 3) <f4'],
    ['numbers that are not finite', npy(dict('<f4', '(1, 2)'), new Float32Array([1, NaN])), 'finite numbers'],
    ['numbers that are not finite', npy(dict('<f8', '(1, 2)'), new Float64Array([1, 1e300])), 'finite numbers'],
  ])('refuses %s', async (found, content, expected) => {
    await writeFile(file, content);
    await expectRejection(readNpy(file), 'store.badNpy', { file, found, expected });
  });

  it('says that there is no such file', async () => {
    await expectRejection(readNpy(file), 'store.fileMissing', { file });
  });
});

describe('writeNpy', () => {
  it('writes what numpy.save writes', async () => {
    await writeNpy(file, { shape: [2, 3], data: new Float32Array(six) });
    const bytes = await readFile(file);
    expect(bytes.length).toBe(128 + 24);
    expect(bytes.toString('latin1', 0, 128)).toBe(
      `\u0093NUMPY\u0001\u0000v\u0000${dict('<f4', '(2, 3)')}`.padEnd(127, ' ') + '\n',
    );
    expect(await readNpy(file)).toEqual({ shape: [2, 3], data: new Float32Array(six) });
  });
});
