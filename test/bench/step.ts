import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import { promptEmbeddings, trainableCount, type Method } from '../../src/methods/method.js';
import { methodOf } from '../../src/methods/methodOf.js';
import { modelOf } from '../../src/models/architectures.js';
import { openModel } from '../../src/models/openModel.js';
import { recipeSchema, type RecipeInput } from '../../src/protocol/recipe.js';
import type { Tensor } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { readFloatTensors } from '../../src/store/safetensors.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import { writeSafetensors } from '../../src/store/writeSafetensors.js';
import { copied, trainAsReferee } from '../support/trainAsReferee.js';
import { median } from './median.js';

export const batchesSchema = z.object({
  batches: z.array(z.object({ input_ids: z.array(z.array(z.int())), labels: z.array(z.array(z.int())) })).min(1),
});
const warmUpSteps = 3;
/** What PEFT calls what is kept, while it is trained directly. */
const embeddingWeight = 'embedding.weight';

/**
 * Our side of the referee's `peft_train.py`: the same batches, first values, method and optimiser, and the same JSON lines, so that losses
 * and times compare line by line.
 */
export async function benchStep(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string' },
      batches: { type: 'string' },
      init: { type: 'string' },
      method: { type: 'string', default: 'prompt' },
      'virtual-tokens': { type: 'string', default: '20' },
      'prefix-projection': { type: 'boolean', default: false },
      encoder: { type: 'string', default: 'MLP' },
      'encoder-hidden': { type: 'string', default: '512' },
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
  const model = modelOf(base.config);
  const method = methodOf(
    recipeSchema.shape.method.parse(
      methodConfig(z.enum(['prompt', 'prefix', 'ptuning']).parse(values.method), {
        num_virtual_tokens: Number(values['virtual-tokens']),
        encoder_hidden_size: Number(values['encoder-hidden']),
        encoder_reparameterization_type: z.enum(['MLP', 'LSTM']).parse(values.encoder),
        prefix_projection: values['prefix-projection'],
      }),
    ),
    model,
    false,
  );
  const { batches } = batchesSchema.parse(JSON.parse(await readFile(values.batches, 'utf8')));
  const tensors = await readFloatTensors(values.init);
  const trained = copied(firstValues(method, model.kind === 'causal' ? tensors : encodersAlone(method, tensors)));
  const steps = Number(values.steps ?? batches.length);
  const training = trainAsReferee({
    model,
    method,
    values: trained,
    batches,
    optimizer: z.enum(['adamw', 'adafactor']).parse(values.optimizer),
    learningRate: Number(values.lr),
    steps,
    open: (graph) =>
      openOnnxSession(graph, base.weights, { provider: values.provider, threads: Number(values.threads) }),
  });

  const times: number[] = [];
  const rates: number[] = [];
  const tokenRates: number[] = [];
  const memoryMb = (): number => Math.floor(process.resourceUsage().maxRSS / 1024);
  let step = 0;
  for await (const { loss, gradients, ms } of training) {
    const { input_ids } = defined(batches[step++ % batches.length], 'a batch');
    const shapes = new Map(method.parameters.map((p) => [p.name, p.shape]));
    if (step === 1 && values['dump-gradient'])
      await write(
        values['dump-gradient'],
        new Map([...gradients].map(([name, data]) => [name, { data, shape: shapes.get(name) ?? [] }])),
      );
    const examples = input_ids.length;
    const tokens = input_ids.reduce((n, ids) => n + ids.length, 0);
    if (step > warmUpSteps) {
      times.push(ms);
      rates.push((examples / ms) * 1000);
      tokenRates.push((tokens / ms) * 1000);
    }
    print({ step, loss, ms: round(ms, 1), examples, tokens, rss_mb: memoryMb() });
  }
  if (values.out) await write(values.out, trained);
  if (times.length > 0)
    print({
      median_ms: round(median(times), 1),
      examples_per_s: round(median(rates), 2),
      tokens_per_s: round(median(tokenRates), 1),
      trainable: trainableCount(method),
      rss_mb: memoryMb(),
    });
}

interface Sizes {
  readonly num_virtual_tokens: number;
  readonly encoder_hidden_size: number;
  readonly encoder_reparameterization_type: 'MLP' | 'LSTM';
  readonly prefix_projection: boolean;
}

function methodConfig(name: 'prompt' | 'prefix' | 'ptuning', sizes: Sizes): NonNullable<RecipeInput['method']> {
  const { num_virtual_tokens, encoder_hidden_size, encoder_reparameterization_type, prefix_projection } = sizes;
  switch (name) {
    case 'prompt':
      return { peft_type: 'PROMPT_TUNING', num_virtual_tokens };
    case 'prefix':
      return { peft_type: 'PREFIX_TUNING', num_virtual_tokens, prefix_projection, encoder_hidden_size };
    case 'ptuning':
      return { peft_type: 'P_TUNING', num_virtual_tokens, encoder_hidden_size, encoder_reparameterization_type };
  }
}

/** PEFT's state dict as our parameters. */
function firstValues(
  method: Method,
  tensors: ReadonlyMap<string, Tensor<Float32Array>>,
): Map<string, Tensor<Float32Array>> {
  const found = new Map(
    method.parameters.map(({ name }) => [
      name,
      defined(tensors.get(name) ?? (method.encoder ? undefined : tensors.get(embeddingWeight)), `--init's ${name}`),
    ]),
  );
  for (const { name, shape } of method.parameters)
    if (found.get(name)?.shape.join() !== shape.join())
      throw new Error(`--init holds ${name} [${found.get(name)?.shape.join(', ')}] instead of [${shape.join(', ')}]`);
  return found;
}

/** Of an encoder-decoder PEFT trains as many vectors for the decoder below, which never enter. */
function encodersAlone(
  method: Method,
  tensors: ReadonlyMap<string, Tensor<Float32Array>>,
): Map<string, Tensor<Float32Array>> {
  const { virtualTokens, width, entry, encoder } = method;
  const cut = ({ data }: Tensor<Float32Array>): Tensor<Float32Array> => ({
    data: data.subarray(0, virtualTokens * width),
    shape: [virtualTokens, width],
  });
  const isCut = (name: string): boolean => name === embeddingWeight && entry !== 'keysAndValues' && !encoder;
  return new Map([...tensors].map(([name, tensor]) => [name, isCut(name) ? cut(tensor) : tensor]));
}

/** By PEFT's parameter names, as the referee dumps them. */
const write = (file: string, tensors: ReadonlyMap<string, Tensor<Float32Array>>): Promise<void> =>
  writeSafetensors(
    file,
    [...tensors].map(([name, { shape, data }]) => [
      name === promptEmbeddings ? embeddingWeight : name,
      { dtype: 'F32', shape, data: data.slice() },
    ]),
  );

const print = (line: Record<string, unknown>): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

const round = (x: number, digits: number): number => Number(x.toFixed(digits));
