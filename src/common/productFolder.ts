import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file or folder of the product. Its top is the folder with `media`, above the bundled programs (dist) and above the sources alike. */
function productPath(...parts: string[]): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder))
    if (existsSync(join(folder, 'media', 'models')) || dirname(folder) === folder) return join(folder, ...parts);
}

/** The base models inside the product. */
export const modelsFolder = (): string => productPath('media', 'models');

/** The bundles of translated words. */
export const translationsFolder = (): string => productPath('media', 'l10n');

/** A program that was built beside this one. */
export const programPath = (name: string): string => productPath('dist', name);
