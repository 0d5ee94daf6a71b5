import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { InterpretationReport, Projection, PromptComparison, TokenMap } from './interpretation.js';

/** What a window asks the evaluation process about what prompts have learned. A request that fails carries an `ErrorMessage` as its error's data. */

export const describePromptRequest = new RequestType<
  /** `top`: neighbours of each virtual token. */
  { readonly prompt: string; readonly top: number },
  InterpretationReport,
  void
>('interpretation/describe');

/** Can be cancelled; `mapProgress` follows while it is under way. */
export const mapRequest = new RequestType<
  {
    /** Chosen by the window, for the progress. */
    readonly id: string;
    readonly prompt: string;
    readonly projection: Projection;
    /** Tokens that must be on the map: those that the report names. */
    readonly words: readonly number[];
  },
  TokenMap,
  void
>('interpretation/map');

/** `share`: between 0 and 1. */
export const mapProgress = new NotificationType<{ readonly id: string; readonly share: number }>(
  'interpretation/progress',
);

/** Fails with `store.differentModels` or `store.differentKinds` where the two cannot be compared. */
export const compareRequest = new RequestType<
  { readonly first: string; readonly second: string; readonly top: number },
  PromptComparison,
  void
>('interpretation/compare');
