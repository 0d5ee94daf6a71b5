import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defined } from '../../../src/common/assert.js';
import { seededRandom } from '../../../src/common/random.js';
import { describePrompt } from '../../../src/evaluation/interpretation/describePrompt.js';
import { openPrompt } from '../../../src/evaluation/openPrompt.js';
import { parseModelConfig } from '../../../src/models/modelConfig.js';
import { createTokenizer } from '../../../src/models/tokenizer.js';
import { expectWeights } from '../../../src/models/weightNames.js';
import { readNpy } from '../../../src/store/npy.js';
import { exportPrompt, importPrompt } from '../../../src/store/promptTransfer.js';
import { writeSafetensors, type TensorToWrite } from '../../../src/store/writeSafetensors.js';
import { randomTensor } from '../../support/numbers.js';
import { tinyUnigrams } from '../../support/tinyT5.js';

/** Of google-research/prompt-tuning, trained for T5 1.1 base; the project works without them, but then these tests do not run. */
const google = resolve(import.meta.dirname, '../../../../shared/data/prompts/google-t5-base-lm100k');
if (!existsSync(google)) console.warn('Skipped: google-research prompts, for ../shared/data/prompts is not there.');

const hiddenSize = 768;
const config = {
  model_type: 't5',
  ...{ d_model: hiddenSize, d_kv: 4, d_ff: 4, num_heads: 1, num_layers: 1, vocab_size: 48 },
  ...{ feed_forward_proj: 'gated-gelu', tie_word_embeddings: false, eos_token_id: 1, pad_token_id: 0 },
};
/** Which virtual tokens have a word beside them in the table: position → token id. */
const planted = new Map([
  [0, 3],
  [41, 7],
  [99, 8],
]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-google-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A T5 of the base's width, whose table of embeddings holds some of the prompt's vectors, not quite and at other lengths. */
async function writeTable(npy: string): Promise<string> {
  const prompt = await readNpy(npy);
  const random = seededRandom('table');
  const tensors = [...expectWeights(parseModelConfig(config, 'config.json'))].map(
    ([name, shape]): [string, TensorToWrite] => {
      const data = Float32Array.from(randomTensor(random, shape, 1).data);
      if (name === 'shared.weight')
        for (const [position, id] of planted) {
          const vector = prompt.data.subarray(position * hiddenSize, (position + 1) * hiddenSize);
          vector.forEach((x, i) => (data[id * hiddenSize + i] = x * (1 + position / 50) + 0.01 * random.normal()));
        }
      return [name, { dtype: 'F32', shape, data }];
    },
  );
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tinyUnigrams));
  return folder;
}

describe.skipIf(!existsSync(google))('google-research’s prompt for T5 base', () => {
  it.each(['sst2', 'mrpc', 'rte'])(
    '%s shows its nearest tokens in a T5’s table, and is exported byte for byte',
    async (name) => {
      const npy = join(google, `${name}.npy`);
      const model = await writeTable(npy);
      const promptFolder = await importPrompt(join(folder, `store-${name}`), npy);
      const request = { promptFolder, cacheFolder: join(folder, 'cache'), model };
      const { method } = await openPrompt(request);
      expect(method).toMatchObject({ entry: 'anywhere', virtualTokens: 100, width: hiddenSize });

      const { tokens, compared } = await describePrompt({ ...request, top: 2 });
      expect(compared).toBe('inputVectors');
      expect(tokens).toHaveLength(100);
      const { tokenText } = createTokenizer(tinyUnigrams, 'tokenizer.json');
      for (const [position, id] of planted) {
        const nearest = defined(tokens[position]?.nearest[0], 'a token');
        expect(nearest).toMatchObject({ id, token: tokenText(id) });
        expect(nearest.similarity).toBeGreaterThan(0.99);
      }
      const exported = await exportPrompt(promptFolder, folder, 'npy');
      expect((await readFile(exported)).equals(await readFile(npy))).toBe(true);
    },
  );
});
