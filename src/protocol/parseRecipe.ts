import * as l10n from '@vscode/l10n';
import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { recipeProblems, type RecipeProblem } from './recipeProblems.js';
import { recipeSchema, type Recipe } from './recipe.js';

/**
 * Reads a recipe: JSON with comments, trailing commas allowed. Every default is filled in.
 * Throws `recipe.invalid`, which lists every problem with line, column, place in the recipe, what was found and what is expected.
 */
export function parseRecipe(text: string, file: string): Recipe {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const broken = errors.map(
    ({ error, offset }) => `${place(text, offset)}: ${syntaxProblem(printParseErrorCode(error))}`,
  );
  if (broken.length > 0 || root === undefined) throw invalid(file, broken);

  const parsed = recipeSchema.safeParse(getNodeValue(root));
  const problems = [
    ...repeatedNames(root),
    ...(parsed.success ? contradictions(parsed.data) : recipeProblems(parsed.error.issues, root)),
  ];
  const located = problems.map((problem) => ({ ...problem, offset: offsetOf(root, problem) }));
  if (!parsed.success || located.length > 0) {
    const lines = located
      .sort((a, b) => a.offset - b.offset)
      .map(({ path, offset, message }) => `${place(text, offset)} ${pathText(path)}: ${message}`);
    throw invalid(file, lines);
  }
  return parsed.data;
}

/** The published schema of recipes, in the dialect that VS Code fully supports. */
export function recipeJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(recipeSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // Says no more than "integer" and would stand in every hover.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return { title: 'Softprompt recipe', ...schema, allowComments: true, allowTrailingCommas: true };
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

/** What single fields cannot say: which of them need each other. */
function contradictions({ method, training }: Recipe): RecipeProblem[] {
  const problems: RecipeProblem[] = [];
  const initialisation = method.prompt_tuning_init;
  const needed = {
    text: 'prompt_tuning_init_text',
    TEXT: 'prompt_tuning_init_text',
    file: 'prompt_tuning_init_file',
  } as const;
  if (initialisation === 'text' || initialisation === 'TEXT' || initialisation === 'file') {
    const field = needed[initialisation];
    if (method[field] === undefined) {
      problems.push({
        path: ['method', 'prompt_tuning_init'],
        message: l10n.t('"{initialisation}" also needs "{field}", which is missing', { initialisation, field }),
      });
    }
  }
  if (training.warmupSteps > training.maxSteps) {
    problems.push({
      path: ['training', 'warmupSteps'],
      message: l10n.t('{warmupSteps} is more than the {maxSteps} steps of the whole run (maxSteps)', {
        warmupSteps: training.warmupSteps,
        maxSteps: training.maxSteps,
      }),
    });
  }
  return problems;
}

/** JSON lets the last of two equal names win in silence. */
function repeatedNames(node: Node, path: readonly PropertyKey[] = []): RecipeProblem[] {
  if (node.type === 'array') return (node.children ?? []).flatMap((child, i) => repeatedNames(child, [...path, i]));
  const seen = new Set<string>();
  return (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    const name = String(key?.value);
    const inside = value === undefined ? [] : repeatedNames(value, [...path, name]);
    if (!seen.has(name)) {
      seen.add(name);
      return inside;
    }
    return [
      { path: [...path, name], offset: property.offset, message: l10n.t('this name stands here twice') },
      ...inside,
    ];
  });
}

/** Where the offending value begins; for a value that is missing, the object it is missing from. */
function offsetOf(root: Node, { path, offset }: RecipeProblem): number {
  if (offset !== undefined) return offset;
  for (let length = path.length; length > 0; length--) {
    const segments = path.slice(0, length).map((segment) => (typeof segment === 'number' ? segment : String(segment)));
    const node = findNodeAtLocation(root, segments);
    if (node !== undefined) return node.offset;
  }
  return root.offset;
}

/** 1-based line and column. */
function place(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0 ? l10n.t('(the whole recipe)') : path.map(String).join('.');
}

function syntaxProblem(code: ReturnType<typeof printParseErrorCode>): string {
  switch (code) {
    case 'PropertyNameExpected':
      return l10n.t('expected a name in double quotes');
    case 'ValueExpected':
      return l10n.t('expected a value');
    case 'ColonExpected':
      return l10n.t('expected a colon');
    case 'CommaExpected':
      return l10n.t('expected a comma');
    case 'CloseBraceExpected':
      return l10n.t('expected a comma or a closing brace');
    case 'CloseBracketExpected':
      return l10n.t('expected a comma or a closing bracket');
    case 'EndOfFileExpected':
      return l10n.t('expected the end of the file');
    case 'UnexpectedEndOfString':
      return l10n.t('this text is not closed');
    case 'UnexpectedEndOfComment':
      return l10n.t('this comment is not closed');
    case 'InvalidNumberFormat':
    case 'UnexpectedEndOfNumber':
      return l10n.t('this is not a number in JSON');
    case 'InvalidUnicode':
    case 'InvalidEscapeCharacter':
      return l10n.t('this is not an escape in JSON; write a backslash as two');
    case 'InvalidCharacter':
      return l10n.t('a text may not hold control characters or line breaks');
    default:
      return l10n.t('this is not JSON');
  }
}

function invalid(file: string, problems: readonly string[]): SoftpromptError<'recipe.invalid'> {
  return new SoftpromptError('recipe.invalid', {
    file,
    problems: problems.length > 0 ? problems.join('\n') : l10n.t('1:1: the file is empty'),
  });
}
