import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { lowerToOnnx } from '../../graph/lowering.js';
import type { Executor, Feeds, GraphOutputs, Tensor, WeightLocations } from '../executor.js';
import { serialiseOnnx } from './serialise.js';

export interface SessionSettings {
  /** onnxruntime's name: cpu, webgpu, cuda, dml, coreml. */
  readonly provider: string;
  readonly threads: number;
  /**
   * Whether waiting threads keep their cores, as onnxruntime's own do: a tenth faster where the machine has nothing else to do, several times
   * slower beside other busy programs.
   */
  readonly spinning?: boolean;
  /**
   * Whether the weights of products are copied into the order in which they are read: a tenth faster for a graph that runs over many rows again
   * and again, and once more their size in memory, beside the memory-mapped ones.
   */
  readonly packed?: boolean;
}

/** A graph as an onnxruntime session; rejects with onnxruntime's own error where the provider cannot run it. */
export async function openOnnxSession(
  outputs: GraphOutputs,
  weights: WeightLocations,
  { provider, threads, spinning = true, packed = false }: SessionSettings,
): Promise<Executor> {
  const graph = lowerToOnnx(outputs, { fused: provider === 'cpu' });
  const session = await InferenceSession.create(serialiseOnnx(graph, weights.tensors), {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // We emit the graph that we want: optimising it doubles the load time and gains nothing.
    graphOptimizationLevel: 'disabled',
    // The planned reuse of buffers beats the pattern planner, which keeps one block for each shape it has seen.
    enableMemPattern: false,
    enableCpuMemArena: true,
    logSeverityLevel: 3,
    extra: {
      session: {
        disable_prepacking: packed ? '0' : '1',
        model_external_initializers_file_folder_path: weights.folder,
        intra_op: { allow_spinning: spinning ? '1' : '0' },
      },
    },
  });
  const declared = new Map(graph.inputs.map((v) => [v.name, v.dtype]));
  return {
    async run(feeds: Feeds) {
      const inputs: Record<string, OrtTensor> = {};
      for (const [name, { data, shape }] of Object.entries(feeds))
        if (declared.has(name)) inputs[name] = ortTensor(data, shape);
      const results = await session.run(inputs);
      const found: Record<string, Tensor<Float32Array>> = {};
      for (const [name, { name: onnxName }] of Object.entries(graph.outputs)) {
        const tensor = results[onnxName];
        if (!(tensor?.data instanceof Float32Array)) throw new Error(`Internal error: output ${name} is not float32`);
        found[name] = { data: tensor.data, shape: tensor.dims };
      }
      return found;
    },
    dispose: () => session.release(),
  };
}

const ortTensor = (data: Float32Array | Int32Array, shape: readonly number[]): OrtTensor =>
  data instanceof Float32Array ? new OrtTensor('float32', data, shape) : new OrtTensor('int32', data, shape);
