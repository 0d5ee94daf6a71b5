import { assert, defined } from '../../common/assert.js';
import { continuingFeeds, newKeysAndValues, nextLogits } from '../../methods/cachedGraph.js';
import { appended, cacheOf, selected } from '../../methods/keyValueCache.js';
import type { CausalModel } from '../../models/causalModel.js';
import { readWeightRows } from '../../models/embeddingRows.js';
import type { Tensor } from '../../runtime/executor.js';
import { modelSessions } from '../modelSessions.js';
import type { ScorerSetting } from '../scorer.js';
import { begin, openContinuing, type Member } from '../standing.js';

/** A token behind one of the texts under way, by its number. */
export interface Step {
  readonly parent: number;
  readonly id: number;
}

/** Texts under way that began alike: the beams of a search, or a single one. */
export interface Decoding {
  /** What each text's next token may be: logits [vocabulary]. */
  readonly next: readonly Float32Array[];
  /** Goes on with the texts that these tokens make; what came before may no longer be used. */
  append(steps: readonly Step[]): Promise<Decoding>;
}

/** A prompt, or the bare model, ready to go on with texts again and again. */
export interface Decoder {
  /** Begins with a text, the prompt's virtual tokens among its ids where the template places them. */
  begin(ids: readonly number[]): Promise<Decoding>;
  dispose(): Promise<void>;
}

/** The cache grows by so many places at once, which are masked until they are used. */
const room = 64;

/** Every token is computed once; its keys and values stay, as those of an ensemble's prompts do, one member a text. */
export async function openDecoder(setting: ScorerSetting<CausalModel>, member: Member): Promise<Decoder> {
  const { weights, model } = setting;
  const { heads, vocabularySize } = model;
  const sessions = setting.sessions ?? modelSessions(setting);
  const session = await openContinuing(sessions, model);

  const decoding = (cache: ReturnType<typeof cacheOf>, next: readonly Float32Array[]): Decoding => ({
    next,
    async append(steps) {
      const parents = steps.map(({ parent }) => parent);
      const isFull = Math.max(...cache.lengths) === cache.capacity;
      const isReordered = parents.length !== cache.lengths.length || parents.some((parent, i) => parent !== i);
      const capacity = cache.capacity + (isFull ? room : 0);
      const own = isFull || isReordered ? selected(cache, heads, parents, capacity) : cache;
      const vectors = await readWeightRows(
        weights,
        model.embeddingName,
        steps.map(({ id }) => id),
      );
      const all = new Float32Array(steps.length * model.hiddenSize);
      vectors.forEach((vector, i) => all.set(vector, i * model.hiddenSize));
      const made = await session.run(continuingFeeds(model, own, all));
      const rows = rowsOf(defined(made[newKeysAndValues], newKeysAndValues));
      return decoding(
        appended(
          own,
          heads,
          rows.map((data) => ({ data, shape: [1, data.length] })),
        ),
        rowsOf(defined(made[nextLogits], nextLogits)),
      );
    },
  });

  return {
    async begin(ids) {
      const { rows, logits } = await begin({ session, weights, model }, member, ids);
      assert(logits?.length === vocabularySize, 'a text or a prompt to go on from');
      return decoding(cacheOf(model, [rows], room), [logits]);
    },
    dispose: async () => {
      if (!setting.sessions) await sessions.dispose();
    },
  };
}

function rowsOf({ data, shape: [count = 0, width = 0] }: Tensor<Float32Array>): Float32Array[] {
  return Array.from({ length: count }, (_, i) => data.subarray(i * width, (i + 1) * width));
}
