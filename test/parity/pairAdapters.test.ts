import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import { greedy, openGenerator } from '../../src/evaluation/generation/generate.js';
import { openPrompt, type OpenedPrompt } from '../../src/evaluation/openPrompt.js';
import { promptEmbeddings } from '../../src/methods/method.js';
import { pairFeeds, pairLogitsGraph } from '../../src/methods/pairGraph.js';
import type { EncoderDecoderModel } from '../../src/models/encoderDecoder.js';
import { promptConfig, recipeSchema } from '../../src/protocol/recipe.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import type { GraphOutputs } from '../../src/runtime/executor.js';
import { adapterConfig, formatAdapterConfig } from '../../src/store/adapterConfig.js';
import { toPeftLayers, unsharedLayers } from '../../src/store/decoderPrefix.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { exportPrompt, importPrompt } from '../../src/store/promptTransfer.js';
import { readFloatTensors, readSafetensorsHeader, type FloatTensor } from '../../src/store/safetensors.js';
import { expectRejection } from '../data/expectError.js';
import { largestDifference } from '../support/numbers.js';
import { writeT5Folder } from '../support/tinyT5.js';

/**
 * Adapters of encoder-decoders that PEFT saved, and that Softprompt saves, with what PEFT makes of them, recorded by
 * test/golden/makePairAdapters.py. With KEEP=FOLDER what is written here stays there, for that script's check.
 */
const golden = resolve(import.meta.dirname, '../golden/pairAdapters');
const expected = await readFloatTensors(join(golden, 'expected.safetensors'));
const { texts } = z
  .object({ texts: z.array(z.object({ ids: z.array(z.int()), decoder: z.array(z.int()) })) })
  .parse(
    JSON.parse(defined((await readSafetensorsHeader(join(golden, 'expected.safetensors'))).metadata?.made, 'made')),
  );

const folder = mkdtempSync(join(tmpdir(), 'softprompt-pair-adapters-'));
const cacheFolder = join(folder, 'cache');
afterAll(() => rmSync(folder, { recursive: true }));

const adapters = [
  ['peft', 'prompt', 't5Gated'],
  ['peft', 'pTuning', 't5'],
  ['peft', 'prefix', 't5'],
  ['peft', 'prefixShared', 't5Gated'],
  ['ours', 'prompt', 't5Gated'],
  ['ours', 'prefix', 't5'],
  ['ours', 'prefixUnshared', 't5Gated'],
  ['ours', 'prefixNarrow', 't5Narrow'],
] as const;

const of = (key: string): FloatTensor => defined(expected.get(key), key);
const open = (graph: GraphOutputs, { base }: OpenedPrompt) =>
  openOnnxSession(graph, base.weights, { provider: 'cpu', threads: 1 });
const encoderDecoder = ({ model }: OpenedPrompt): EncoderDecoderModel => {
  if (model.kind !== 'encoderDecoder') throw new Error('an encoder-decoder');
  return model;
};

describe.each(adapters)('the adapter %s/%s on %s', (kind, name, modelName) => {
  const key = `${kind}.${name}`;
  const opened = async (): Promise<OpenedPrompt> => {
    const model = await writeT5Folder(join(folder, modelName), modelName);
    return openPrompt({ promptFolder: join(golden, kind, name), cacheFolder, model });
  };

  it('is opened as each block reads it, and has PEFT’s logits', async () => {
    const prompt = await opened();
    expect(prompt.embeddings).toEqual(of(`${key}.own`));
    const model = encoderDecoder(prompt);
    const session = await open(pairLogitsGraph(model, prompt.method), prompt);
    const pairs = texts.map(({ ids, decoder }) => ({ ids, decoder: { ids: decoder } }));
    const { logits } = await session.run({
      ...pairFeeds(model, prompt.method, pairs),
      [promptEmbeddings]: prompt.embeddings,
    });
    await session.dispose();
    const theirs = texts.flatMap((_, i) => [...of(`${key}.logits.${i}`).data]);
    expect(largestDifference(defined(logits, 'logits').data, theirs)).toBeLessThan(1e-4);
  });

  it.each([1, 3])('writes what PEFT writes, with %i beams', async (beams) => {
    const prompt = await opened();
    const setting = { engine: { open: (graph: GraphOutputs) => open(graph, prompt) }, weights: prompt.base.weights };
    const { model } = prompt;
    const generator = await openGenerator(
      { ...setting, model, tokenizer: prompt.base.tokenizer, endTokens: [1] },
      prompt,
    );
    for (const [i, { ids }] of texts.entries()) {
      const { ids: written, ended } = await generator.generate(ids, { ...greedy, maxTokens: 6, beams });
      const theirs = [...of(`${key}.${beams}.${i}`).data];
      expect([...written, ...(ended === 'eos' ? [1] : [])]).toEqual(theirs);
    }
    await generator.dispose();
  });

  it('is imported and exported byte for byte', async () => {
    const from = join(golden, kind, name);
    const imported = await importPrompt(join(folder, `store-${key}`), from);
    const out = await exportPrompt(imported, folder, 'peft');
    for (const file of ['adapter_config.json', 'adapter_model.safetensors'])
      expect((await readFile(join(out, file))).equals(await readFile(join(from, file)))).toBe(true);
    await expectRejection(
      exportPrompt(imported, folder, 'prompt_embeds'),
      name.startsWith('pre') ? 'store.prefixExport' : 'store.encoderDecoderExport',
      { prompt: name, format: 'prompt_embeds' },
    );
  });

  it('is saved byte for byte as PEFT was given it', async () => {
    const { embeddings, model, prompt } = await opened();
    const type = prompt.config.peft_type;
    const blocks = model.numLayers;
    const isOwn = type === 'PREFIX_TUNING' && name !== 'prefixShared';
    const method = recipeSchema.shape.method.parse({
      peft_type: type,
      num_virtual_tokens: embeddings.shape[0],
      ...(type === 'PROMPT_TUNING' && { prompt_tuning_init: 'random' }),
      ...(type === 'P_TUNING' && { encoder_hidden_size: 7 }),
    });
    const { num_virtual_tokens: numVirtualTokens } = promptConfig(method);
    const config = adapterConfig({
      ...model.heads,
      baseModel: `softprompt/${modelName}`,
      method,
      numVirtualTokens,
      hiddenSize: model.hiddenSize,
      numLayers: isOwn ? unsharedLayers(blocks) : blocks,
      isEncoderDecoder: true,
      numAttentionHeads: model.heads.numHeads,
    });
    const text = await readFile(join(golden, kind, name, 'adapter_config.json'), 'utf8');
    expect(formatAdapterConfig(config)).toBe(text.replace('"peft_version": "0.21.2"', '"peft_version": null'));
    const place = join(process.env.KEEP ?? folder, key);
    // PEFT keeps what nothing reads, too.
    const shared = name === 'prefixShared' ? prompt.embeddings : embeddings;
    await savePrompt(place, { config, embeddings: isOwn ? toPeftLayers(embeddings, blocks) : shared });
    const [ours, theirs] = await Promise.all(
      [place, join(golden, kind, name)].map((from) => readFloatTensors(join(from, 'adapter_model.safetensors'))),
    );
    const rows = type === 'PREFIX_TUNING' || kind === 'ours' ? undefined : numVirtualTokens * model.hiddenSize;
    const read = (tensors: typeof ours): Float32Array =>
      defined(tensors?.get(promptEmbeddings), promptEmbeddings).data.slice(0, rows);
    expect(read(ours)).toEqual(read(theirs));
  });
});

describe('an adapter of an encoder-decoder', () => {
  it('is refused on a decoder, and a prefix of another count of blocks on its own kind', async () => {
    const decoder = resolve(import.meta.dirname, '../../media/models/softprompt-9m');
    const request = { promptFolder: join(golden, 'peft', 'prompt'), cacheFolder, model: decoder };
    await expect(openPrompt(request)).rejects.toMatchObject({
      code: 'store.otherModel',
      args: { reason: 'it is for an encoder-decoder, the model is a decoder' },
    });
    const model = await writeT5Folder(join(folder, 't5'), 't5');
    await expect(
      openPrompt({ ...request, promptFolder: join(golden, 'peft', 'prefixShared'), model }),
    ).rejects.toMatchObject({
      code: 'store.otherModel',
    });
  });
});
