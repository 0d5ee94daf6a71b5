import { openMethod, scoringGraph } from '../methods/causalGraph.js';
import { promptEmbeddings, type Method } from '../methods/method.js';
import type { CausalModel } from '../models/causalModel.js';
import type { Engine } from '../runtime/engine.js';
import type { Tensor, WeightLocations } from '../runtime/executor.js';
import { scoreCandidates, type Candidates } from './candidates.js';

/** The frozen model that scores. */
export interface ScorerSetting {
  readonly engine: Engine;
  readonly weights: WeightLocations;
  readonly model: CausalModel;
}

/** What answers: a prompt with its vectors, or the bare model (`noMethod` and no vectors). */
export interface Member {
  readonly method: Method;
  readonly embeddings?: Tensor<Float32Array>;
}

/** A frozen model with one prompt or several, ready to rank candidates again and again. */
export interface Scorer {
  /** Σ log p(token | everything before it): [member][example][candidate]. */
  score(examples: readonly Candidates[]): Promise<number[][][]>;
  dispose(): Promise<void>;
}

export async function openScorer(
  { engine, weights, model }: ScorerSetting,
  members: readonly Member[],
): Promise<Scorer> {
  const sessions = await Promise.all(
    members.map(({ method }) =>
      openMethod(
        (graph) => engine.open(graph, weights),
        method,
        (beginning) => scoringGraph(model, method, beginning),
      ),
    ),
  );
  return {
    score: async (examples) => {
      const scores: number[][][] = [];
      for (const [i, { method, embeddings }] of members.entries()) {
        const session = sessions[i];
        if (session)
          scores.push(
            await scoreCandidates(
              session,
              model,
              method,
              embeddings ? { [promptEmbeddings]: embeddings } : {},
              examples,
            ),
          );
      }
      return scores;
    },
    dispose: async () => {
      for (const session of sessions) await session.dispose();
    },
  };
}
