import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import type { Method } from '../../src/methods/method.js';
import { direct } from '../../src/methods/method.js';
import { causalModel } from '../../src/models/architectures.js';
import type { CausalModel } from '../../src/models/causalModel.js';
import { readModelConfig } from '../../src/models/modelConfig.js';
import { safetensorsWeights } from '../../src/models/safetensorsWeights.js';
import { prepareWeights } from '../../src/models/weights.js';
import type { Executor, GraphOutputs, WeightLocations } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { readFloatTensors, type FloatTensor } from '../../src/store/safetensors.js';

/** Models with the results of transformers and PEFT on them, recorded by test/golden/makeParity.py. */

export const goldenFolder = resolve(import.meta.dirname, '../golden/parity');
const shared = resolve(import.meta.dirname, '../../../shared/data/models');

const folders = {
  gpt2: join(goldenFolder, 'models/gpt2'),
  llama: join(goldenFolder, 'models/llama'),
  llamaUntied: join(goldenFolder, 'models/llamaUntied'),
  qwen2: join(goldenFolder, 'models/qwen2'),
  mistralSharded: join(goldenFolder, 'models/mistralSharded'),
  stories260K: join(shared, 'stories260K/hf'),
  gptNanoSort: join(shared, 'gpt-nano-sort/hf'),
};
export type ParityName = keyof typeof folders;

/** The models that are here; says which are not. */
export const parityNames: readonly ParityName[] = (Object.keys(folders) as ParityName[]).filter((name) => {
  const found = existsSync(folders[name]);
  if (!found) console.log(`Skipped: parity of ${name}, whose weights stand in ../shared.`);
  return found;
});

const ids = z.array(z.array(z.int()));
const losses = z.array(z.number());
const scores = z.array(z.array(z.number()));
const goldenSchema = z.object({
  input_ids: ids,
  batches: z.array(z.object({ input_ids: ids, labels: ids })),
  learning_rate: z.number(),
  /** By the number of virtual tokens. */
  losses: z.record(z.string(), z.object({ adamw: losses, adafactor: losses })),
  /** Σ log p of every label behind every row of `input_ids`. */
  ranking: z.object({ labels: ids, bare: scores, adapter: scores }).optional(),
});
type Golden = z.infer<typeof goldenSchema>;
export type GoldenBatch = Golden['batches'][number];

export interface ParityModel {
  readonly golden: Golden;
  readonly model: CausalModel;
  readonly weights: WeightLocations;
  /** A tensor of the golden file. */
  tensor(name: string): FloatTensor;
  open(graph: GraphOutputs): Promise<Executor>;
}

export async function openParityModel(name: ParityName): Promise<ParityModel> {
  const golden = goldenSchema.parse(JSON.parse(await readFile(join(goldenFolder, `${name}.json`), 'utf8')));
  const tensors = await readFloatTensors(join(goldenFolder, `${name}.safetensors`));
  const folder = folders[name];
  const config = await readModelConfig(folder);
  const cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-parity-'));
  onExit.push(cacheFolder);
  const { weights } = await prepareWeights(await safetensorsWeights(folder, config), { cacheFolder });
  return {
    golden,
    model: causalModel(config),
    weights,
    tensor: (key) => defined(tensors.get(key), key),
    open: (graph) => openOnnxSession(graph, weights, { provider: 'cpu', threads: 1 }),
  };
}

/** The saved adapter: its method, and its vectors as feeds. */
export function adapterOf({ model, tensor }: ParityModel): { method: Method; vectors: Record<string, FloatTensor> } {
  const prompt = tensor('prompt_embeddings');
  const method = direct('front', defined(prompt.shape[0], 'P'), model.hiddenSize);
  return { method, vectors: { [defined(method.parameters[0], 'a parameter').name]: prompt } };
}

/** Float32 copies of models that are not float32. */
const onExit: string[] = [];
export const removeCopies = async (): Promise<void> => {
  for (const folder of onExit.splice(0)) await rm(folder, { recursive: true, force: true });
};
