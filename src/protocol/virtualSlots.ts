/** Where a template places virtual tokens inside the text: `[P×3] {premise} [P×3] {hypothesis}`. */
export const virtualSlotPattern = /\[P[×x](\d+)\]/g;

/** Whether a template does; without it, all virtual tokens stand in front. */
export const placesVirtualTokens = (template: string): boolean => template.search(virtualSlotPattern) !== -1;
