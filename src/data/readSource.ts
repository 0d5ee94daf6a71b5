import { isAbsolute, resolve } from 'node:path';
import type { DatasetSource, Table } from '../protocol/dataset.js';
import type { PresetId } from '../protocol/presets.js';
import { presetSource } from './presets/presets.js';
import { readTable } from './readTable.js';

/** A file of a recipe as its reader finds it: its path absolute. Paths in a recipe are relative to its folder. */
export function locateSource(source: string | DatasetSource, folder: string): DatasetSource {
  const asked = typeof source === 'string' ? { path: source } : source;
  return { ...asked, path: isAbsolute(asked.path) ? asked.path : resolve(folder, asked.path) };
}

/** Reads a file of a recipe; messages call it as the recipe does. Throws what `readTable` throws. */
export function readSource(
  source: string | DatasetSource,
  folder: string,
  preset: PresetId | undefined,
): Promise<Table> {
  const located = presetSource(locateSource(source, folder), preset);
  return readTable(located.path, located, typeof source === 'string' ? source : source.path);
}
