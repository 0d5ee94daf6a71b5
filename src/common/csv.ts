/** A cell as CSV has it (RFC 4180). */
export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Lines of a CSV file; an absent cell is empty. */
export const csvText = (lines: readonly (readonly (string | number | undefined)[])[]): string =>
  lines.map((line) => `${line.map((cell) => csvCell(String(cell ?? ''))).join(',')}\n`).join('');
