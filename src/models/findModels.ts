import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import { asReadError } from '../store/fileErrors.js';
import { hubCacheFolder, repositoryOf } from './huggingFaceCache.js';
import { inspectModel, type InspectedModel } from './openModel.js';

/** A model found on this machine: usable, or why it is not. */
export type FoundModel =
  | ({ readonly usable: true } & Pick<InspectedModel, 'name' | 'path' | 'form' | 'config' | 'parameters'>)
  | { readonly usable: false; readonly name: string; readonly path: string; readonly error: SoftpromptError };

/** How deep the given folders are searched. */
const maxDepth = 3;

/**
 * The models in the given folders, three levels deep, and in the Hugging Face cache, in the order of their paths. Folders that are not
 * there or may not be read are passed over.
 */
export async function findModels(folders: readonly string[], hubCache = hubCacheFolder()): Promise<FoundModel[]> {
  const paths = new Set<string>();
  for (const folder of folders) await collect(folder, maxDepth, paths);
  for (const name of (await listFolder(hubCache)).folders) {
    if (name.startsWith('models--')) paths.add(join(hubCache, name));
  }
  const found: FoundModel[] = [];
  for (const path of [...paths].sort()) found.push(await inspect(path));
  return found;
}

async function inspect(path: string): Promise<FoundModel> {
  try {
    const { name, path: resolved, form, config, parameters } = await inspectModel(path);
    return { usable: true, name, path: resolved, form, config, parameters };
  } catch (error) {
    if (!(error instanceof SoftpromptError)) throw error;
    return { usable: false, name: repositoryOf(path) ?? path, path, error };
  }
}

async function collect(folder: string, depth: number, paths: Set<string>): Promise<void> {
  const { files, folders } = await listFolder(folder);
  const ggufs = files.filter((name) => name.endsWith('.gguf'));
  const weights = files.some((name) => /^(model.*\.safetensors|pytorch_model.*\.bin)$/.test(name));
  // config.json alone proves nothing: many tools have one.
  if (weights && files.includes('config.json')) paths.add(folder);
  for (const name of ggufs) paths.add(join(folder, name));
  if (depth === 0) return;
  for (const name of folders) {
    if (name.startsWith('models--')) paths.add(join(folder, name));
    else if (!name.startsWith('.') && name !== 'node_modules') await collect(join(folder, name), depth - 1, paths);
  }
}

async function listFolder(folder: string): Promise<{ files: string[]; folders: string[] }> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return {
      // The cache's files are symbolic links.
      files: entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map((entry) => entry.name),
      folders: entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name),
    };
  } catch (error) {
    const known = asReadError(error, folder);
    if (known instanceof SoftpromptError) return { files: [], folders: [] };
    throw error;
  }
}
