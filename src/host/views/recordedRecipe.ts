import type { Stores } from '../services.js';

/** The recipe that a prompt came from, where its run is still there to know it. */
export function recordedRecipeFile(promptFolder: string, { runs }: Pick<Stores, 'runs'>): string | undefined {
  for (const run of runs)
    if ('value' in run && run.value.status.promptFolder === promptFolder) return run.value.status.recipeFile;
  return undefined;
}
