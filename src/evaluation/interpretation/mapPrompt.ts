import { defined } from '../../common/assert.js';
import { seededRandom, shuffledIndices } from '../../common/random.js';
import type { Projection, TokenMap } from '../../protocol/interpretation.js';
import type { PromptRequest } from '../openPrompt.js';
import { withInterpreted, type Interpreted } from './openInterpreted.js';
import { pacing } from './pacing.js';
import { principalPlane } from './principalComponents.js';
import { umapLayout } from './umapLayout.js';
import { unit } from './vectors.js';

/** Real tokens drawn for the map beside those that are asked for: enough to see where words are, and few enough for UMAP in seconds. */
const sampleSize = 1500;
/** They are drawn from the most frequent words; byte-pair vocabularies are ordered by frequency. */
const frequentTokens = 5000;

export interface MapPromptRequest extends PromptRequest {
  readonly projection: Projection;
  /** Tokens that must be on the map. */
  readonly words: readonly number[];
}

/**
 * Virtual tokens, where they began and real tokens in two dimensions, by their directions. `onProgress` is told the share that is done.
 * Throws what `openPrompt` throws, and the signal's reason once it is aborted.
 */
export const mapPrompt = (
  request: MapPromptRequest,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<TokenMap> =>
  withInterpreted(request, async ({ space, start, embeddings, model, textOf }) => {
    const named = [...new Set(request.words)].filter((id) => id < model.vocabularySize && textOf(id) !== undefined);
    const sample = sampledWords(named, model.vocabularySize, textOf);
    const ids = [...named, ...sample];
    const virtual = space.virtual(embeddings.data);
    const starts = start ? space.virtual(start) : [];
    const points = [...(await space.words(ids)), ...virtual, ...starts].map(unit);

    const pause = pacing(signal);
    const layout = await layouts[request.projection](points, async (share) => {
      onProgress(share);
      await pause();
    });
    const place = (i: number): [number, number] => defined(layout.places[i], 'a place');
    return {
      projection: request.projection,
      words: ids.map((id, i) => ({ id, token: textOf(id) ?? '', at: place(i) })),
      virtual: virtual.map((_, i) => ({
        at: place(ids.length + i),
        ...(start && { start: place(ids.length + virtual.length + i) }),
      })),
      sampled: sample.length,
      vocabulary: model.vocabularySize,
      ...(layout.explained && { explained: layout.explained }),
    };
  });

interface Layout {
  readonly places: readonly [number, number][];
  readonly explained?: readonly [number, number];
}

const layouts: Record<
  Projection,
  (points: readonly Float32Array[], tell: (share: number) => Promise<void>) => Promise<Layout>
> = {
  // Nobody knows how many rounds it takes: few.
  pca: (points, tell) => principalPlane(points, () => tell(0)),
  umap: async (points, tell) => ({ places: await umapLayout(points, tell) }),
};

function sampledWords(named: readonly number[], vocabularySize: number, textOf: Interpreted['textOf']): number[] {
  const known = new Set(named);
  const frequent: number[] = [];
  for (let id = 0; id < vocabularySize && frequent.length < frequentTokens; id++)
    if (/\p{L}/u.test(textOf(id) ?? '') && !known.has(id)) frequent.push(id);
  const order = shuffledIndices(frequent.length, seededRandom('map'));
  return order.slice(0, sampleSize).map((i) => defined(frequent[i], 'a word'));
}
