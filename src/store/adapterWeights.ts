import { join } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import { adapterConfigFile, badPrompt } from './adapterConfig.js';
import { readFloatTensors, readSafetensorsHeader, type FloatTensor } from './safetensors.js';
import { kindOf } from './storeLocation.js';

/** `adapter_model.safetensors`: the tensors that PEFT saves for an adapter. */
export const weightsFile = 'adapter_model.safetensors';
const pickleFile = 'adapter_model.bin';
export const embeddingsName = 'prompt_embeddings';
/** Of WARP. */
export const classesName = 'class_embeddings';

export type TensorShapes = Readonly<Record<string, readonly number[]>>;

/**
 * Checks the names and shapes of an adapter's tensors by the file's header: exactly these.
 * Throws `store.promptPickle`, `store.adapterHead`, `store.badPrompt` or `store.badSafetensors`.
 */
export async function checkAdapterTensors(folder: string, expected: TensorShapes): Promise<void> {
  const file = join(folder, weightsFile);
  if ((await kindOf(file)) === undefined && (await kindOf(join(folder, pickleFile))) !== undefined) {
    throw new SoftpromptError('store.promptPickle', { file: join(folder, pickleFile), command: conversion });
  }
  const { tensors } = await readSafetensorsHeader(file);
  const head = [...tensors.keys()].find((name) => name.startsWith('base_model.'));
  if (head !== undefined) throw new SoftpromptError('store.adapterHead', { file, found: head });
  for (const [name, shape] of Object.entries(expected)) {
    const found = tensors.get(name);
    if (found === undefined || found.shape.join() !== shape.join()) {
      const what = found ? `${name} [${found.shape.join(', ')}]` : `no ${name}`;
      throw badPrompt(file, what, `${name} [${shape.join(', ')}], as ${adapterConfigFile} says`);
    }
  }
  const other = [...tensors.keys()].find((name) => !Object.hasOwn(expected, name));
  if (other !== undefined) throw badPrompt(file, `a tensor ${other}`, `${Object.keys(expected).join(', ')} alone`);
}

/** As `checkAdapterTensors`, and reads them; numbers that are not finite are `store.badPrompt` too. */
export async function readAdapterTensors<Name extends string>(
  folder: string,
  expected: Readonly<Record<Name, readonly number[]>>,
): Promise<Record<Name, FloatTensor>> {
  await checkAdapterTensors(folder, expected);
  const file = join(folder, weightsFile);
  const tensors = await readFloatTensors(file, Object.keys(expected));
  for (const { data } of tensors.values()) checkFinite(data, file);
  return Object.fromEntries(tensors) as Record<Name, FloatTensor>;
}

function checkFinite(data: Float32Array, file: string): void {
  if (!data.every(Number.isFinite)) throw badPrompt(file, 'numbers that are not finite', 'finite numbers');
}

/** Run in the adapter's folder. */
const conversion =
  'python -c "import torch, safetensors.torch as s; ' +
  `s.save_file(torch.load('${pickleFile}', weights_only=True), '${weightsFile}', {'format': 'pt'})"`;
