import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { dirname, isAbsolute, resolve } from 'node:path';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { DatasetSource } from '../../protocol/dataset.js';
import { parseRecipe, recipeName } from '../../protocol/parseRecipe.js';
import { testFiles, type Gate } from '../../protocol/promptTest.js';
import { errorWords } from '../errorWords.js';

/** What a recipe asks of its prompt, and where it says so. */
export interface RecipeTests {
  readonly prompt: string;
  readonly files: readonly FileTest[];
  /** Why the recipe cannot be used; then there are no files. */
  readonly problem?: string;
}

/** A file with the gates that stand for it, and the place of the first of them, in UTF-16 code units. */
export interface FileTest {
  /** As the recipe names it. */
  readonly name: string;
  /** Its path is absolute. */
  readonly source: DatasetSource;
  readonly gates: readonly Gate[];
  readonly offset: number;
  readonly length: number;
}

/** Undefined where a recipe has no tests. */
export function recipeTests(text: string, recipeFile: string): RecipeTests | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const list = root && findNodeAtLocation(root, ['tests']);
  if (!list?.children?.length) return undefined;
  try {
    const recipe = parseRecipe(text, recipeFile);
    const files = testFiles(recipe.tests ?? []).map(({ file, gates, index }) => {
      const source = typeof file === 'string' ? { path: file } : file;
      const { offset = 0, length = 0 } = list.children?.[index] ?? {};
      const path = isAbsolute(source.path) ? source.path : resolve(dirname(recipeFile), source.path);
      return { name: source.path, source: { ...source, path }, gates, offset, length };
    });
    return { prompt: recipeName(recipe, recipeFile), files };
  } catch (error) {
    if (!(error instanceof SoftpromptError)) throw error;
    return { prompt: recipeName({}, recipeFile), files: [], problem: errorWords(error).message };
  }
}
