/** A place for virtual tokens in a template, and how many: `[P×3] {premise} [P×3] {hypothesis}`, also with the letter x. */
export const virtualSlotPattern = /\[P[×x](\d+)\]/g;

/** How many virtual tokens each slot of a template holds, in order; none where they all stand in front. */
export function virtualSlots(template: string): number[] {
  return [...template.matchAll(virtualSlotPattern)].map(([, count]) => Number(count));
}

/** Where a masked model's answer stands in a template. */
export const answerColumn = 'mask';

/** Whether a template says where the answer stands: `{mask}`, but not `{{mask}}`. */
export const placesAnswer = (template: string): boolean =>
  template.replaceAll(/\{\{|\}\}/g, '').includes(`{${answerColumn}}`);

/** A template whose answer stands behind the text, unless it says where. */
export const withAnswer = (template: string): string =>
  placesAnswer(template) ? template : `${template}${answerBehind}`;

/** The template that `withAnswer` was given, where it added something. */
export const withoutAnswer = (template: string): string =>
  template.endsWith(answerBehind) ? template.slice(0, -answerBehind.length) : template;

const answerBehind = ` {${answerColumn}}`;

/** Whether a template has any. */
export const placesVirtualTokens = (template: string): boolean => virtualSlots(template).length > 0;
