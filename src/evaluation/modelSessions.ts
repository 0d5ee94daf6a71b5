import type { Model } from '../models/architectures.js';
import type { Engine, GraphSetting } from '../runtime/engine.js';
import type { Executor, GraphOutputs, WeightLocations } from '../runtime/executor.js';

/** A frozen model and what runs it. */
export interface ModelSetting<M extends Model = Model> {
  readonly engine: Pick<Engine, 'open'>;
  readonly weights: WeightLocations;
  readonly model: M;
}

/** A model's graphs made ready, each when it is first asked for. They hold no prompt: whoever judges with many can share them. */
export interface ModelSessions {
  /** The graph of a name: the same one always. */
  open(name: string, graph: () => GraphOutputs, setting?: GraphSetting): Promise<Executor>;
  dispose(): Promise<void>;
}

export function modelSessions({ engine, weights }: Omit<ModelSetting, 'model'>): ModelSessions {
  const sessions = new Map<string, Promise<Executor>>();
  return {
    open(name, graph, setting) {
      const session = sessions.get(name) ?? engine.open(graph(), weights, setting);
      sessions.set(name, session);
      return session;
    },
    async dispose() {
      const opened = await Promise.allSettled(sessions.values());
      for (const session of opened) if (session.status === 'fulfilled') await session.value.dispose();
    },
  };
}
