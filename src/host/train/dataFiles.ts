import { basename, dirname } from 'node:path';

/** Files that tools keep, in formats that data also has. */
const toolFiles =
  /^(package(-lock)?|composer|[tj]sconfig.*|.*\.config|config|settings|launch|tasks|extensions|tokenizer.*|.*token(s|izer).*map|generation_config|adapter_config|vocab|.*\.index|manifest)\.json$/i;

/** Whether a file may hold rows: by its name alone. */
export function mayHoldRows(file: string): boolean {
  const name = basename(file);
  if (/\.(jsonl|ndjson|csv|tsv)$/i.test(name)) return true;
  return /\.json$/i.test(name) && !name.startsWith('.') && !toolFiles.test(name) && !/\.softprompt\.json$/i.test(name);
}

/** Tables before JSON, which may be anything; then by path. */
export function byLikelihood(a: string, b: string): number {
  const rank = (file: string): number => (/\.json$/i.test(file) ? 1 : 0);
  return rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true });
}

const otherSplits = { dev: ['dev', 'valid', 'validation', 'val', 'eval'], test: ['test'] } as const;

/** Files of the same folder (`names`) that are named as the dev and test rows of a training file: reviews-test.csv of reviews-train.csv. */
export function siblingSplits(file: string, names: readonly string[]): { dev?: string; test?: string } {
  const match = /^(.*?)(?<![a-z])(train|training)(?![a-z])(.*)$/i.exec(basename(file));
  if (!match) return {};
  const [, before = '', , after = ''] = match;
  const find = (words: readonly string[]): string | undefined => {
    const name = words
      .map((word) => names.find((candidate) => candidate.toLowerCase() === `${before}${word}${after}`.toLowerCase()))
      .find((found) => found !== undefined);
    return name === undefined ? undefined : `${file.slice(0, file.length - basename(file).length)}${name}`;
  };
  const [dev, test] = [find(otherSplits.dev), find(otherSplits.test)];
  return { ...(dev !== undefined && { dev }), ...(test !== undefined && { test }) };
}

/** The store that keeps a file's runs: the one beside the file or nearest above it, else the first. */
export function storeOf(file: string, stores: readonly string[]): string | undefined {
  const above = stores.filter((store) => isInside(dirname(store), file)).sort((a, b) => b.length - a.length);
  return above[0] ?? stores[0];
}

/** Whether a path lies in a folder. */
export function isInside(folder: string, path: string): boolean {
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    if (parent === folder) return true;
    if (parent === dirname(parent)) return false;
  }
}
