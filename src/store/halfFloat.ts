/**
 * Half-precision floats to float32, exactly: float16 (IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits) and bfloat16 (the
 * upper half of a float32).
 */

/** Bit patterns of float16 numbers (uint16) as float32. */
export function decodeFloat16(bits: Uint16Array, into: Float32Array = new Float32Array(bits.length)): Float32Array {
  const table = float16Table();
  for (let i = 0; i < bits.length; i++) into[i] = table[bits[i] as number] as number;
  return into;
}

/** Bit patterns of bfloat16 numbers (uint16) as float32. */
export function decodeBfloat16(bits: Uint16Array, into: Float32Array = new Float32Array(bits.length)): Float32Array {
  const words = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] as number) << 16;
  return into;
}

let table: Float32Array | undefined;

/** The value of each of the 65,536 float16 bit patterns: one look-up is many times faster than decoding. */
export function float16Table(): Float32Array {
  table ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
  return table;
}
