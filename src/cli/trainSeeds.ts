import * as l10n from '@vscode/l10n';
import { join } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import { recipeName } from '../protocol/parseRecipe.js';
import { seedRecipes, seedsName } from '../protocol/seedRecipes.js';
import { saveEnsemble } from '../store/ensembleFolder.js';
import { freeEnsembleName } from '../store/ensembles.js';
import { promptsFolder } from '../store/storeLocation.js';
import { exitCodes, type ExitCode } from './failure.js';
import type { TrainOptions } from './recipeOptions.js';
import { locateRecipe, print, printJson, trainRecipe } from './runCommand.js';
import type { Work } from './work.js';
import type { CommonOptions, World } from './world.js';

/** Trains a recipe with one seed after the other, and saves the ensemble of what comes of it. Where one ends early, that is the end. */
export async function runTrainSeeds(
  file: string | undefined,
  seeds: readonly number[],
  options: CommonOptions & TrainOptions,
  work: Work,
  world: World,
): Promise<ExitCode> {
  const located = await locateRecipe(file, options, world);
  const { recipe, recipeFile, store } = located;
  if (recipe.groupBy !== undefined) throw new SoftpromptError('run.groupSeeds', { column: recipe.groupBy });
  const name = recipeName(recipe, recipeFile);
  const runs = seedRecipes(recipe, name, seeds);
  for (const run of runs) {
    const exitCode = await trainRecipe({ ...located, recipe: run.recipe }, options, work, world);
    if (exitCode !== exitCodes.ok) return exitCode;
  }
  const ensemble = await freeEnsembleName(store, seedsName(name));
  const prompts = runs.map((run) => join(promptsFolder(store), run.name));
  const folder = await saveEnsemble(store, ensemble, { prompts, vote: 'majority' });
  if (options.json) printJson([{ type: 'ensemble', name: ensemble, folder, prompts }], world);
  else {
    const next = `  softprompt ensemble FILE --ensemble ${ensemble}`;
    print(['', l10n.t('Saved the ensemble {name}; next:', { name: ensemble }), next], world);
  }
  return exitCodes.ok;
}
