import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The base model inside the product. */
export const bundledModel = 'softprompt-9m';

/** What a recipe's `model` means: the bundled one by its name, else a path relative to the recipe's folder. */
export function resolveModelPath(model: string, folder: string): string {
  if (model === bundledModel) return join(mediaFolder(), 'models', bundledModel);
  return isAbsolute(model) ? model : resolve(folder, model);
}

/** `media` stands at the product's top, above the bundled program (dist) and above the sources alike. */
function mediaFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const media = join(folder, 'media');
    if (existsSync(join(media, 'models')) || dirname(folder) === folder) return media;
  }
}
