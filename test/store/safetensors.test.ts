import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFloatTensors, readSafetensorsHeader, readTensors, type TensorArray } from '../../src/store/safetensors.js';
import { layoutSafetensors, writeSafetensors, type TensorToWrite } from '../../src/store/writeSafetensors.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-safetensors-'));
  file = join(folder, 'file.safetensors');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

function f32(...values: number[]): TensorToWrite {
  return { dtype: 'F32', shape: [values.length], data: new Float32Array(values) };
}

/** A file with this header text and this many bytes of data. */
async function writeRaw(
  header: string,
  dataBytes: number,
  claimedHeaderBytes = Buffer.byteLength(header),
): Promise<void> {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(claimedHeaderBytes));
  await writeFile(file, Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)]));
}

describe('writeSafetensors', () => {
  it('writes a PEFT file byte for byte as the Python library does', async () => {
    const data = Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25);
    await writeSafetensors(file, [['prompt_embeddings', { dtype: 'F32', shape: [2, 3], data }]]);
    // safetensors-python 0.8.0: safetensors.torch.save({'prompt_embeddings': arange(6).reshape(2, 3) / 4}, metadata={'format': 'pt'})
    expect(await sha256(file)).toBe('da110ad2e9b83c64bb09da3c73f1a922cee2dad4ccbd6e245304df19350bf107');
  });

  it('orders types and names as the Python library does', async () => {
    const shape = [3];
    const tensors: [string, TensorToWrite][] = [
      ['b.bool', { dtype: 'BOOL', shape, data: Uint8Array.of(0, 1, 1) }],
      ['b.uint8', { dtype: 'U8', shape, data: Uint8Array.of(0, 1, 2) }],
      ['b.int8', { dtype: 'I8', shape, data: Int8Array.of(0, 1, 2) }],
      ['b.int16', { dtype: 'I16', shape, data: Int16Array.of(0, 1, 2) }],
      ['b.uint16', { dtype: 'U16', shape, data: Uint16Array.of(0, 1, 2) }],
      ['b.float16', { dtype: 'F16', shape, data: Uint16Array.of(0, 0x3c00, 0x4000) }],
      ['b.int32', { dtype: 'I32', shape, data: Int32Array.of(0, 1, 2) }],
      ['b.uint32', { dtype: 'U32', shape, data: Uint32Array.of(0, 1, 2) }],
      ['b.float32', { dtype: 'F32', shape, data: Float32Array.of(0, 1, 2) }],
      ['b.float64', { dtype: 'F64', shape, data: Float64Array.of(0, 1, 2) }],
      ['b.int64', { dtype: 'I64', shape, data: BigInt64Array.of(0n, 1n, 2n) }],
      ['b.uint64', { dtype: 'U64', shape, data: BigUint64Array.of(0n, 1n, 2n) }],
      ['é"x', { dtype: 'F32', shape: [0, 2], data: new Float32Array(0) }],
      ['2', { dtype: 'F32', shape: [], data: Float32Array.of(1) }],
      ['10', { dtype: 'F32', shape: [2, 1], data: Float32Array.of(1, 1) }],
      ['prompt', { dtype: 'U8', shape: [5], data: Uint8Array.of(0, 1, 2, 3, 4) }],
    ];
    await writeSafetensors(file, tensors);
    // safetensors-python 0.8.0: safetensors.numpy.save of the same arrays, metadata={'format': 'pt'}
    expect(await sha256(file)).toBe('ea5be860581f1e8c6dca347a13374237720aa12fad9b7af6bdbe59ffa7b884b5');

    const read = await readTensors(file);
    for (const [name, { dtype, shape, data }] of tensors) expect(read.get(name)).toEqual({ dtype, shape, data });
  });

  it('asks for the pieces of each tensor in the order of the file, one tensor at a time', async () => {
    const asked: string[] = [];
    const pieces = (name: string, ...parts: TensorArray[]) =>
      async function* () {
        asked.push(name);
        yield* parts;
      };
    await writeSafetensors(file, [
      ['b', { dtype: 'F32', shape: [3], data: pieces('b', Float32Array.of(1, 2), Float32Array.of(3)) }],
      ['a', { dtype: 'F32', shape: [1], data: pieces('a', Float32Array.of(4)) }],
      ['wide', { dtype: 'I64', shape: [1], data: pieces('wide', BigInt64Array.of(5n)) }],
    ]);
    expect(asked).toEqual(['wide', 'a', 'b']);
    expect((await readFloatTensors(file, ['b'])).get('b')?.data).toEqual(Float32Array.of(1, 2, 3));
  });

  it('lays tensors out where the header then says they are', async () => {
    const tensors = [['b', f32(1)] as const, ['a', f32(2, 3)] as const];
    await writeSafetensors(file, tensors, { note: 'x' });
    const header = await readSafetensorsHeader(file);
    expect(header).toEqual({ metadata: { note: 'x' }, ...layoutSafetensors(tensors, { note: 'x' }) });
    expect([...header.tensors.keys()]).toEqual(['a', 'b']);
    expect(header.tensors.get('b')).toEqual({ dtype: 'F32', shape: [1], offset: header.fileSize - 4, byteLength: 4 });
  });

  it('refuses pieces that do not fill the shape, and leaves no file', async () => {
    const short: TensorToWrite = { dtype: 'F32', shape: [3], data: Float32Array.of(1, 2) };
    await expect(writeSafetensors(file, [['w', short]])).rejects.toThrow('tensor w of F32 [3] got 8 bytes');
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('readFloatTensors', () => {
  it('widens F16 and BF16 exactly, with subnormals, infinities and NaN', async () => {
    await writeSafetensors(file, [
      [
        'half',
        { dtype: 'F16', shape: [7], data: Uint16Array.of(0x3c01, 0x0001, 0x03ff, 0xfbff, 0x7c00, 0x8000, 0x7e00) },
      ],
      ['brain', { dtype: 'BF16', shape: [4], data: Uint16Array.of(0x3f80, 0xc049, 0x0001, 0xff80) }],
    ]);
    const floats = await readFloatTensors(file);
    expect([...(floats.get('half')?.data ?? [])]).toEqual([
      1 + 2 ** -10,
      2 ** -24,
      1023 * 2 ** -24,
      -65504,
      Infinity,
      -0,
      NaN,
    ]);
    expect([...(floats.get('brain')?.data ?? [])]).toEqual([1, -3.140625, 2 ** -133, -Infinity]);
  });

  it('names a tensor that is missing or no float', async () => {
    await writeSafetensors(file, [['ids', { dtype: 'I64', shape: [1], data: BigInt64Array.of(1n) }]]);
    await expect(readFloatTensors(file, ['w'])).rejects.toMatchObject({
      code: 'store.badSafetensors',
      args: { file, found: 'no tensor w, but ids', expected: 'a tensor w' },
    });
    await expect(readFloatTensors(file)).rejects.toMatchObject({
      args: { found: 'tensor ids of type I64', expected: 'F32, F16 or BF16' },
    });
  });
});

describe('readSafetensorsHeader', () => {
  const entry = (dtype: string, shape: number[], ...offsets: number[]) => ({ dtype, shape, data_offsets: offsets });
  const refused: [what: string, header: unknown, dataBytes: number, found: string][] = [
    ['a type that is not known', { w: entry('F17', [1], 0, 4) }, 4, 'tensor w of type F17'],
    ['offsets that do not fit the shape', { w: entry('F32', [2], 0, 4) }, 4, '4 bytes for tensor w'],
    ['a hole', { a: entry('F32', [1], 0, 4), b: entry('F32', [1], 8, 12) }, 12, 'tensor b at byte'],
    ['an overlap', { a: entry('F32', [2], 0, 8), b: entry('F32', [1], 4, 8) }, 8, 'tensor b at byte'],
    ['a tensor beyond the end', { w: entry('F32', [2], 0, 8) }, 4, 'bytes'],
    ['bytes that belong to no tensor', { w: entry('F32', [1], 0, 4) }, 8, 'bytes'],
    ['a negative size', { w: entry('F32', [-1], 0, 4) }, 4, 'tensor w: '],
    [
      'sizes whose product is no exact number',
      { w: entry('F32', [2 ** 40, 2 ** 40], 0, 4) },
      4,
      '4 bytes for tensor w',
    ],
    ['an entry that is no object', { w: 1 }, 0, 'tensor w: 1'],
    ['a header that is no object', [1], 0, 'a header that is not a JSON object'],
    ['metadata that is not text', { __metadata__: { a: 1 } }, 0, '__metadata__ with other values'],
  ];
  it.each(refused)('refuses %s', async (_, header, dataBytes, found) => {
    await writeRaw(JSON.stringify(header), dataBytes);
    await expect(readSafetensorsHeader(file)).rejects.toMatchObject({
      code: 'store.badSafetensors',
      args: { file, found: expect.stringContaining(found), expected: expect.any(String) },
    });
  });

  it('refuses a file cut short, wherever it is cut', async () => {
    await writeSafetensors(file, [['w', f32(1, 2)]]);
    const whole = await readFile(file);
    for (let length = 0; length < whole.length; length++) {
      await writeFile(file, whole.subarray(0, length));
      await expect(readSafetensorsHeader(file)).rejects.toMatchObject({ code: 'store.badSafetensors' });
    }
  });

  it('refuses a header that claims too much before it reads it', async () => {
    await writeRaw('{}', 0, 100_000_001);
    await expect(readSafetensorsHeader(file)).rejects.toMatchObject({ args: { found: 'a header of 100000001 bytes' } });
    await writeRaw('{}', 0, 3);
    await expect(readSafetensorsHeader(file)).rejects.toMatchObject({
      args: { found: 'a header of 3 bytes in a file of 10 bytes' },
    });
  });

  it('refuses a header that is not JSON', async () => {
    await writeRaw('<html>', 0);
    await expect(readSafetensorsHeader(file)).rejects.toMatchObject({ args: { found: 'a header that is not JSON' } });
  });

  it('says that a file is missing, or is a folder', async () => {
    await expect(readSafetensorsHeader(file)).rejects.toMatchObject({ code: 'store.fileMissing', args: { file } });
    await expect(readSafetensorsHeader(folder)).rejects.toMatchObject({ code: 'store.unreadable' });
  });
});
