import type { NearestTokens } from './events.js';

/** A real token beside a virtual one, with their cosine. */
export type Neighbour = NearestTokens['nearest'][number];

/**
 * What of a prompt is compared with the vocabulary: its vectors with the token embeddings, or, for a prefix, its keys in the first block with
 * the keys that each token would have in the virtual token's place.
 */
export type Compared = 'inputVectors' | 'firstKeys';

/** How far a virtual token went from where its training began. */
export interface Drift {
  /** With its first vector. */
  readonly cosine: number;
  /** Euclidean, between the two. */
  readonly distance: number;
  /** The real token nearest to its first vector. */
  readonly from: Neighbour;
}

/** What is known of one virtual token; positions are counted from 0. */
export interface VirtualToken extends NearestTokens {
  readonly norm: number;
  /** The share of the vocabulary whose norm is smaller, between 0 and 1. */
  readonly normRank: number;
  /** Absent where the prompt does not keep its start. */
  readonly drift?: Drift;
  /** Others whose nearest token is the same. */
  readonly twins: readonly number[];
  /** Its cluster's number. */
  readonly cluster: number;
}

/** How long the vocabulary's vectors are. */
export interface NormDistribution {
  /** Tokens counted; special ones are left out. */
  readonly tokens: number;
  /** Smallest, 5 %, quarter, median, three quarters, 95 %, greatest. */
  readonly quantiles: readonly [number, number, number, number, number, number, number];
  /** Tokens in each of the equal parts between the smallest and the greatest. */
  readonly counts: readonly number[];
}

/** A class label and the virtual tokens that have one of its tokens among their nearest. */
export interface FoundLabel {
  readonly label: string;
  /** The word that stands for it, as the model reads it. */
  readonly word: string;
  /** Its tokens, and those that differ from them in case or a space in front alone. */
  readonly ids: readonly number[];
  /** By rank, then position; ranks are counted from 1. */
  readonly found: readonly { readonly position: number; readonly rank: number; readonly token: string }[];
}

/** A real token that is the nearest to several virtual ones: a sign of too much capacity (Lester et al. 2021 §7). */
export interface RepeatedNeighbour {
  readonly id: number;
  readonly token: string;
  readonly positions: readonly number[];
}

/** Virtual tokens that point the same way from the middle of the vocabulary. */
export interface TokenCluster {
  readonly positions: readonly number[];
  /** The mean cosine of its pairs; 1 for a token alone. */
  readonly similarity: number;
}

/** What a saved prompt has learned, in terms of the model's own tokens. */
export interface InterpretationReport {
  readonly name: string;
  /** PEFT's name. */
  readonly method: string;
  readonly model: string;
  readonly compared: Compared;
  /** Neighbours of each virtual token. */
  readonly top: number;
  readonly tokens: readonly VirtualToken[];
  readonly norms: NormDistribution;
  /** Of all virtual tokens; absent where the prompt does not keep its start. */
  readonly drift?: { readonly meanCosine: number; readonly meanDistance: number };
  /** Empty for tasks without labels. */
  readonly labels: readonly FoundLabel[];
  readonly repeated: readonly RepeatedNeighbour[];
  /** The largest first. */
  readonly clusters: readonly TokenCluster[];
}

export const projections = ['pca', 'umap'] as const;
export type Projection = (typeof projections)[number];

/** A place on the map: x and y. */
export type Place = readonly [number, number];

/** Virtual tokens among real ones in two dimensions; only directions count, not lengths. */
export interface TokenMap {
  readonly projection: Projection;
  readonly words: readonly { readonly id: number; readonly token: string; readonly at: Place }[];
  /** By position. */
  readonly virtual: readonly { readonly at: Place; readonly start?: Place }[];
  /** Of the words, how many are there as a sample of the frequent tokens. */
  readonly sampled: number;
  readonly vocabulary: number;
  /** For PCA: the share of the variance that each axis tells. */
  readonly explained?: readonly [number, number];
}

/** One of the compared prompts' virtual tokens. */
export type ComparedToken = NearestTokens;

export interface ComparedPair {
  readonly first: ComparedToken;
  readonly second: ComparedToken;
  readonly cosine: number;
}

/** Two prompts of one base model, each virtual token of the shorter with one of the longer, so that the sum of cosines is the greatest. */
export interface PromptComparison {
  readonly first: ComparedPrompt;
  readonly second: ComparedPrompt;
  readonly model: string;
  readonly compared: Compared;
  /** In the first prompt's order. */
  readonly pairs: readonly ComparedPair[];
  /** Of the pairs. */
  readonly meanCosine: number;
}
export interface ComparedPrompt {
  readonly name: string;
  readonly method: string;
  /** Those that have no partner. */
  readonly alone: readonly ComparedToken[];
}
