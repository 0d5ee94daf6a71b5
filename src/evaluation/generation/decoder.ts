import { assert, defined } from '../../common/assert.js';
import { continuingFeeds, nextLogits } from '../../methods/cachedGraph.js';
import { cacheOf, type KeyValueCache } from '../../methods/keyValueCache.js';
import { asWriting } from '../../models/architectures.js';
import type { CausalModel } from '../../models/causalModel.js';
import { readWeightRows } from '../../models/embeddingRows.js';
import { modelSessions } from '../modelSessions.js';
import type { ScorerSetting } from '../scorer.js';
import { begin, openContinuing, type Member } from '../standing.js';
import { appendedRows, room, rowsOf, withRoom, type Decoder, type Decoding } from './decoding.js';
import { openPairDecoder } from './pairDecoder.js';

/** Every token is computed once; its keys and values stay, as those of an ensemble's prompts do, one member a text. */
export function openDecoder(setting: ScorerSetting, member: Member): Promise<Decoder> {
  const model = asWriting(setting.model);
  return model.kind === 'causal'
    ? openCausalDecoder({ ...setting, model }, member)
    : openPairDecoder({ ...setting, model }, member);
}

async function openCausalDecoder(setting: ScorerSetting<CausalModel>, member: Member): Promise<Decoder> {
  const { weights, model } = setting;
  const { heads, vocabularySize } = model;
  const sessions = setting.sessions ?? modelSessions(setting);
  const session = await openContinuing(sessions, model);

  const decoding = (cache: KeyValueCache, next: readonly Float32Array[]): Decoding => ({
    next,
    async append(steps) {
      const parents = steps.map(({ parent }) => parent);
      const own = withRoom(cache, heads, parents);
      const vectors = await readWeightRows(
        weights,
        model.embeddingName,
        steps.map(({ id }) => id),
      );
      const all = new Float32Array(steps.length * model.hiddenSize);
      vectors.forEach((vector, i) => all.set(vector, i * model.hiddenSize));
      const made = await session.run(continuingFeeds(model, own, all));
      return decoding(appendedRows(own, heads, made), rowsOf(defined(made[nextLogits], nextLogits)));
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
