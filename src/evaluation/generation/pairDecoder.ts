import { assert, defined } from '../../common/assert.js';
import { nextLogits } from '../../methods/cachedGraph.js';
import { cacheOf, type KeyValueCache } from '../../methods/keyValueCache.js';
import { partsOf, promptEmbeddings } from '../../methods/method.js';
import { nextFeeds, nextGraph, readingGraph } from '../../methods/nextGraph.js';
import { pairFeeds, pairMethodKey } from '../../methods/pairGraph.js';
import type { EncoderDecoderModel } from '../../models/encoderDecoder.js';
import type { Tensor } from '../../runtime/executor.js';
import { modelSessions } from '../modelSessions.js';
import type { ScorerSetting } from '../scorer.js';
import type { Member } from '../standing.js';
import { appendedRows, room, rowsOf, withRoom, type Decoder, type Decoding } from './decoding.js';

/**
 * The encoder reads a text once, with the prompt or the prefix that it begins with; the decoder goes on from the start token behind the prefix
 * that it may have. All texts under way answer the one that was read.
 */
export async function openPairDecoder(setting: ScorerSetting<EncoderDecoderModel>, member: Member): Promise<Decoder> {
  const { model } = setting;
  const { method, embeddings } = member;
  assert(!method.sharesLayers, 'a prefix as its blocks read it');
  const sessions = setting.sessions ?? modelSessions(setting);
  // The decoder's part stands first in every row.
  const ofDecoder = partsOf(method).includes('decoder') ? embeddings : undefined;
  const reading = await sessions.open(`reading ${pairMethodKey(method)}`, () => readingGraph(model, method));
  const next = await sessions.open('next', () => nextGraph(model));

  const goOn = async (
    cache: KeyValueCache,
    states: Readonly<Record<string, Tensor>>,
    ids: readonly number[],
  ): Promise<Decoding> => {
    const made = await next.run(nextFeeds(model, cache, states, ids));
    const longer = appendedRows(cache, model.heads, made);
    return {
      next: rowsOf(defined(made[nextLogits], nextLogits)),
      append: (steps) =>
        goOn(
          withRoom(
            longer,
            model.heads,
            steps.map(({ parent }) => parent),
          ),
          states,
          steps.map(({ id }) => id),
        ),
    };
  };

  return {
    async begin(ids) {
      const pair = { ids, decoder: { ids: [model.decoderStartTokenId] } };
      const states = await reading.run({
        ...pairFeeds(model, method, [pair]),
        ...(embeddings && { [promptEmbeddings]: embeddings }),
      });
      const cache = cacheOf(model, [ofDecoder], room);
      return goOn(cache, states, [model.decoderStartTokenId]);
    },
    dispose: async () => {
      if (!setting.sessions) await sessions.dispose();
    },
  };
}
