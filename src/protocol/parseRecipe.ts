import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { checkRecipe } from './checkRecipe.js';
import { initialisationWords } from './initialisationWords.js';
import { initialisationsOf, recipeSchema, type PeftType, type Recipe } from './recipe.js';
import { sweepableFields } from './recipeFields.js';

/**
 * Reads a recipe: JSON with comments, trailing commas allowed. Every default is filled in.
 * Throws `recipe.invalid`, which lists every problem with line, column, place in the recipe, what was found and what is expected.
 */
export function parseRecipe(text: string, file: string): Recipe {
  const checked = checkRecipe(text);
  if ('recipe' in checked) return checked.recipe;
  const problems = checked.problems.map(({ offset, path, message }) =>
    path === undefined ? `${place(text, offset)}: ${message}` : `${place(text, offset)} ${pathText(path)}: ${message}`,
  );
  throw new SoftpromptError('recipe.invalid', { file, problems: problems.join('\n') });
}

/** The published schema of recipes, in the dialect that VS Code fully supports. */
export function recipeJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(recipeSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // Says no more than "integer" and would stand in every hover.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      for (const type of Object.keys(initialisationsOf) as PeftType[]) {
        if (propertyOf(jsonSchema, 'peft_type')?.const !== type) continue;
        // Completion shows beside each value when to use it.
        const uses = initialisationsOf[type].map((name) => initialisationWords(type, name).use);
        Object.assign(propertyOf(jsonSchema, 'prompt_tuning_init') ?? {}, { enumDescriptions: uses });
      }
    },
  });
  const sweep = propertyOf(schema, 'sweep');
  // Completion offers the fields' names, and hovers say what they are.
  const fields = [...sweepableFields()].map(([path, description]) => [
    path,
    { ...(description !== undefined && { description }), allOf: [{ $ref: '#/properties/sweep/additionalProperties' }] },
  ]);
  if (sweep) sweep.properties = Object.fromEntries(fields) as NonNullable<typeof sweep.properties>;
  return { title: 'Softprompt recipe', ...schema, allowComments: true, allowTrailingCommas: true };
}

function propertyOf(
  { properties }: z.core.JSONSchema.BaseSchema,
  name: string,
): z.core.JSONSchema.BaseSchema | undefined {
  const property = properties?.[name];
  return typeof property === 'object' ? property : undefined;
}

/** The prompt's name: the recipe's own, or its file's without endings, made fit for a folder's name. */
export function recipeName(recipe: Pick<Recipe, 'name'>, file: string): string {
  return recipe.name ?? nameFromFile(file);
}

/** A file's name without folders and endings, made fit. */
export function nameFromFile(file: string): string {
  return fitName((file.split(/[\\/]/).at(-1) ?? '').replace(/(\.softprompt\.json|\.[^.]*)$/i, ''));
}

/** A text with anything that a prompt's name may not hold turned into dashes. */
export function fitName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|-+$/g, '');
  return name.slice(0, 100) || 'prompt';
}

/** 1-based line and column. */
function place(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0 ? l10n.t('(the whole recipe)') : path.map(String).join('.');
}
