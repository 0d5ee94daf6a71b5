import type { ModelKind } from '../../protocol/inspectMessages.js';
import { isInside } from './dataFiles.js';
import { bundledModel, recipePath } from './recipeText.js';

/** A base model as it was found. */
export interface FoundModel {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Undefined where nobody has looked. */
  readonly kind?: ModelKind | undefined;
}

/** Whether it is the model of the product: a folder of the same name elsewhere is another. */
export function isBundled({ name, path }: FoundModel): boolean {
  return name === bundledModel && /[\\/]media[\\/]models[\\/][^\\/]+$/.test(path);
}

/**
 * How a recipe in `folder` names a model so that it is found elsewhere too: the bundled one and the Hugging Face cache's by name, one in the
 * same workspace by a relative path. The cache is what lies in none of the folders that were searched (`searched`).
 */
export function modelReference(
  model: FoundModel,
  { folder, searched }: { readonly folder: string; readonly searched: readonly string[] },
): string {
  if (isBundled(model)) return bundledModel;
  const around = searched.filter((root) => root === model.path || isInside(root, model.path));
  if (around.length === 0 && /[\\/]models--/.test(model.path) && /^[\w.-]+\/[\w.-]+$/.test(model.name)) {
    return model.name;
  }
  if (!around.some((root) => root === folder || isInside(root, folder))) return model.path;
  const path = recipePath(folder, model.path);
  // A bare name would be the bundled model's, or a Hugging Face id.
  return path.startsWith('.') ? path : `./${path}`;
}
