import { findNodeAtLocation, getLocation, getNodeValue, parseTree, type Node } from 'jsonc-parser';

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
  if (section === 'tests' && inner === 'file' && !isAtPropertyKey && ['', 'path'].includes(deeper.join('.'))) {
    const string = previousNode && stringAround(text, previousNode, offset);
    return string && { kind: 'data file', ...string, taken: [], isClosed: true };
  }
  if (section !== 'data' || typeof field !== 'string' || deeper.length > 0) return undefined;
  const string = previousNode && stringAround(text, previousNode, offset);

  if (isAtPropertyKey) {
    if (field !== 'labels' || inner === undefined) return undefined;
    const start = string ? string.start - 1 : offset;
    const end = string ? string.end + (text[string.end] === '"' ? 1 : 0) : offset;
    return { kind: 'label', start, end, taken: labelsIn(text), isClosed: /^\s*:/.test(text.slice(end)) };
  }
  if (!string) return undefined;
  const { start, end } = string;
  if (inner === undefined && (field === 'template' || field === 'target')) {
    // A brace that opens a column is not one of a pair, which stands for a brace.
    const [, begun] = /(?:^|[^{])(?:\{\{)*\{([^{}]*)$/.exec(text.slice(start, offset)) ?? [];
    if (begun === undefined) return undefined;
    const [rest = ''] = /^[^{}"\\]*(?=\})/.exec(text.slice(offset)) ?? [];
    const nameEnd = offset + rest.length;
    const isClosed = text[nameEnd] === '}';
    return { kind: 'column', start: offset - begun.length, end: nameEnd, taken: [], isClosed };
  }
  if (dataFields.includes(field) && (inner === undefined || inner === 'path')) {
    return { kind: 'data file', start, end, taken: [], isClosed: true };
  }
  return undefined;
}

/** What stands between the quotes of the name or text that holds a place. */
function stringAround(
  text: string,
  { type, offset, length }: Node,
  at: number,
): { start: number; end: number } | undefined {
  if (type !== 'string' && type !== 'property') return undefined;
  const last = offset + length;
  const end = length > 1 && text[last - 1] === '"' ? last - 1 : last;
  return at > offset && at <= end ? { start: offset + 1, end } : undefined;
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
