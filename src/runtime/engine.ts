import type { Recipe } from '../protocol/recipe.js';
import type { Executor, GraphOutputs, WeightLocations } from './executor.js';
import { chooseProvider, onnxruntimeVersion } from './onnx/providers.js';
import { openOnnxSession, type SessionSettings } from './onnx/session.js';
import { openTensorflow } from './tensorflow/executor.js';
import { loadTensorflow } from './tensorflow/loadTensorflow.js';

/** What runs graphs on this machine. */
export interface Engine {
  /** For people: "CPU", "WebGPU", "TensorFlow.js". */
  readonly device: string;
  readonly threads: number;
  open(outputs: GraphOutputs, weights: WeightLocations, setting?: GraphSetting): Promise<Executor>;
}

/** What one graph is opened with; TensorFlow.js has nothing of the kind. */
export type GraphSetting = Pick<SessionSettings, 'packed'>;

export type EngineRequest = Pick<Recipe, 'engine' | 'provider'> & {
  readonly threads: number;
  readonly cacheFolder: string;
  /** Whether waiting threads keep their cores: a tenth faster, and a burden for everything else on the machine. */
  readonly spinning: boolean;
};

/** Throws `run.noProvider` or `run.tensorflowMissing` where what the recipe names does not work here. */
export async function openEngine({ engine, provider, threads, cacheFolder, spinning }: EngineRequest): Promise<Engine> {
  if (engine === 'tensorflow') {
    const tf = await loadTensorflow();
    return { device: 'TensorFlow.js', threads, open: (outputs, weights) => openTensorflow(outputs, weights, tf) };
  }
  const chosen = await chooseProvider(provider, { threads, cacheFolder });
  return {
    device: chosen,
    threads,
    open: (outputs, weights, setting) =>
      openOnnxSession(outputs, weights, { provider: chosen, threads, spinning, ...setting }),
  };
}

/** What ran, for the record: program → version. */
export const runtimeVersions = (): Record<string, string> => ({
  onnxruntime: onnxruntimeVersion(),
  node: process.versions.node,
});
