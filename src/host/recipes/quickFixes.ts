import * as l10n from '@vscode/l10n';
import { findNodeAtLocation, modify, parseTree, type Edit, type Node } from 'jsonc-parser';
import { checkRecipe } from '../../protocol/checkRecipe.js';
import type { RecipeFault } from '../../protocol/inspectMessages.js';

/** A change of a recipe's text that mends it; comments stay. */
export interface QuickFix {
  readonly title: string;
  /** Where it is offered, in UTF-16 code units. */
  readonly offset: number;
  readonly length: number;
  readonly edits: readonly Edit[];
}

/** Names that are nearly right: fields, and columns that the data does not have. */
export function quickFixes(text: string, faults: readonly RecipeFault[]): QuickFix[] {
  const checked = checkRecipe(text);
  const problems = 'problems' in checked ? checked.problems : [];
  const root = parseTree(text, [], { allowTrailingComma: true });
  return [
    ...problems.flatMap(({ nearest, offset, length }): QuickFix[] => {
      if (nearest === undefined) return [];
      const content = JSON.stringify(nearest);
      return [{ title: title(nearest), offset, length, edits: [{ offset, length, content }] }];
    }),
    ...(root ? faults.flatMap((fault) => columnFixes(text, root, fault)) : []),
  ];
}

function columnFixes(text: string, root: Node, { path: [section], error: { code, args } }: RecipeFault): QuickFix[] {
  const { column, nearest } = args;
  // Where a test's file lacks a column, the template is right.
  if (section === 'tests') return [];
  if (code !== 'data.missingColumn' || typeof nearest !== 'string' || nearest === '') return [];
  const placeholder = `{${String(column)}}`;
  return ['template', 'target'].flatMap((field) => {
    const path = ['data', field];
    const node = findNodeAtLocation(root, path);
    if (node?.type !== 'string' || !String(node.value).includes(placeholder)) return [];
    const mended = String(node.value).replaceAll(placeholder, () => `{${nearest}}`);
    const { offset, length } = node;
    return [{ title: title(`{${nearest}}`), offset, length, edits: modify(text, path, mended, {}) }];
  });
}

const title = (name: string): string => l10n.t('Change to {name}', { name });
