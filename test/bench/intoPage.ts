import { readFile, writeFile } from 'node:fs/promises';

const [begin, end] = ['<!-- made by the command -->', '<!-- to here -->'];

/** Puts what a command made into a page, between its two marks; what is written around them stays. */
export async function intoPage(file: string, markdown: string): Promise<void> {
  const page = await readFile(file, 'utf8');
  const [before, after] = [page.indexOf(begin), page.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${file} has no "${begin}" before "${end}"`);
  await writeFile(file, `${page.slice(0, before)}${begin}\n\n${markdown.trim()}\n\n${page.slice(after)}`);
}
