/** Virtual tokens placed in a template: [P×3] stands for three of them. */
export const virtualSlotPattern = /\[P[×x](\d+)\]/g;

/** How many virtual tokens each place of a template holds, in order. */
export const virtualSlots = (template: string): number[] =>
  [...template.matchAll(virtualSlotPattern)].map(([, count]) => Number(count));

/** Whether a template says where virtual tokens stand; without it, all stand in front. */
export const placesVirtualTokens = (template: string): boolean => virtualSlots(template).length > 0;
