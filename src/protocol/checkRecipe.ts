import * as l10n from '@vscode/l10n';
import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { encoderOf, leastEncoderSize } from './encoder.js';
import { recipeProblems, type RecipeProblem } from './recipeProblems.js';
import { isShare } from './numbers.js';
import { presetMetrics } from './presets.js';
import { boundOf } from './promptTest.js';
import { recipeSchema, type Recipe, type RecipeTest } from './recipe.js';
import { virtualSlots } from './virtualSlots.js';

/** Something wrong in a recipe's text, in UTF-16 code units. */
export interface LocatedProblem {
  readonly offset: number;
  readonly length: number;
  /** The field; absent where the text is not even JSON. */
  readonly path?: readonly PropertyKey[];
  readonly message: string;
  /** The known name that an unknown one is likely to mean. */
  readonly nearest?: string;
  /** Whether the published schema says it too, or JSON itself. */
  readonly bySchema: boolean;
}

/** A recipe with its defaults filled in, or everything that is wrong with its text, in the order of the text. */
export function checkRecipe(
  text: string,
): { readonly recipe: Recipe } | { readonly problems: readonly LocatedProblem[] } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || root === undefined) {
    const broken = errors.map(({ error, offset, length }) => {
      return { offset, length, message: syntaxProblem(printParseErrorCode(error)), bySchema: true };
    });
    if (broken.length > 0) return { problems: broken };
    return { problems: [{ offset: 0, length: 0, message: l10n.t('the file is empty'), bySchema: true }] };
  }

  const parsed = recipeSchema.safeParse(getNodeValue(root));
  const recipe = parsed.success ? withPresetMetric(parsed.data) : undefined;
  const bySchema = [...repeatedNames(root), ...(parsed.success ? [] : recipeProblems(parsed.error.issues, root))];
  const beyondIt = recipe ? contradictions(recipe, root) : [];
  const problems = [
    ...bySchema.map((problem) => locate(problem, root, true)),
    ...beyondIt.map((problem) => locate(problem, root, false)),
  ];
  if (recipe && problems.length === 0) return { recipe };
  return { problems: problems.sort((a, b) => a.offset - b.offset) };
}

/** A test that names no metric has its preset's. */
function withPresetMetric(recipe: Recipe): Recipe {
  const { tests, data } = recipe;
  if (!tests || data.preset === undefined) return recipe;
  const [usual] = presetMetrics[data.preset];
  return { ...recipe, tests: tests.map((test) => ({ ...test, metric: test.metric ?? usual })) };
}

/** The value at a path of a recipe; for one that is missing, the innermost object that it is missing from. */
export function nodeNear(root: Node, path: readonly PropertyKey[]): Node {
  for (let length = path.length; length > 0; length--) {
    const segments = path.slice(0, length).map((segment) => (typeof segment === 'number' ? segment : String(segment)));
    const node = findNodeAtLocation(root, segments);
    if (node !== undefined) return node;
  }
  return root;
}

function locate({ at, ...problem }: RecipeProblem, root: Node, bySchema: boolean): LocatedProblem {
  const { offset, length } = at ?? nodeNear(root, problem.path);
  return { ...problem, offset, length, bySchema };
}

/** What single fields cannot say: which of them need each other, and which exclude each other. */
function contradictions(recipe: Recipe, root: Node): RecipeProblem[] {
  return [
    ...initialisationProblems(recipe),
    ...encoderProblems(recipe, root),
    ...slotProblems(recipe, root),
    ...trainingProblems(recipe),
    ...(recipe.tests ?? []).flatMap(testProblems),
  ];
}

/** What an initialisation takes its vectors from; the model's own words do for `activations`. */
const initialisationFields = {
  text: 'prompt_tuning_init_text',
  TEXT: 'prompt_tuning_init_text',
  file: 'prompt_tuning_init_file',
} as const;

function initialisationProblems({ method }: Recipe): RecipeProblem[] {
  const { prompt_tuning_init: initialisation } = method;
  if (initialisation !== 'text' && initialisation !== 'TEXT' && initialisation !== 'file') return [];
  const field = initialisationFields[initialisation];
  if (method[field] !== undefined) return [];
  return [
    {
      path: ['method', 'prompt_tuning_init'],
      message: l10n.t('"{initialisation}" also needs "{field}", which is missing', { initialisation, field }),
    },
  ];
}

function encoderProblems({ method }: Recipe, root: Node): RecipeProblem[] {
  const [least, encoder] = [leastEncoderSize(method), encoderOf(method)];
  if (least === undefined || encoder === undefined || encoder.size >= least) return [];
  return [
    {
      path: written(root, ['method', 'encoder_hidden_size'], ['method', 'num_virtual_tokens']),
      message: l10n.t(
        'a network of width {size} (encoder_hidden_size) cannot begin with {count} given vectors (num_virtual_tokens); make it at least {count} wide, or set "prompt_tuning_init": "random"',
        { size: encoder.size, count: least },
      ),
    },
  ];
}

function slotProblems({ data, method }: Recipe, root: Node): RecipeProblem[] {
  const problems: RecipeProblem[] = [];
  if (data.target !== undefined && virtualSlots(data.target).length > 0) {
    problems.push({
      path: ['data', 'target'],
      message: l10n.t('virtual tokens cannot stand in the target, which is what they help to predict'),
    });
  }
  const slots = virtualSlots(data.template ?? '');
  if (slots.length === 0) return problems;
  if (method.peft_type === 'PREFIX_TUNING') {
    problems.push({
      path: ['data', 'template'],
      message: l10n.t(
        'prefix tuning has no vectors in the text that {slot} could place: its keys and values stand in front of every block; leave the places out, or choose PROMPT_TUNING or P_TUNING',
        { slot: '[P×…]' },
      ),
    });
    return problems;
  }
  const placed = slots.reduce((sum, count) => sum + count, 0);
  if (placed !== method.num_virtual_tokens) {
    problems.push({
      path: written(root, ['method', 'num_virtual_tokens'], ['data', 'template']),
      message: l10n.t('the template places {placed} virtual tokens, and num_virtual_tokens is {count}', {
        placed,
        count: method.num_virtual_tokens,
      }),
    });
  }
  return problems;
}

function trainingProblems({ training: { warmupSteps, maxSteps } }: Recipe): RecipeProblem[] {
  if (warmupSteps <= maxSteps) return [];
  return [
    {
      path: ['training', 'warmupSteps'],
      message: l10n.t('{warmupSteps} is more than the {maxSteps} steps of the whole run (maxSteps)', {
        warmupSteps,
        maxSteps,
      }),
    },
  ];
}

/** Each metric has one of the two bounds, and one that it can reach. */
function testProblems(test: RecipeTest, i: number): RecipeProblem[] {
  const { metric } = test;
  if (metric === undefined) {
    const message = l10n.t('a test needs "{metric}", or a preset in "{data}", which has one', {
      metric: 'metric',
      data: 'data',
    });
    return [{ path: ['tests', i], message }];
  }
  const bound = boundOf(metric);
  const other = bound === 'atLeast' ? 'atMost' : 'atLeast';
  const problem = (field: string, message: string): RecipeProblem[] => [{ path: ['tests', i, field], message }];
  if (test[other] !== undefined)
    return problem(other, l10n.t('{metric} is bounded by "{bound}", not by "{other}"', { metric, bound, other }));
  const value = test[bound];
  if (value === undefined)
    return problem('metric', l10n.t('a test of {metric} also needs "{bound}", which is missing', { metric, bound }));
  if (!isShare(metric) || value <= 1) return [];
  return problem(
    bound,
    l10n.t('{metric} lies between 0 and 1: {value} can never be reached; 85 % is 0.85', { metric, value }),
  );
}

/** The first field that the text names; another one has its default. */
function written(root: Node, first: string[], second: string[]): string[] {
  return findNodeAtLocation(root, first) ? first : second;
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
      { path: [...path, name], ...(key && { at: key }), message: l10n.t('this name stands here twice') },
      ...inside,
    ];
  });
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
