import { readFile, writeFile } from 'node:fs/promises';

const begin = (part: string): string => `<!-- made by the command: ${part} -->`;
const end = '<!-- to here -->';

/** Puts what a command made into a page, between the marks of that part; all else stays. */
export async function intoPage(file: string, part: string, markdown: string): Promise<void> {
  const page = await readFile(file, 'utf8');
  const before = page.indexOf(begin(part));
  const after = page.indexOf(end, before);
  if (before < 0 || after < 0) throw new Error(`${file} has no "${begin(part)}" before "${end}"`);
  await writeFile(file, `${page.slice(0, before)}${begin(part)}\n\n${markdown.trim()}\n\n${page.slice(after)}`);
}
