import { open } from 'node:fs/promises';
import { SoftpromptError } from '../errors/softpromptError.js';
import { asReadError } from '../store/fileErrors.js';
import { readBytes } from '../store/safetensors.js';

/** The tensors that a model needs, by Hugging Face's full names, wherever and however they are stored. */
export interface WeightSource {
  /** Every file, all of which make up the checksum. */
  readonly files: readonly string[];
  readonly tensors: ReadonlyMap<string, SourceTensor>;
}

export interface SourceTensor {
  readonly shape: readonly number[];
  /** Where it lies as plain float32, which needs no conversion. */
  readonly float32?: { readonly file: string; readonly offset: number; readonly byteLength: number };
  /** Its numbers, in order, in pieces. */
  readonly floats: () => AsyncIterable<Float32Array>;
}

/** A stretch of a file in pieces of at most `pieceBytes`. Throws `store.badSafetensors` where the file ends before. */
export async function* readPieces(
  file: string,
  offset: number,
  byteLength: number,
  pieceBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw asReadError(error, file);
  });
  try {
    for (let done = 0; done < byteLength; done += pieceBytes) {
      yield await readBytes(handle, file, offset + done, Math.min(pieceBytes, byteLength - done));
    }
  } finally {
    await handle.close();
  }
}

/** Throws `model.weightShape` unless the tensor has the shape that the model needs. */
export function checkShape(file: string, tensor: string, found: readonly number[], expected: readonly number[]): void {
  if (found.length === expected.length && found.every((size, i) => size === expected[i])) return;
  const args = { file, tensor, found: found.join(', '), expected: expected.join(', ') };
  throw new SoftpromptError('model.weightShape', args);
}

/** The error for a tensor that no file has. */
export function missingWeight(
  file: string,
  tensor: string,
  expected: readonly number[],
): SoftpromptError<'model.weightMissing'> {
  return new SoftpromptError('model.weightMissing', { file, tensor, expected: expected.join(', ') });
}
