import { assert, defined } from '../../common/assert.js';
import { seededRandom } from '../../common/random.js';
import { asWriting } from '../../models/architectures.js';
import type { Tokenizer } from '../../models/tokenizer.js';
import type { Sampling } from '../../protocol/evaluationMessages.js';
import type { ScorerSetting } from '../scorer.js';
import type { Member } from '../standing.js';
import { beamSearch } from './beamSearch.js';
import { openDecoder } from './decoder.js';
import type { Decoding } from './decoding.js';
import { sampledToken } from './sampling.js';
import { stableText } from './stableText.js';

export interface GeneratorSetting extends ScorerSetting {
  readonly tokenizer: Pick<Tokenizer, 'decode'>;
  /** What ends a text: the config's, and the tokenizer's. */
  readonly endTokens: readonly number[];
}

export interface Generation {
  /** Without the token that ended it. */
  readonly ids: readonly number[];
  /** Without the stop string that ended it. */
  readonly text: string;
  readonly ended: 'eos' | 'stop' | 'length';
}

/** A prompt, or the bare model, ready to write. */
export interface Generator {
  /**
   * Goes on from a text's tokens. `onText` is told each piece as soon as nothing that follows can change it, a search's text in one piece;
   * an abort is heard between two tokens and rejects with the signal's reason.
   */
  generate(
    inputIds: readonly number[],
    sampling: Sampling,
    options?: { readonly onText?: (piece: string) => void; readonly signal?: AbortSignal },
  ): Promise<Generation>;
  dispose(): Promise<void>;
}

export const greedy: Sampling = { maxTokens: 32, temperature: 0, topK: 0, topP: 1, beams: 1, seed: 0, stop: [] };

/** What ends a text of a base model. */
export const endTokensOf = ({
  config,
  tokenizer,
}: {
  config: { readonly eosTokenIds: readonly number[] };
  tokenizer: Pick<Tokenizer, 'eos'>;
}): number[] => [...new Set([...config.eosTokenIds, ...(tokenizer.eos === undefined ? [] : [tokenizer.eos])])];

export async function openGenerator(setting: GeneratorSetting, member: Member): Promise<Generator> {
  const { tokenizer, endTokens } = setting;
  const model = asWriting(setting.model);
  const { virtualTokens, entry } = member.method;
  const decoder = await openDecoder({ ...setting, model }, member);
  const isEnd = (id: number | undefined): boolean => id !== undefined && endTokens.includes(id);

  return {
    async generate(inputIds, sampling, { onText, signal = new AbortController().signal } = {}) {
      const { stop, beams } = sampling;
      const before = (entry === 'anywhere' ? 0 : virtualTokens) + inputIds.length;
      // The distances of an encoder-decoder have no end.
      const room = model.kind === 'causal' ? model.maxPositions - before : Infinity;
      const maxTokens = Math.min(sampling.maxTokens, room);
      assert(sampling.maxTokens > 0, 'at least one token to write');
      let told = '';
      const tell = (ids: readonly number[], isWhole: boolean): { text: string; stopped: boolean } => {
        const found = stableText(tokenizer, ids, stop, isWhole);
        if (found.text.length > told.length && found.text.startsWith(told)) {
          onText?.(found.text.slice(told.length));
          told = found.text;
        }
        return found;
      };
      const finish = (all: readonly number[]): Generation => {
        const hasEnded = isEnd(all.at(-1));
        const ids = hasEnded ? all.slice(0, -1) : all;
        const { text, stopped } = tell(ids, true);
        return { ids, text, ended: stopped ? 'stop' : hasEnded ? 'eos' : 'length' };
      };

      signal.throwIfAborted();
      if (maxTokens <= 0) return finish([]);
      const first = await decoder.begin(inputIds);
      if (beams > 1) {
        const hasEnded = (ids: readonly number[]): boolean =>
          isEnd(ids.at(-1)) || (stop.length > 0 && stableText(tokenizer, ids, stop, false).stopped);
        const limits = { beams, maxTokens, endTokens: endTokens.length };
        return finish((await beamSearch(first, limits, hasEnded, signal)).ids);
      }
      const random = seededRandom(sampling.seed, 'generation');
      const ids: number[] = [];
      for (let decoding: Decoding = first; ;) {
        signal.throwIfAborted();
        const id = sampledToken(defined(decoding.next[0], 'logits'), sampling, random);
        ids.push(id);
        if (isEnd(id) || tell(ids, false).stopped || ids.length === maxTokens) return finish(ids);
        decoding = await decoding.append([{ parent: 0, id }]);
      }
    },
    dispose: () => decoder.dispose(),
  };
}
