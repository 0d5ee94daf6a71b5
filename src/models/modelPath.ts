import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { modelsFolder } from '../common/productFolder.js';
import { hubCacheFolder } from './huggingFaceCache.js';

/** The base model inside the product. */
export const bundledModel = 'softprompt-9m';

/**
 * What a model's name means: the bundled one, a path relative to a folder, or a Hugging Face id (`org/name`) that lies in the cache.
 * Whether anything is there is found on opening.
 */
export function resolveModelPath(model: string, folder: string): string {
  if (model === bundledModel) return join(modelsFolder(), bundledModel);
  const path = isAbsolute(model) ? model : resolve(folder, model);
  if (existsSync(path) || !/^[\w.-]+\/[\w.-]+$/.test(model)) return path;
  const cached = join(hubCacheFolder(), `models--${model.replace('/', '--')}`);
  return existsSync(cached) ? cached : path;
}
