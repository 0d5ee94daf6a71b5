import * as l10n from '@vscode/l10n';
import { findNodeAtLocation, type Node } from 'jsonc-parser';
import * as z from 'zod';
import { nearestName } from '../common/nearestName.js';
import { recipeSchema } from './recipe.js';
import { alternatives, objectsIn } from './recipeFields.js';

/** Something wrong in a recipe: where, and in words. */
export interface RecipeProblem {
  readonly path: readonly PropertyKey[];
  /** Where it is not the value at the path that is wrong. */
  readonly at?: Node;
  readonly message: string;
  /** The known name that an unknown one is likely to mean. */
  readonly nearest?: string;
}

type Issue = z.core.$ZodIssue;

/** What the schema found wrong, in the reader's language, with what was found and what is expected. */
export function recipeProblems(issues: readonly Issue[], root: Node): RecipeProblem[] {
  return issues.flatMap((issue) => problemsOf(issue, root));
}

function problemsOf(issue: Issue, root: Node): RecipeProblem[] {
  const { path } = issue;
  const node = nodeAt(root, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownName(path, key, root, node));
  const inside = issue.code === 'invalid_union' ? meantAlternative(issue.errors) : undefined;
  if (inside)
    return recipeProblems(inside.map((each) => ({ ...each, path: [...path, ...each.path] })) as Issue[], root);
  const expected = expectation(issue);
  const message =
    node === undefined
      ? l10n.t('missing; expected {expected}', { expected })
      : l10n.t('found {found}; expected {expected}', { found: foundText(node), expected });
  return [{ path, message }];
}

/** What is wrong inside the one alternative whose type the value has. */
function meantAlternative(errors: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const meant = errors.filter(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  return meant.length === 1 ? meant[0] : undefined;
}

function expectation(issue: Exclude<Issue, { code: 'unrecognized_keys' }>): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeText(issue.expected);
    case 'invalid_value':
      return choiceText(issue.values);
    case 'too_small':
      return limitText(issue.origin, issue.minimum, issue.inclusive === false ? '>' : '≥');
    case 'too_big':
      return limitText(issue.origin, issue.maximum, issue.inclusive === false ? '<' : '≤');
    case 'invalid_union':
      if ('options' in issue && issue.options !== undefined) return choiceText(issue.options);
      return [
        ...new Set(issue.errors.flatMap(([first]) => (first?.code === 'invalid_type' ? typeText(first.expected) : []))),
      ].join(l10n.t(' or '));
    default:
      return issue.message;
  }
}

function unknownName(path: readonly PropertyKey[], key: string, root: Node, parent: Node | undefined): RecipeProblem {
  const [shapes, others] = shapesAt(path, root);
  const known = namesOf(shapes);
  const nearest = nearestName(key, known);
  const at = parent?.children?.find((property) => property.children?.[0]?.value === key)?.children?.[0];
  const owners = others.filter(({ shape }) => Object.hasOwn(shape, key)).map(kindOf);
  const message =
    owners.length > 0
      ? l10n.t('{kind} has no such field, which is one of {owners}; the fields here are {fields}', {
          kind: shapes.map(kindOf).join(', '),
          owners: owners.join(', '),
          fields: known.join(', '),
        })
      : nearest === undefined
        ? l10n.t('there is no such field; the fields here are {fields}', { fields: known.join(', ') })
        : l10n.t('there is no such field; did you mean "{nearest}"?', { nearest });
  return {
    path: [...path, key],
    ...(at && { at }),
    ...(owners.length === 0 && nearest !== undefined && { nearest }),
    message,
  };
}

const namesOf = (shapes: readonly z.ZodObject[]): string[] =>
  [...new Set(shapes.flatMap(({ shape }) => Object.keys(shape)))].filter((name) => name !== '$schema');

/** What the object at a path may be, then what it may not be as one of its fields already says which kind it is. */
function shapesAt(path: readonly PropertyKey[], root: Node): [z.ZodObject[], z.ZodObject[]] {
  const types = path.reduce<z.core.$ZodType[]>(
    (found, segment) => found.flatMap((type) => step(type, segment)),
    [recipeSchema],
  );
  const shapes = types.flatMap(objectsIn);
  const value = nodeAt(root, path);
  const isOther = (shape: z.ZodObject): boolean =>
    shapes.length > 1 && Object.entries(shape.shape).some(([name, type]) => isOtherConstant(type, value, name));
  return [shapes.filter((shape) => !isOther(shape)), shapes.filter(isOther)];
}

/** Whether a field can have but one value and has another. */
function isOtherConstant(type: z.core.$ZodType, parent: Node | undefined, name: string): boolean {
  if (!(type instanceof z.ZodLiteral)) return false;
  const found = parent && findNodeAtLocation(parent, [name]);
  return found !== undefined && !type.values.has(found.value as string);
}

/** The constant that tells an object of a union from the others. */
function kindOf({ shape }: z.ZodObject): string {
  return Object.values(shape)
    .flatMap((type) => (type instanceof z.ZodLiteral ? [...type.values] : []))
    .join(' ');
}

function step(type: z.core.$ZodType, segment: PropertyKey): z.core.$ZodType[] {
  if (typeof segment === 'number')
    return alternatives(type).flatMap((one) => (one instanceof z.ZodArray ? one.element : []));
  return alternatives(type).flatMap((one) =>
    one instanceof z.ZodObject
      ? (one.shape[String(segment)] ?? [])
      : one instanceof z.ZodRecord
        ? (one.valueType as z.core.$ZodType)
        : [],
  );
}

function nodeAt(root: Node, path: readonly PropertyKey[]): Node | undefined {
  return findNodeAtLocation(
    root,
    path.map((segment) => (typeof segment === 'number' ? segment : String(segment))),
  );
}

function foundText(node: Node): string {
  if (node.type === 'object') return l10n.t('an object');
  if (node.type === 'array') return l10n.t('a list');
  const text = JSON.stringify(node.value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

function typeText(expected: string): string {
  const known: Record<string, string> = {
    string: l10n.t('a text'),
    number: l10n.t('a number'),
    int: l10n.t('a whole number'),
    boolean: l10n.t('true or false'),
    object: l10n.t('an object'),
    record: l10n.t('an object'),
    array: l10n.t('a list'),
  };
  return known[expected] ?? expected;
}

function choiceText(values: readonly unknown[]): string {
  const choices = values.map((value) => JSON.stringify(value)).join(', ');
  return values.length === 1 ? choices : l10n.t('one of {choices}', { choices });
}

function limitText(origin: string, limit: number | bigint, sign: string): string {
  const bound = `${sign} ${limit}`;
  if (origin === 'string') return l10n.t('a text of {bound} characters', { bound });
  if (origin === 'array') return l10n.t('a list of {bound} items', { bound });
  return l10n.t('a number {bound}', { bound });
}
