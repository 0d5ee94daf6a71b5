import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { defined } from '../../../src/common/assert.js';
import { seededRandom, type Random } from '../../../src/common/random.js';
import { readTable } from '../../../src/data/readTable.js';
import { causalModel } from '../../../src/models/architectures.js';
import { readModelConfig, type ModelConfig } from '../../../src/models/modelConfig.js';
import { openModel } from '../../../src/models/openModel.js';
import { safetensorsWeights } from '../../../src/models/safetensorsWeights.js';
import { prepareWeights } from '../../../src/models/weights.js';
import type { WeightLocations } from '../../../src/runtime/executor.js';
import { openOnnxSession } from '../../../src/runtime/onnx/session.js';
import { cacheFolder } from '../../../src/store/storeLocation.js';
import { batchSize, smolLm2Folder, smolLm2, sst2Batches, sst2File } from '../../bench/prepare.js';
import { refereeScript, runLines } from '../../bench/referee.js';
import type { RunnableModel } from '../../support/logitsOf.js';
import type { RefereeBatch } from '../../support/trainAsReferee.js';

/** A model that both sides open, with what they read. */
export interface JudgedModel extends RunnableModel {
  readonly name: JudgedName;
  readonly kind: 'trained' | 'random';
  /** A Hugging Face folder with float32 safetensors. */
  readonly folder: string;
  readonly config: ModelConfig;
  readonly weights: WeightLocations;
  readonly batches: readonly RefereeBatch[];
  /** The same as the referee reads them. */
  readonly batchesFile: string;
  /** Token ids to begin prompts from. */
  readonly words: readonly number[];
  /** Token ids of short texts. */
  readonly texts: readonly (readonly number[])[];
  /** Token ids of texts to go on from. */
  readonly inputs: readonly (readonly number[])[];
}

export interface Preparation {
  readonly python: string;
  /** For everything that is made. */
  readonly folder: string;
  readonly steps: number;
}

type Parts = Pick<JudgedModel, 'kind' | 'folder' | 'config' | 'weights' | 'batches' | 'words' | 'texts' | 'inputs'>;

const textCount = 10;
const inputCount = 20;

const prepare = {
  /** Trained, with grouped queries: SST-2's unsorted batches, and sentences of its dev split. */
  async smollm2({ folder: parent, steps }: Preparation): Promise<Parts> {
    const base = await openModel(smolLm2, { cacheFolder: cacheFolder() });
    const folder = join(parent, 'smollm2.model');
    await smolLm2Folder(base, folder);
    const dev = await readTable(sst2File('dev'), { path: sst2File('dev') });
    const sentences = dev.rows.map(({ values }) => z.string().parse(values.content));
    return {
      kind: 'trained',
      folder,
      config: base.config,
      weights: base.weights,
      batches: await sst2Batches(base.tokenizer, { bucket: false, count: steps }),
      words: base.tokenizer.encode(
        'Read the review of a film, and say whether the person who wrote it was pleased with the film or not.',
      ),
      texts: sentences.slice(0, textCount).map(base.tokenizer.encode),
      inputs: sentences.slice(0, inputCount).map((text) => base.tokenizer.encode(`Review: ${text}\nSentiment:`)),
    };
  },

  /** Without grouped queries. */
  gpt2: (preparation: Preparation): Promise<Parts> => randomModel('gpt2', preparation),

  /** With grouped queries, and logits that are no larger than float32 holds to the bar. */
  llama: (preparation: Preparation): Promise<Parts> => randomModel('llama', preparation),
};
export type JudgedName = keyof typeof prepare;
export const judgedNames = Object.keys(prepare) as JudgedName[];

export async function prepareModel(name: JudgedName, preparation: Preparation): Promise<JudgedModel> {
  const parts = await prepare[name](preparation);
  const batchesFile = join(preparation.folder, `${name}.batches.json`);
  await writeFile(batchesFile, JSON.stringify({ batches: parts.batches }));
  return {
    ...parts,
    name,
    batchesFile,
    model: causalModel(parts.config),
    open: (graph) => openOnnxSession(graph, parts.weights, { provider: 'cpu', threads: 2, spinning: false }),
  };
}

/** Random tokens for a random model, one of two at the end of each row. */
async function randomModel(kind: 'gpt2' | 'llama', { python, folder: parent, steps }: Preparation): Promise<Parts> {
  const folder = join(parent, `${kind}.model`);
  await runLines(python, [refereeScript('random_model'), '--kind', kind, '--size', 'small', '--out', folder]);
  const config = await readModelConfig(folder);
  const { weights } = await prepareWeights(await safetensorsWeights(folder, config), {
    cacheFolder: join(parent, 'cache'),
  });
  const random = seededRandom('parity', kind);
  const ids = (count: number): number[] => Array.from({ length: count }, () => random.integer(config.vocabularySize));
  const labels = ids(2);
  return {
    kind: 'random',
    folder,
    config,
    weights,
    batches: Array.from({ length: steps }, () => randomBatch(ids, labels, random)),
    words: ids(23),
    texts: Array.from({ length: textCount }, () => ids(rowLength(random))),
    inputs: Array.from({ length: inputCount }, () => ids(rowLength(random))),
  };
}

/** As many tokens as a sentence of SST-2 with its template. */
const rowLength = (random: Random): number => 10 + random.integer(30);

function randomBatch(ids: (count: number) => number[], labels: readonly number[], random: Random): RefereeBatch {
  const rows = Array.from({ length: batchSize }, () => {
    const input = ids(rowLength(random));
    return { input, label: defined(labels[random.integer(labels.length)], 'a label') };
  });
  return {
    input_ids: rows.map(({ input, label }) => [...input, label]),
    labels: rows.map(({ input, label }) => [...input.map(() => -100), label]),
  };
}
