import { getLocation, getNodeValue, parseTree, findNodeAtLocation } from 'jsonc-parser';

/** What can be completed at a place of a recipe, and the text that it replaces, in UTF-16 code units. */
export interface CompletionPlace {
  readonly kind: 'column' | 'data file' | 'label';
  readonly start: number;
  readonly end: number;
  /** Labels that stand there already; for a column, whether its brace is closed. */
  readonly taken: readonly string[];
  readonly isClosed: boolean;
}

const dataFields = ['train', 'dev', 'test'];

export function completionPlace(text: string, offset: number): CompletionPlace | undefined {
  const { path, previousNode, isAtPropertyKey } = getLocation(text, offset);
  const [section, field, inner, ...deeper] = path;
  if (section !== 'data' || typeof field !== 'string' || deeper.length > 0) return undefined;
  const string =
    previousNode?.type === 'string' &&
    offset > previousNode.offset &&
    offset <= previousNode.offset + previousNode.length
      ? previousNode
      : undefined;

  if (isAtPropertyKey) {
    if (field !== 'labels' || inner === undefined) return undefined;
    const [start, end] = string ? [string.offset, string.offset + string.length] : [offset, offset];
    return { kind: 'label', start, end, taken: labelsIn(text), isClosed: /^\s*:/.test(text.slice(end)) };
  }
  if (!string) return undefined;
  const start = string.offset + 1;
  if (inner === undefined && (field === 'template' || field === 'target')) {
    // A brace that opens a column is not one of a pair, which stands for a brace.
    const [, begun] = /(?:^|[^{])(?:\{\{)*\{([^{}]*)$/.exec(text.slice(start, offset)) ?? [];
    if (begun === undefined) return undefined;
    const [rest = ''] = /^[^{}"\\]*(?=\})/.exec(text.slice(offset)) ?? [];
    const end = offset + rest.length;
    return { kind: 'column', start: offset - begun.length, end, taken: [], isClosed: text[end] === '}' };
  }
  if (dataFields.includes(field) && (inner === undefined || inner === 'path')) {
    const end = string.offset + string.length - (text[string.offset + string.length - 1] === '"' ? 1 : 0);
    return { kind: 'data file', start, end: Math.max(end, offset), taken: [], isClosed: true };
  }
  return undefined;
}

/** Where a recipe says its training rows are, as far as its text can be read. */
export function trainFile(text: string): string | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node =
    root && (findNodeAtLocation(root, ['data', 'train', 'path']) ?? findNodeAtLocation(root, ['data', 'train']));
  return node?.type === 'string' ? String(node.value) : undefined;
}

function labelsIn(text: string): string[] {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const labels = root && findNodeAtLocation(root, ['data', 'labels']);
  return labels ? Object.keys(Object(getNodeValue(labels))) : [];
}
