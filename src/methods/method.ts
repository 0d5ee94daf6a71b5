import type { Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';

/** What a method declares: what is trained and how it enters a model. Methods name no model, models name no method. */
export interface Method {
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** P: how many virtual tokens a sequence has. */
  readonly virtualTokens: number;
  /** The virtual tokens' vectors [P, hidden] from the parameters' values; undefined where there are none. */
  enter(build: Builder, parameters: readonly Value[]): Value | undefined;
}

/** The bare model: what a prompt is compared with. */
export const noMethod: Method = { parameters: [], virtualTokens: 0, enter: () => undefined };
