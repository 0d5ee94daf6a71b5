import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { defined } from '../../src/common/assert.js';
import { seededRandom } from '../../src/common/random.js';
import { batchSequence } from '../../src/data/batches.js';
import { inferTask } from '../../src/data/columns.js';
import { makeExamples } from '../../src/data/examples.js';
import { readTable } from '../../src/data/readTable.js';
import { tokenizeExample } from '../../src/data/tokenize.js';
import { causalModel } from '../../src/models/architectures.js';
import { readWeightRows } from '../../src/models/embeddingRows.js';
import type { BaseModel } from '../../src/models/openModel.js';
import type { Tokenizer } from '../../src/models/tokenizer.js';
import type { TokenizedExample } from '../../src/protocol/dataset.js';
import type { Tensor } from '../../src/runtime/executor.js';
import type { RefereeBatch } from '../support/trainAsReferee.js';

/** What both sides read: SmolLM2 and SST-2, which stand beside the checkout. */

const data = resolve('../shared/data');
export const smolLm2 = join(data, 'models/smollm2-135m-instruct');
export const sst2File = (split: 'train' | 'dev'): string => join(data, `datasets/sst2/${split}.tsv`);
export const sst2Task = {
  template: 'Review: {sentence}\nSentiment:',
  target: '{label}',
  labels: { '0': 'negative', '1': 'positive' },
};
export const batchSize = 16;

/** Makes a Hugging Face folder, which both sides read, around SmolLM2's float32 copy. */
export async function smolLm2Folder({ weights }: Pick<BaseModel, 'weights'>, folder: string): Promise<void> {
  await mkdir(folder);
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
    await copyFile(join(smolLm2, name), join(folder, name));
  const { file } = defined([...weights.tensors.values()][0], 'weights');
  await symlink(join(weights.folder, file), join(folder, 'model.safetensors'));
}

/** Training batches of SST-2; with `bucket` rows of like length stand together. */
export async function sst2Batches(
  { encode }: Pick<Tokenizer, 'encode'>,
  { bucket, count }: { bucket: boolean; count: number },
): Promise<RefereeBatch[]> {
  const table = await readTable(sst2File('train'), { path: sst2File('train') });
  const rows = makeExamples(table, inferTask(table, sst2Task));
  const tokens = (i: number): TokenizedExample =>
    tokenizeExample(defined(rows[i], 'a row'), { encode, targetPrefix: ' ', maxLength: 512 });
  const sequence = batchSequence({
    count: rows.length,
    batchSize,
    seed: 0,
    bucket,
    lengthOf: (i) => tokens(i).inputIds.length,
  });
  return Array.from({ length: count }, (_, n) => {
    const examples = sequence.batch(n).map(tokens);
    return {
      input_ids: examples.map((e) => [...e.inputIds, ...e.targetIds]),
      labels: examples.map((e) => [...e.inputIds.map(() => -100), ...e.targetIds]),
    };
  });
}

/** Vectors of real tokens [P, hidden]: from random ones curves are chaotic, and PEFT soon differs from itself. */
export async function vocabularyPrompt(
  { weights, config }: Pick<BaseModel, 'weights' | 'config'>,
  virtualTokens: number,
  seed: number | string = virtualTokens,
): Promise<Tensor<Float32Array>> {
  const random = seededRandom('bench', seed);
  const ids = Array.from({ length: virtualTokens }, () => random.integer(config.vocabularySize));
  const rows = await readWeightRows(weights, causalModel(config).embeddingName, ids);
  return { shape: [virtualTokens, config.hiddenSize], data: Float32Array.from(rows.flatMap((row) => [...row])) };
}
