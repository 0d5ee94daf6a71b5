import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { batchFeeds, gradientName, targetFeeds, trainingGraph } from '../../src/methods/causalGraph.js';
import { direct, promptEmbeddings } from '../../src/methods/method.js';
import { causalModel } from '../../src/models/architectures.js';
import { openModel } from '../../src/models/openModel.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { readFloatTensors } from '../../src/store/safetensors.js';
import { writeSafetensors } from '../../src/store/writeSafetensors.js';
import { optimizers } from '../../src/training/optimizers/optimizer.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import { median } from './median.js';

const batchesSchema = z.object({
  batches: z.array(z.object({ input_ids: z.array(z.array(z.int())), labels: z.array(z.array(z.int())) })).min(1),
});
const notScored = -100;
const warmUpSteps = 3;

/**
 * Our side of the referee's `peft_train.py`: the same batches, first vectors and optimiser, and the same JSON lines, so that losses
 * and times compare line by line.
 */
export async function benchStep(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string' },
      batches: { type: 'string' },
      init: { type: 'string' },
      'virtual-tokens': { type: 'string', default: '20' },
      lr: { type: 'string', default: '0.01' },
      steps: { type: 'string' },
      optimizer: { type: 'string', default: 'adamw' },
      threads: { type: 'string', default: '2' },
      provider: { type: 'string', default: 'cpu' },
      out: { type: 'string' },
      'dump-gradient': { type: 'string' },
    },
  });
  if (!values.model || !values.batches || !values.init) throw new Error('step needs --model, --batches and --init');
  const base = await openModel(values.model, { cacheFolder: cacheFolder() });
  const model = causalModel(base.config);
  const prompt = [...(await readFloatTensors(values.init)).values()][0];
  const virtualTokens = Number(values['virtual-tokens']);
  if (prompt?.shape[0] !== virtualTokens) throw new Error(`--init holds ${prompt?.shape[0]} virtual tokens`);
  const method = direct('front', virtualTokens, model.hiddenSize);
  const optimizer = optimizers[z.enum(['adamw', 'adafactor']).parse(values.optimizer)](prompt.shape, {
    weightDecay: 0,
  });
  const { batches } = batchesSchema.parse(JSON.parse(await readFile(values.batches, 'utf8')));
  const session = await openOnnxSession(trainingGraph(model, method), base.weights, {
    provider: values.provider,
    threads: Number(values.threads),
  });

  const times: number[] = [];
  const rates: number[] = [];
  const tokenRates: number[] = [];
  const memoryMb = (): number => Math.floor(process.resourceUsage().maxRSS / 1024);
  const steps = Number(values.steps ?? batches.length);
  for (let step = 1; step <= steps; step++) {
    const batch = batches[(step - 1) % batches.length] as z.infer<typeof batchesSchema>['batches'][number];
    const start = performance.now();
    // Rows behind the last scored token change nothing: the product does not run them either.
    const sequences = batch.input_ids.map((ids, i) => {
      const labels = batch.labels[i] ?? [];
      const end = labels.findLastIndex((t) => t !== notScored);
      return {
        ids: ids.slice(0, end),
        labelRows: [...ids.keys()].filter((j) => j < end && labels[j + 1] !== notScored),
      };
    });
    const targets = batch.labels.flatMap((labels) => labels.filter((t, j) => j > 0 && t !== notScored));
    const result = await session.run({
      ...batchFeeds(model, method, sequences, { branching: false }),
      ...targetFeeds(targets, 1 / targets.length),
      [promptEmbeddings]: prompt,
    });
    const gradient = result[gradientName(promptEmbeddings)]?.data;
    if (!gradient) throw new Error('no gradient');
    if (step === 1 && values['dump-gradient']) await writeEmbedding(values['dump-gradient'], prompt.shape, gradient);
    optimizer.step(prompt, gradient, { step, learningRate: Number(values.lr) });
    const ms = performance.now() - start;
    const examples = sequences.length;
    const tokens = batch.input_ids.reduce((n, ids) => n + ids.length, 0);
    if (step > warmUpSteps) {
      times.push(ms);
      rates.push((examples / ms) * 1000);
      tokenRates.push((tokens / ms) * 1000);
    }
    print({ step, loss: result.loss?.data[0], ms: round(ms, 1), examples, tokens, rss_mb: memoryMb() });
  }
  await session.dispose();
  if (values.out) await writeEmbedding(values.out, prompt.shape, prompt.data);
  if (times.length > 0)
    print({
      median_ms: round(median(times), 1),
      examples_per_s: round(median(rates), 2),
      tokens_per_s: round(median(tokenRates), 1),
      trainable: prompt.data.length,
      rss_mb: memoryMb(),
    });
}

const print = (line: Record<string, unknown>): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

/** By PEFT's parameter name, as the referee dumps it. */
const writeEmbedding = (file: string, shape: readonly number[], data: Float32Array): Promise<void> =>
  writeSafetensors(file, [['embedding.weight', { dtype: 'F32', shape, data: data.slice() }]]);

const round = (x: number, digits: number): number => Number(x.toFixed(digits));
