import * as z from 'zod';
import { recipeSchema } from './recipe.js';

/** What a type allows, behind unions and defaults. */
export function alternatives(type: z.core.$ZodType): z.core.$ZodType[] {
  if (type instanceof z.ZodUnion) return type.options.flatMap(alternatives);
  if (type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodPrefault) {
    return alternatives(type.def.innerType);
  }
  return [type];
}

export const objectsIn = (type: z.core.$ZodType): z.ZodObject[] =>
  alternatives(type).filter((one) => one instanceof z.ZodObject);

/** What names a run and what makes several of one cannot differ among them. */
const never: ReadonlySet<string> = new Set(['$schema', 'name', 'sweep', 'groupBy']);

/** Every field of a recipe that a sweep may vary, as a dotted path, with its description. */
export function sweepableFields(): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  const visit = (type: z.core.$ZodType, place: readonly string[]): void => {
    for (const { shape } of objectsIn(type)) {
      for (const [name, field] of Object.entries(shape)) {
        if (place.length === 0 && never.has(name)) continue;
        const path = [...place, name].join('.');
        found.set(path, found.get(path) ?? descriptionOf(field));
        visit(field, [...place, name]);
      }
    }
  };
  visit(recipeSchema, []);
  return found;
}

function descriptionOf(type: z.core.$ZodType): string | undefined {
  for (const one of [type, ...alternatives(type)]) {
    const description = z.globalRegistry.get(one)?.description;
    if (description !== undefined) return description;
  }
  return undefined;
}
