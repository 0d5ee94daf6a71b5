import { readFile } from 'node:fs/promises';
import type * as z from 'zod';
import { asReadError } from './fileErrors.js';
import { kindOf } from './storeLocation.js';

/** What is wrong with a file of ours, for the caller to put into its own error. */
export type Damage = (file: string, found: string, expected: string, cause?: unknown) => Error;

/** Reads and checks a JSON file. Throws `store.fileMissing`, `store.unreadable`, or what `damaged` makes of it. */
export async function readJson<T>(file: string, schema: z.ZodType<T>, damaged: Damage): Promise<T> {
  return checkJson(await readText(file), file, schema, damaged);
}

/** As `readJson`; undefined where there is no such file. */
export async function readJsonIfPresent<T>(
  file: string,
  schema: z.ZodType<T>,
  damaged: Damage,
): Promise<T | undefined> {
  return (await kindOf(file)) === undefined ? undefined : readJson(file, schema, damaged);
}

/** JSON as our files hold it: indented, with a last line end. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Throws `store.fileMissing` or `store.unreadable`. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw asReadError(error, file);
  }
}

export function checkJson<T>(text: string, file: string, schema: z.ZodType<T>, damaged: Damage): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(file, 'a text that is not JSON', 'JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue === undefined || issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.');
  throw damaged(file, `${path}: ${issue?.message ?? ''}`, 'the fields that softprompt writes', parsed.error);
}
