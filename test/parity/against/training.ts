import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { embeddingsGraph, promptEmbeddings, type Method } from '../../../src/methods/method.js';
import type { Tensor } from '../../../src/runtime/executor.js';
import { runOnce } from '../../../src/runtime/runOnce.js';
import { readFloatTensors } from '../../../src/store/safetensors.js';
import { writeSafetensors } from '../../../src/store/writeSafetensors.js';
import { refereeScript, runLines } from '../../bench/referee.js';
import { copied, trainAsReferee } from '../../support/trainAsReferee.js';
import { beginning } from './beginning.js';
import { judgedMethod, type JudgedCase } from './judgedCases.js';
import type { JudgedModel, Preparation } from './judgedModels.js';

export interface Curve {
  readonly losses: readonly number[];
  /** Of the first step, by PEFT's parameter names. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** One case trained on both sides, from the same values. */
export interface TrainedCase {
  readonly method: Method;
  readonly ours: Curve;
  readonly peft: Curve;
  /** What PEFT saved. */
  readonly adapter: string;
  /** What ours kept [P, width]. */
  readonly embeddings: Tensor<Float32Array>;
  /** PEFT once more, with one thread instead of two. */
  peftAlone(): Promise<Curve>;
}

/** PEFT's name for what is kept, while it is trained directly. */
const embeddingWeight = 'embedding.weight';
const peftName = (name: string): string => (name === promptEmbeddings ? embeddingWeight : name);

export async function trainBoth(
  judged: JudgedModel,
  { config, refereeOptions, begins }: JudgedCase,
  { python, folder, steps }: Preparation,
): Promise<TrainedCase> {
  const method = judgedMethod(judged, config);
  const { init: initialisation, learningRate } = begins[judged.kind];
  const first = new Map(Object.entries(await beginning(judged, method, initialisation)));
  const work = join(folder, judged.name, refereeOptions.join(''));
  await mkdir(work, { recursive: true });
  const init = join(work, 'init.safetensors');
  await writeSafetensors(
    init,
    [...first].map(([name, { shape, data }]) => [peftName(name), { dtype: 'F32', shape, data }]),
  );
  const adapter = join(work, 'adapter');
  const trainPeft = async (out: string, threads: number): Promise<Curve> => {
    const gradient = join(work, `gradient${threads}.safetensors`);
    const common = ['--model', judged.folder, '--batches', judged.batchesFile, '--init', init, '--out', out];
    const run = {
      '--virtual-tokens': method.virtualTokens,
      '--lr': learningRate,
      '--steps': steps,
      '--threads': threads,
    };
    const lines = await runLines(python, [
      ...[refereeScript('peft_train'), ...common, ...refereeOptions, '--dump-gradient', gradient],
      ...Object.entries(run).flatMap(([option, value]) => [option, String(value)]),
    ]);
    const gradients = [...(await readFloatTensors(gradient))].map(([name, { data }]) => [name, data] as const);
    return { losses: lines.flatMap(lossOf), gradients: new Map(gradients) };
  };
  const peft = await trainPeft(adapter, 2);

  const values = copied(first);
  const ours: { losses: number[]; gradients: Curve['gradients'] } = { losses: [], gradients: new Map() };
  const { model, batches, open, weights } = judged;
  const training = { model, method, values, batches, optimizer: 'adamw', learningRate, steps, open } as const;
  for await (const { loss, gradients } of trainAsReferee(training)) {
    if (ours.losses.length === 0)
      ours.gradients = new Map([...gradients].map(([name, data]) => [peftName(name), data]));
    ours.losses.push(loss);
  }
  const embeddings = await runOnce(judged, embeddingsGraph(method), weights, Object.fromEntries(values));
  return { method, ours, peft, adapter, embeddings, peftAlone: () => trainPeft(join(work, 'alone'), 1) };
}

/** The last line has medians instead. */
const lossOf = (line: string): number[] => {
  const { loss } = z.object({ loss: z.number().optional() }).parse(JSON.parse(line));
  return loss === undefined ? [] : [loss];
};
