import { defined } from '../../common/assert.js';
import type { Decoding } from './decoding.js';
import { logProbabilities } from './sampling.js';

/** A finished text: its new tokens, the one that ended it included, and Σ log p over their number. */
export interface Beam {
  readonly ids: readonly number[];
  readonly score: number;
}

/**
 * Beam search as transformers' `generate` does it with its defaults, length penalty 1 and no early stopping: the best continuations of all
 * beams are kept, twice as many as beams or more, so that enough go on when others end. It is over when no beam under way could become better
 * than the worst of as many finished ones, judged by its present length.
 */
export async function beamSearch(
  first: Decoding,
  { beams, maxTokens, endTokens }: { beams: number; maxTokens: number; endTokens: number },
  hasEnded: (ids: readonly number[]) => boolean,
  signal: AbortSignal,
): Promise<Beam> {
  let decoding = first;
  let running: Beam[] = [{ ids: [], score: 0 }];
  let finished: Beam[] = [];
  const kept = Math.max(2, 1 + endTokens) * beams;
  for (let length = 1; ; length++) {
    signal.throwIfAborted();
    const candidates = bestContinuations(
      decoding.next.map(logProbabilities),
      running.map(({ score }) => score),
      kept,
    ).map((candidate) => {
      const ids = [...defined(running[candidate.parent], 'a beam').ids, candidate.id];
      return { ...candidate, ids, ended: length === maxTokens || hasEnded(ids) };
    });
    const ended = candidates.slice(0, beams).filter((c) => c.ended);
    finished = [...finished, ...ended.map(({ ids, score }) => ({ ids, score: score / length }))]
      .sort((a, b) => b.score - a.score)
      .slice(0, beams);
    const next = candidates.filter((c) => !c.ended).slice(0, beams);
    const [best, worst] = [next[0], finished[beams - 1]];
    if (!best || (worst && best.score / length <= worst.score)) return defined(finished[0], 'a finished text');
    decoding = await decoding.append(next);
    running = next;
  }
}

interface Continuation {
  readonly parent: number;
  readonly id: number;
  readonly score: number;
}

/** The `count` best tokens behind all beams, the best first. */
function bestContinuations(next: readonly Float64Array[], scores: readonly number[], count: number): Continuation[] {
  const best: Continuation[] = [];
  next.forEach((logs, parent) => {
    const before = defined(scores[parent], 'a score');
    logs.forEach((log, id) => {
      const score = before + log;
      if (best.length === count && score <= defined(best[count - 1], 'a token').score) return;
      let at = best.length;
      while (at > 0 && score > defined(best[at - 1], 'a token').score) at--;
      best.splice(at, 0, { parent, id, score });
      if (best.length > count) best.pop();
    });
  });
  return best;
}
