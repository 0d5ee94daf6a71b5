/** A line without its line break: begin and end (exclusive) in UTF-16 code units. */
export interface TextLine {
  readonly start: number;
  readonly end: number;
}

/**
 * The lines of a text, broken where VS Code breaks them (CRLF, LF, or a lone CR), so that line numbers agree with the editor's.
 * A final line break begins one more, empty line.
 */
export function textLines(text: string): TextLine[] {
  const lines: TextLine[] = [];
  const lineBreak = /\r\n?|\n/g;
  let start = 0;
  while (lineBreak.test(text)) {
    const next = lineBreak.lastIndex;
    lines.push({ start, end: text[next - 1] === '\n' && text[next - 2] === '\r' ? next - 2 : next - 1 });
    start = next;
  }
  lines.push({ start, end: text.length });
  return lines;
}

/** The 0-based index of the line that holds an offset. */
export function lineIndexAt(lines: readonly TextLine[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle]?.start ?? Infinity) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
