import { parseArgs } from 'node:util';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/common/random.js';
import { batchFeeds, targetFeeds, trainingGraph } from '../../src/methods/causalGraph.js';
import { direct, promptEmbeddings, several, type Method } from '../../src/methods/method.js';
import { causalModel } from '../../src/models/architectures.js';
import { resolveModelPath } from '../../src/models/modelPath.js';
import { openModel } from '../../src/models/openModel.js';
import { virtualToken } from '../../src/protocol/dataset.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { median } from './median.js';

/**
 * Whether k runs that differ in their prompts alone are faster in one batch, each row with its run's prompt, than one after the other, in the
 * engine alone: `npm run bench -- together --model MODEL`. Told are processor seconds of one thread for a step of all k runs, so that
 * other programs on the machine change little.
 */
export async function benchTogether(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string', default: 'softprompt-9m' },
      virtualTokens: { type: 'string', default: '20' },
      steps: { type: 'string', default: '5' },
      runs: { type: 'string', default: '2,4,8' },
      cache: { type: 'string' },
    },
  });
  const [count, steps] = [Number(values.virtualTokens), Number(values.steps)];
  const cacheFolder = values.cache ?? mkdtempSync(join(tmpdir(), 'softprompt-together-'));
  const { config, weights } = await openModel(resolveModelPath(values.model, process.cwd()), { cacheFolder });
  const model = causalModel(config);
  const random = seededRandom('together');
  const vectors = (prompts: number): Float32Array =>
    Float32Array.from({ length: prompts * count * model.hiddenSize }, () => random.next() - 0.5);
  /** Rows of 20 to 40 tokens, one of which is scored. */
  const rows = (runs: number) =>
    Array.from({ length: runs * 16 }, (_, i) => {
      const length = 20 + random.integer(21);
      const words = Array.from({ length }, () => random.integer(model.vocabularySize));
      return { words, labelRows: [length - 1], prompt: Math.floor(i / 16) };
    });

  const secondsOf = async (method: Method, runs: number): Promise<number> => {
    const session = await openOnnxSession(trainingGraph(model, method), weights, { provider: 'cpu', threads: 1 });
    const prompts = method.prompts ?? 1;
    const placed = method.entry === 'anywhere';
    const front = placed ? Array.from({ length: count }, (_, i) => virtualToken(i)) : [];
    const found: number[] = [];
    for (let step = 0; step <= steps; step++) {
      const sequences = rows(runs).map(({ words, labelRows, prompt }) => ({
        ids: [...front, ...words],
        labelRows: labelRows.map((row) => row + front.length),
        prompt,
      }));
      const data = vectors(prompts);
      const shape = method.parameters[0]?.shape ?? [];
      const before = process.cpuUsage();
      await session.run({
        ...batchFeeds(model, method, sequences),
        ...targetFeeds(
          sequences.map(() => 1),
          1 / 16,
        ),
        [promptEmbeddings]: { data, shape },
      });
      const { user, system } = process.cpuUsage(before);
      // The first step allocates.
      if (step > 0) found.push((user + system) / 1e6);
    }
    await session.dispose();
    return median(found);
  };

  const alone = await secondsOf(direct('front', count, model.hiddenSize), 1);
  for (const runs of values.runs.split(',').map(Number)) {
    const together = await secondsOf(several(runs, count, model.hiddenSize), runs);
    const apart = runs * alone;
    console.log(
      JSON.stringify({ model: values.model, virtualTokens: count, runs, apart, together, ratio: apart / together }),
    );
  }
}
