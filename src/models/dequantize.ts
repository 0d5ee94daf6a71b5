import { decodeBfloat16, decodeFloat16, float16Table } from '../store/halfFloat.js';

/**
 * GGML's tensor types as float32 (ggml/src/ggml-quants.c, `dequantize_row_*`). A quantised tensor is a row of blocks; the numbers of a
 * block share scales: y = d·q, or y = d·q + m. Every product here is exact in a double, so that one rounding gives ggml's own result.
 */

interface GgmlFormat {
  /** Numbers in a block. */
  readonly blockSize: number;
  readonly blockBytes: number;
  /** Fills y, whose length is a whole number of blocks, from as many blocks of bytes. */
  readonly decode: (bytes: Uint8Array, y: Float32Array) => void;
}

export const ggmlFormats = {
  F32: {
    blockSize: 1,
    blockBytes: 4,
    decode: (bytes, y) => new Uint8Array(y.buffer, y.byteOffset, y.byteLength).set(bytes),
  },
  F16: { blockSize: 1, blockBytes: 2, decode: (bytes, y) => decodeFloat16(uint16View(bytes), y) },
  BF16: { blockSize: 1, blockBytes: 2, decode: (bytes, y) => decodeBfloat16(uint16View(bytes), y) },
  Q4_0: { blockSize: 32, blockBytes: 18, decode: decodeQ40 },
  Q4_1: { blockSize: 32, blockBytes: 20, decode: decodeQ41 },
  Q5_0: { blockSize: 32, blockBytes: 22, decode: decodeQ50 },
  Q5_1: { blockSize: 32, blockBytes: 24, decode: decodeQ51 },
  Q8_0: { blockSize: 32, blockBytes: 34, decode: decodeQ80 },
  Q4_K: { blockSize: 256, blockBytes: 144, decode: decodeQ4K },
  Q5_K: { blockSize: 256, blockBytes: 176, decode: decodeQ5K },
  Q6_K: { blockSize: 256, blockBytes: 210, decode: decodeQ6K },
} as const satisfies Record<string, GgmlFormat>;

export type GgmlType = keyof typeof ggmlFormats;

export function isGgmlType(name: string | undefined): name is GgmlType {
  return name !== undefined && Object.hasOwn(ggmlFormats, name);
}

/** Whole blocks as float32. bytes must begin at a multiple of 4 of its buffer. */
export function dequantize(type: GgmlType, bytes: Uint8Array): Float32Array {
  const { blockSize, blockBytes, decode } = ggmlFormats[type];
  const y = new Float32Array((bytes.length / blockBytes) * blockSize);
  decode(bytes, y);
  return y;
}

function uint16View({ buffer, byteOffset, byteLength }: Uint8Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

/** The float16 at byte `at`. */
function half(bytes: Uint8Array, at: number): number {
  return float16Table()[byte(bytes, at) | (byte(bytes, at + 1) << 8)] as number;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

function signedByte(bytes: Uint8Array, at: number): number {
  return (byte(bytes, at) << 24) >> 24;
}

/** d: float16; 32 nibbles, low ones first. y = d (q − 8). */
function decodeQ40(x: Uint8Array, y: Float32Array): void {
  for (let o = 0, at = 0; o < y.length; o += 32, at += 18) {
    const d = half(x, at);
    for (let i = 0; i < 16; i++) {
      const q = byte(x, at + 2 + i);
      y[o + i] = d * ((q & 15) - 8);
      y[o + 16 + i] = d * ((q >> 4) - 8);
    }
  }
}

/** d, m: float16; 32 nibbles. y = d q + m. */
function decodeQ41(x: Uint8Array, y: Float32Array): void {
  for (let o = 0, at = 0; o < y.length; o += 32, at += 20) {
    const d = half(x, at);
    const m = half(x, at + 2);
    for (let i = 0; i < 16; i++) {
      const q = byte(x, at + 4 + i);
      y[o + i] = d * (q & 15) + m;
      y[o + 16 + i] = d * (q >> 4) + m;
    }
  }
}

/** d: float16; 32 fifth bits; 32 nibbles. y = d (q − 16). */
function decodeQ50(x: Uint8Array, y: Float32Array): void {
  for (let o = 0, at = 0; o < y.length; o += 32, at += 22) {
    const d = half(x, at);
    for (let i = 0; i < 16; i++) {
      const q = byte(x, at + 6 + i);
      y[o + i] = d * (((q & 15) | fifthBit(x, at + 2, i)) - 16);
      y[o + 16 + i] = d * (((q >> 4) | fifthBit(x, at + 2, i + 16)) - 16);
    }
  }
}

/** d, m: float16; 32 fifth bits; 32 nibbles. y = d q + m. */
function decodeQ51(x: Uint8Array, y: Float32Array): void {
  for (let o = 0, at = 0; o < y.length; o += 32, at += 24) {
    const d = half(x, at);
    const m = half(x, at + 2);
    for (let i = 0; i < 16; i++) {
      const q = byte(x, at + 8 + i);
      y[o + i] = d * ((q & 15) | fifthBit(x, at + 4, i)) + m;
      y[o + 16 + i] = d * ((q >> 4) | fifthBit(x, at + 4, i + 16)) + m;
    }
  }
}

/** Bit i of the 32 at byte `at`, as 0 or 16. */
function fifthBit(x: Uint8Array, at: number, i: number): number {
  return ((byte(x, at + (i >> 3)) >> (i & 7)) & 1) << 4;
}

/** d: float16; 32 signed bytes. y = d q. */
function decodeQ80(x: Uint8Array, y: Float32Array): void {
  for (let o = 0, at = 0; o < y.length; o += 32, at += 34) {
    const d = half(x, at);
    for (let i = 0; i < 32; i++) y[o + i] = d * signedByte(x, at + 2 + i);
  }
}

/** d, dmin: float16; 8 scales s and minima m of 6 bits; 256 nibbles. In sub-block b of 32: y = d s_b q − dmin m_b. */
function decodeQ4K(x: Uint8Array, y: Float32Array): void {
  for (let o = 0, at = 0; o < y.length; o += 256, at += 144) {
    const d = half(x, at);
    const dmin = half(x, at + 2);
    for (let b = 0; b < 8; b++) {
      const scale = d * scaleOf(x, at + 4, b);
      const minimum = dmin * minimumOf(x, at + 4, b);
      const [from, shift] = [at + 16 + (b >> 1) * 32, (b & 1) * 4];
      for (let i = 0; i < 32; i++) y[o + b * 32 + i] = scale * ((byte(x, from + i) >> shift) & 15) - minimum;
    }
  }
}

/** As Q4_K, with 256 fifth bits (bit b of byte i is that of number i in sub-block b) before the nibbles. */
function decodeQ5K(x: Uint8Array, y: Float32Array): void {
  for (let o = 0, at = 0; o < y.length; o += 256, at += 176) {
    const d = half(x, at);
    const dmin = half(x, at + 2);
    for (let b = 0; b < 8; b++) {
      const scale = d * scaleOf(x, at + 4, b);
      const minimum = dmin * minimumOf(x, at + 4, b);
      const [from, shift] = [at + 48 + (b >> 1) * 32, (b & 1) * 4];
      for (let i = 0; i < 32; i++) {
        const high = ((byte(x, at + 16 + i) >> b) & 1) << 4;
        y[o + b * 32 + i] = scale * (((byte(x, from + i) >> shift) & 15) | high) - minimum;
      }
    }
  }
}

/** Scale b of eight in 12 bytes: the low six bits of the first four; the rest from a nibble and the two bits left above. */
function scaleOf(x: Uint8Array, at: number, b: number): number {
  return b < 4 ? byte(x, at + b) & 63 : (byte(x, at + 4 + b) & 15) | ((byte(x, at + b - 4) >> 6) << 4);
}

/** Minimum b of eight, packed as the scales are. */
function minimumOf(x: Uint8Array, at: number, b: number): number {
  return b < 4 ? byte(x, at + 4 + b) & 63 : (byte(x, at + 4 + b) >> 4) | ((byte(x, at + b) >> 6) << 4);
}

/** 256 low nibbles; 256 pairs of high bits; 16 signed scales s; d: float16. In sub-block b of 16: y = d s_b (q − 32). */
function decodeQ6K(x: Uint8Array, y: Float32Array): void {
  for (let o = 0, at = 0; o < y.length; o += 256, at += 210) {
    const d = half(x, at + 208);
    for (let b = 0; b < 16; b++) {
      const scale = d * signedByte(x, at + 192 + b);
      // Halves of 128 numbers hold four rows of 32: two share their bytes of nibbles, and all four their bytes of high bits.
      const [part, row, begin] = [b >> 3, (b >> 1) & 3, (b & 1) * 16];
      const low = at + part * 64 + (row & 1) * 32 + begin;
      const high = at + 128 + part * 32 + begin;
      for (let i = 0; i < 16; i++) {
        const q = ((byte(x, low + i) >> ((row >> 1) * 4)) & 15) | (((byte(x, high + i) >> (row * 2)) & 3) << 4);
        y[o + b * 16 + i] = scale * (q - 32);
      }
    }
  }
}
