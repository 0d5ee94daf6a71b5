import { crc32c } from './crc32c.js';

/**
 * Records as TensorFlow keeps them (tensorflow/core/lib/io/record_writer.h), all numbers little-endian: length (uint64), masked CRC of the
 * length, the bytes, masked CRC of the bytes.
 */
export function recordFile(records: readonly Uint8Array[]): Uint8Array {
  const file = new Uint8Array(records.reduce((sum, { length }) => sum + length + 16, 0));
  const view = new DataView(file.buffer);
  let at = 0;
  for (const record of records) {
    view.setBigUint64(at, BigInt(record.length), true);
    view.setUint32(at + 8, masked(file.subarray(at, at + 8)), true);
    file.set(record, at + 12);
    view.setUint32(at + 12 + record.length, masked(record), true);
    at += record.length + 16;
  }
  return file;
}

/** A CRC of bytes that hold CRCs says little: stored ones are rotated and moved (tensorflow/core/lib/hash/crc32c.h). */
export function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
