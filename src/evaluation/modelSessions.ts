import { continuingGraph, scoringGraph } from '../methods/cachedGraph.js';
import type { CausalModel } from '../models/causalModel.js';
import type { Engine } from '../runtime/engine.js';
import type { Executor, WeightLocations } from '../runtime/executor.js';

/** A frozen model and what runs it. */
export interface ModelSetting {
  readonly engine: Pick<Engine, 'open'>;
  readonly weights: WeightLocations;
  readonly model: CausalModel;
}

/** A model's graphs made ready, each when it is first asked for. They know no prompt: whoever judges with many can share them. */
export interface ModelSessions {
  /** The scoring graph for rows with P virtual tokens among them, or none. */
  scoring(placed: number): Promise<Executor>;
  continuing(): Promise<Executor>;
  dispose(): Promise<void>;
}

export function modelSessions({ engine, weights, model }: ModelSetting): ModelSessions {
  const scoring = new Map<number, Promise<Executor>>();
  let continuing: Promise<Executor> | undefined;
  return {
    scoring(placed) {
      const session = scoring.get(placed) ?? engine.open(scoringGraph(model, placed), weights);
      scoring.set(placed, session);
      return session;
    },
    continuing: () => (continuing ??= engine.open(continuingGraph(model), weights)),
    async dispose() {
      const opened = await Promise.allSettled([...scoring.values(), ...(continuing ? [continuing] : [])]);
      for (const session of opened) if (session.status === 'fulfilled') await session.value.dispose();
    },
  };
}
