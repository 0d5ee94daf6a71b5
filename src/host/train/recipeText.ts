import * as l10n from '@vscode/l10n';
import { applyEdits, findNodeAtLocation, modify, parseTree, type Edit, type JSONPath } from 'jsonc-parser';
import { isAbsolute, relative, sep } from 'node:path';
import { recipeSchema, type Recipe, type RecipeInput } from '../../protocol/recipe.js';

/** What the settings say where a recipe says nothing. */
export interface TrainingDefaults {
  readonly provider?: Recipe['provider'];
  readonly threads?: number;
}

export const bundledModel = 'softprompt-9m';

/** A new recipe, with a comment where a field does not speak for itself. */
export function recipeText(recipe: RecipeInput): string {
  const text = `${JSON.stringify(recipe, undefined, 2)}\n`;
  const root = parseTree(text);
  const edits = root
    ? fieldComments().flatMap(([path, words]): Edit[] => {
        const field = findNodeAtLocation(root, path)?.parent;
        return field ? [{ offset: field.offset, length: 0, content: comment(words, path.length) }] : [];
      })
    : [];
  return comment(l10n.t('How a soft prompt is trained. Paths are relative to this file.'), 0) + applyEdits(text, edits);
}

/** What a recipe leaves to its defaults and a person may well want to change. */
export function usualTraining(): NonNullable<RecipeInput['training']> {
  const { maxSteps, evalEvery } = recipeSchema.parse({ data: { train: '-' } }).training;
  return { maxSteps, evalEvery };
}

/** A recipe's text with the settings where it says nothing itself; comments stay. A text that is no object stays as it is. */
export function withDefaults(text: string, defaults: TrainingDefaults): string {
  return Object.entries(defaults).reduce((current, [name, value]) => {
    const root = parseTree(current);
    if (value === undefined || root?.type !== 'object' || findNodeAtLocation(root, [name])) return current;
    return applyEdits(current, modify(current, [name], value, {}));
  }, text);
}

/** A path as a recipe in `folder` names it, the same on every system; absolute on another drive. */
export function recipePath(folder: string, path: string): string {
  const fromHere = relative(folder, path);
  return isAbsolute(fromHere) ? path : fromHere.split(sep).join('/');
}

/** What is wrong with a prompt's name. */
export function nameProblem(name: string): string | undefined {
  return recipeSchema.shape.name.safeParse(name).success
    ? undefined
    : l10n.t('Letters, digits, dot, dash and underscore, beginning with a letter or digit.');
}

function fieldComments(): [JSONPath, string][] {
  return [
    [['model'], l10n.t('The frozen base model: the bundled one, a Hugging Face folder or id, or a .gguf file.')],
    [
      ['data', 'template'],
      l10n.t('What stands before the target: "{example}" is a cell of that column.', example('text')),
    ],
    [['data', 'labels'], l10n.t('Each value of the target column, and the words that stand for it.')],
    [['method', 'num_virtual_tokens'], l10n.t('More virtual tokens can hold more, and take longer to train.')],
    [['method', 'prompt_tuning_init'], l10n.t('What the virtual tokens begin from.')],
    [['training', 'evalEvery'], l10n.t('Steps between scores on the dev rows, which choose the best step.')],
  ];
}

const example = (column: string): { example: string } => ({ example: `{${column}}` });

const comment = (words: string, depth: number): string => `// ${words}\n${'  '.repeat(depth)}`;
