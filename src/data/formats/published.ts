import type * as z from 'zod';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { briefly } from './jsonObjects.js';

/**
 * A value in the shape that a published set has. Throws `data.publishedShape` with the first place where it has another.
 * @param lineOf the line of a path within the value
 */
export function asPublished<T>(
  schema: z.ZodType<T>,
  value: unknown,
  { file, format, lineOf }: { file: string; format: string; lineOf: (path: readonly PropertyKey[]) => number },
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const found = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  throw new SoftpromptError('data.publishedShape', {
    file,
    line: lineOf(path),
    format,
    column: path.join('.'),
    expected: issue?.code === 'invalid_type' ? issue.expected : (issue?.message ?? ''),
    found: briefly(found ?? null),
  });
}

/** A list of answers, the same one once. */
export const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];
