import { tmpdir } from 'node:os';
import { defined } from '../../src/common/assert.js';
import { seededRandom } from '../../src/common/random.js';
import { batchFeeds, gradientName, targetFeeds, trainingGraph } from '../../src/methods/causalGraph.js';
import { direct, promptEmbeddings } from '../../src/methods/method.js';
import { readModelConfig } from '../../src/models/modelConfig.js';
import { safetensorsWeights } from '../../src/models/safetensorsWeights.js';
import { prepareWeights } from '../../src/models/weights.js';
import type { GraphOutputs, WeightLocations } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { randomTensor, relativeError } from './numbers.js';
import { allCases, caseGraph } from './operatorCases.js';
import { tinyModel } from './tinyModels.js';

/**
 * Runs everything on WebGPU and on the CPU, and prints what the test compares. It is a process of its own because the graphics driver is
 * chosen by environment variables that are read when a process starts.
 * Arguments: "cases", or "training" and a model folder.
 */
export interface CaseResult {
  readonly name: string;
  /** Relative errors against the CPU, by the graph's output. */
  readonly errors?: Readonly<Record<string, number>>;
  /** What the engine said where it could not run the graph. */
  readonly failure?: string;
}
export type TrainingResult = Readonly<Record<'webgpu' | 'cpu', readonly number[]>>;

async function runCases(): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const operatorCase of allCases) {
    const { outputs, feeds } = caseGraph(operatorCase);
    const run = async (provider: string): ReturnType<Awaited<ReturnType<typeof openOnnxSession>>['run']> => {
      const session = await openOnnxSession(
        outputs,
        { folder: tmpdir(), tensors: new Map() },
        { provider, threads: 1 },
      );
      try {
        return await session.run(feeds);
      } finally {
        await session.dispose();
      }
    };
    const { name } = operatorCase;
    try {
      const [found, expected] = [await run('webgpu'), await run('cpu')];
      const errors = Object.keys(outputs).map((output) => [
        output,
        relativeError(defined(found[output], output).data, defined(expected[output], output).data),
      ]);
      results.push({ name, errors: Object.fromEntries(errors) as Record<string, number> });
    } catch (error) {
      results.push({ name, failure: String(error) });
    }
  }
  return results;
}

/** Losses of 5 steps of gradient descent on a prompt of 8 virtual tokens. */
async function train(graph: GraphOutputs, weights: WeightLocations, provider: string, step: Step): Promise<number[]> {
  const session = await openOnnxSession(graph, weights, { provider, threads: 1 });
  const prompt = randomTensor(seededRandom('prompt'), [8, step.hiddenSize], 0.3);
  const losses: number[] = [];
  for (let i = 0; i < 5; i++) {
    const found = await session.run({ ...step.feeds, [promptEmbeddings]: prompt });
    losses.push(defined(found.loss?.data[0], 'a loss'));
    const slope = defined(found[gradientName(promptEmbeddings)], 'a gradient').data;
    slope.forEach((g, j) => (prompt.data[j] = defined(prompt.data[j], 'a number') - 0.3 * g));
  }
  await session.dispose();
  return losses;
}

interface Step {
  readonly hiddenSize: number;
  readonly feeds: ReturnType<typeof batchFeeds>;
}

async function runTraining(folder: string): Promise<TrainingResult> {
  const config = await readModelConfig(folder);
  const model = tinyModel(config);
  const { weights } = await prepareWeights(await safetensorsWeights(folder, config), { cacheFolder: tmpdir() });
  const method = direct('front', 8, model.hiddenSize);
  const random = seededRandom('batch');
  const tokens = (count: number): number[] =>
    Array.from({ length: count }, () => random.integer(config.vocabularySize));
  const sequences = [12, 5, 9].map((length) => ({ ids: tokens(length), labelRows: [length - 2, length - 1] }));
  const targets = tokens(6);
  const feeds = { ...batchFeeds(model, method, sequences), ...targetFeeds(targets, 1 / 6) };
  const graph = trainingGraph(model, method);
  const step = { hiddenSize: model.hiddenSize, feeds };
  return { webgpu: await train(graph, weights, 'webgpu', step), cpu: await train(graph, weights, 'cpu', step) };
}

const [task, folder] = process.argv.slice(2);
const result = task === 'cases' ? await runCases() : await runTraining(defined(folder, 'a model folder'));
process.stdout.write(`${JSON.stringify(result)}\n`);
