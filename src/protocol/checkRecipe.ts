import * as l10n from '@vscode/l10n';
import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { contradictions } from './contradictions.js';
import { recipeProblems, type RecipeProblem } from './recipeProblems.js';
import { withPresetMetric } from './promptTest.js';
import { recipeSchema, type Recipe } from './recipe.js';
import { sweepProblems } from './sweepProblems.js';

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

  const input: unknown = getNodeValue(root);
  const parsed = recipeSchema.safeParse(input);
  const bySchema = [...repeatedNames(root), ...(parsed.success ? [] : recipeProblems(parsed.error.issues, root))];
  const beyondIt = parsed.success ? contradictions(parsed.data, root) : [];
  if (parsed.success && beyondIt.length === 0) beyondIt.push(...sweepProblems(input, parsed.data.sweep, root));
  const problems = [
    ...bySchema.map((problem) => locate(problem, root, true)),
    ...beyondIt.map((problem) => locate(problem, root, false)),
  ];
  if (parsed.success && problems.length === 0) return { recipe: withPresetMetric(parsed.data) };
  return { problems: problems.sort((a, b) => a.offset - b.offset) };
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
