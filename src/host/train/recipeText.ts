import * as l10n from '@vscode/l10n';
import { applyEdits, findNodeAtLocation, modify, parseTree, type Edit, type JSONPath } from 'jsonc-parser';
import { isAbsolute, relative, sep } from 'node:path';
import { recipeSchema, type Recipe, type RecipeInput } from '../../protocol/recipe.js';
import { placesVirtualTokens } from '../../protocol/virtualSlots.js';
import { offeredInitialisations } from './variants.js';

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
    ? fieldComments(recipe).flatMap(([path, words]): Edit[] => {
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

function fieldComments(recipe: RecipeInput): [JSONPath, string][] {
  return [
    [['model'], l10n.t('The frozen base model: the bundled one, a Hugging Face folder or id, or a .gguf file.')],
    [
      ['data', 'template'],
      l10n.t('What stands before the target: "{example}" is a cell of that column.', example('text')),
    ],
    [['data', 'labels'], l10n.t('Each value of the target column, and the words that stand for it.')],
    [['method', 'num_virtual_tokens'], virtualTokensComment(recipe)],
    [
      ['method', 'prefix_projection'],
      l10n.t('A network makes the keys and values while they are trained; they alone are kept.'),
    ],
    [
      ['method', 'encoder_reparameterization_type'],
      l10n.t('The network that makes the virtual tokens while they are trained, MLP or LSTM; they alone are kept.'),
    ],
    [
      ['method', 'encoder_hidden_size'],
      l10n.t('Its width: at least num_virtual_tokens, unless they begin from random numbers.'),
    ],
    [['method', 'prompt_tuning_init'], initialisationComment(recipe)],
    [['method', 'prompt_tuning_init_text'], l10n.t('The words, repeated or cut to num_virtual_tokens.')],
    [['method', 'prompt_tuning_init_file'], l10n.t('The folder of a saved prompt, or an .npy file.')],
    [
      ['method', 'save_model'],
      l10n.t('Whether the tuned model is kept, too: it is as large as the base model in float32.'),
    ],
    [['training', 'evalEvery'], l10n.t('Steps between scores on the dev rows, which choose the best step.')],
  ];
}

function virtualTokensComment({ data, method }: RecipeInput): string {
  if (placesVirtualTokens(data.template ?? '')) return l10n.t('As many as the template places.');
  return method?.peft_type === 'PREFIX_TUNING'
    ? l10n.t('More keys and values in every block can hold more, and take longer to train.')
    : l10n.t('More virtual tokens can hold more, and take longer to train.');
}

/** What else there would be. */
function initialisationComment({ method }: RecipeInput): string {
  const type = method?.peft_type ?? 'PROMPT_TUNING';
  const choices = type === 'MODEL_TUNING' ? '' : offeredInitialisations(type).join(', ');
  return l10n.t('What they begin from: {choices}.', { choices });
}

const example = (column: string): { example: string } => ({ example: `{${column}}` });

const comment = (words: string, depth: number): string => `// ${words}\n${'  '.repeat(depth)}`;
