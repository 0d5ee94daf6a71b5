import { dirname, resolve } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import { inspectModel } from '../models/openModel.js';
import { resolveModelPath } from '../models/modelPath.js';
import type { RecipeFault } from '../protocol/inspectMessages.js';
import type { DataConfig } from '../protocol/recipe.js';
import { planRun, type RecipeRequest } from './runContext.js';
import { prepareData } from './prepareData.js';

/** What a recipe's schema cannot see: the data and the model that it names, each tried apart, then together. */
export async function validateRecipe(request: RecipeRequest): Promise<RecipeFault[]> {
  const { recipe, recipeFile } = request;
  const folder = dirname(resolve(recipeFile));
  const faults = async (part: string, attempt: () => Promise<unknown>): Promise<RecipeFault[]> => {
    try {
      await attempt();
      return [];
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      const { code } = error;
      const args: Readonly<Record<string, unknown>> = { ...Object(error.args) };
      return [{ path: fieldAtFault(recipe.data, args) ?? [part], error: { code, args } }];
    }
  };
  const apart = [
    ...(await faults('data', () => prepareData(recipe.data, folder, recipe.training.seed))),
    ...(await faults('model', () => inspectModel(resolveModelPath(recipe.model, folder)))),
  ];
  return apart.length > 0 ? apart : faults('data', () => planRun(request));
}

/** The template that names the column, or the split that names the file, that an error is about. */
function fieldAtFault(data: DataConfig, { column, file }: Readonly<Record<string, unknown>>): string[] | undefined {
  const template = (['template', 'target'] as const).find(
    (field) => typeof column === 'string' && data[field]?.includes(`{${column}}`),
  );
  if (template) return ['data', template];
  const split = (['train', 'dev', 'test'] as const).find((name) => {
    const source = data[name];
    return file !== undefined && (typeof source === 'string' ? source : source?.path) === file;
  });
  return split && ['data', split];
}
