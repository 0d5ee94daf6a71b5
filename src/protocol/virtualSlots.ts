/** A place for virtual tokens in a template, and how many: `[P×3]`, also with the letter x. */
export const virtualSlotPattern = /\[P[×x](\d+)\]/g;

/** How many virtual tokens each slot of a template holds, in order; none where they stand in front. */
export function virtualSlots(template: string): number[] {
  return [...template.matchAll(virtualSlotPattern)].map(([, count]) => Number(count));
}
