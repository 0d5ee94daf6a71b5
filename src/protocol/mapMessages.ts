import type { InterpretationReport, Projection, PromptComparison, TokenMap } from './interpretation.js';
import type { Problem } from './panelMessages.js';

/** Between the extension host and the page of a prompt's map, or of two prompts side by side. */

export type ToMapPage =
  | { readonly type: 'about'; readonly about: MapSubject }
  | { readonly type: 'report'; readonly report: InterpretationReport }
  | { readonly type: 'map'; readonly map: TokenMap }
  /** `share`: between 0 and 1. */
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'comparison'; readonly comparison: PromptComparison }
  /** What the page waits for will not come. */
  | { readonly type: 'problem'; readonly problem: Problem };

export type FromMapPage =
  /** Everything is asked for, or asked for again after a problem. */
  | { readonly type: 'begin'; readonly projection: Projection }
  | { readonly type: 'project'; readonly projection: Projection }
  /** Lets the reader choose a prompt to put beside this one. */
  | { readonly type: 'compare' };

/** Folders; a comparison has two. The page keeps it for a reload. */
export interface MapSubject {
  readonly prompt: string;
  readonly other?: string;
}
export interface MapState extends MapSubject {
  readonly projection: Projection;
}
