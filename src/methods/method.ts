import type { Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';

/** What a method declares: what is trained and how it enters a model. Methods name no model, models name no method. */
export interface Method {
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** How many rows stand in front of every sequence, shared by all. */
  readonly frontRows: number;
  /** The rows in front [frontRows, hidden] from the parameters' values; undefined where there are none. */
  enter(build: Builder, parameters: readonly Value[]): Value | undefined;
}

/** The bare model: what a prompt is compared with. */
export const noMethod: Method = { parameters: [], frontRows: 0, enter: () => undefined };
