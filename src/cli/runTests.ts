import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { TestedFile } from '../evaluation/promptTests.js';
import { recipeName } from '../protocol/parseRecipe.js';
import { findPrompts } from '../store/catalogue.js';
import { asReadError } from '../store/fileErrors.js';
import { cacheFolder, promptsFolder } from '../store/storeLocation.js';
import { exitCodes, type ExitCode } from './failure.js';
import { modelOption, recipeFromFile, type LocatedRecipe } from './recipeOptions.js';
import { print, printJson, shortPath, storeOf } from './runCommand.js';
import { withScoringProgress } from './scoringProgress.js';
import { screenOf } from './terminal.js';
import { countLine, testedLines } from './testReport.js';
import type { Work } from './work.js';
import type { TestOptions, World } from './world.js';

/** Runs the tests of recipes, the model of each loaded once. All that can be wrong before a model is loaded is told first. */
export async function runTests(
  named: readonly string[],
  options: TestOptions,
  work: Work,
  world: World,
): Promise<ExitCode> {
  const { folder, environment, out, err, signal } = world;
  const { model, threads, provider } = options;
  const store = await storeOf(options, world);
  const recipes = await recipesWithTests(named, folder);
  const prompts = [];
  for (const located of recipes) prompts.push({ ...located, ...(await trainedPrompt(located, store, folder)) });

  const tested: TestedFile[] = [];
  for (const { recipe, recipeFile, prompt, promptFolder } of prompts) {
    const request = {
      promptFolder,
      recipeFile,
      tests: recipe.tests ?? [],
      cacheFolder: cacheFolder(environment),
      spinning: true,
      provider: provider ?? recipe.provider,
      ...(model !== undefined && { model: modelOption(model, folder) }),
      ...(threads !== undefined && { threads }),
    };
    const files = await withScoringProgress(err, (onProgress) => work.test(request, onProgress, signal));
    tested.push(...files);
    const recipePath = shortPath(recipeFile, folder);
    if (options.json)
      printJson(
        files.map((file) => ({ type: 'test', recipe: recipePath, prompt, ...file })),
        world,
      );
    else print([...testedLines(recipePath, prompt, files, folder, screenOf(out)), ''], world);
  }
  const failed = tested.filter(({ gates }) => !gates.every(({ passed }) => passed)).length;
  const counts = { passed: tested.length - failed, failed };
  if (options.json) printJson([{ type: 'tests', ...counts }], world);
  else print([countLine(counts, screenOf(out))], world);
  return failed > 0 ? exitCodes.failed : exitCodes.ok;
}

/** The recipes named, each of which must have tests; else those below the folder that have some. Throws `recipe.noTests`. */
async function recipesWithTests(named: readonly string[], folder: string): Promise<LocatedRecipe[]> {
  const files = named.length > 0 ? named : (await recipesBelow(folder)).map((file) => shortPath(file, folder));
  const found: LocatedRecipe[] = [];
  for (const file of files) {
    const located = await recipeFromFile(file, {}, folder);
    if ((located.recipe.tests ?? []).length > 0) found.push(located);
    else if (named.length > 0) throw new SoftpromptError('recipe.noTests', { place: file });
  }
  if (found.length === 0) throw new SoftpromptError('recipe.noTests', { place: folder });
  return found;
}

/** In the order of their paths. Hidden folders, the store among them, and those of packages hold none of ours. */
async function recipesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw asReadError(error, folder);
  });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') && entry.name !== 'node_modules') found.push(...(await recipesBelow(path)));
    } else if (entry.name.endsWith('.softprompt.json')) found.push(path);
  }
  return found;
}

/** Throws `recipe.untrained`. */
async function trainedPrompt(
  { recipe, recipeFile }: LocatedRecipe,
  store: string,
  folder: string,
): Promise<{ readonly prompt: string; readonly promptFolder: string }> {
  const prompt = recipeName(recipe, recipeFile);
  try {
    return { prompt, promptFolder: await findPrompts(store, prompt, resolve(promptsFolder(store))) };
  } catch (cause) {
    if (!(cause instanceof SoftpromptError) || cause.code !== 'store.noPrompt') throw cause;
    const file = shortPath(recipeFile, folder);
    throw new SoftpromptError('recipe.untrained', { file, prompt, store }, { cause });
  }
}
