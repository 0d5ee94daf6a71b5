import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { weightsChecksum } from '../../src/models/checksum.js';
import { findModels } from '../../src/models/findModels.js';
import { hubCacheFolder } from '../../src/models/huggingFaceCache.js';
import { openModel } from '../../src/models/openModel.js';
import { tinyGpt2, tinyLlama, writeModelFolder } from './tinyModels.js';

const root = resolve(import.meta.dirname, '../..');
const smollm2 = resolve(root, '../shared/data/models/smollm2-135m-instruct');
const hasSmollm2 = existsSync(smollm2);
if (!hasSmollm2) console.log(`Skipped: the conversion of SmolLM2, because there is no ${smollm2}.`);

let folder: string;
let cacheFolder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-model-')));
  cacheFolder = join(folder, 'cache');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A repository of the Hugging Face cache: files in blobs, links in the snapshot. */
async function writeHubModel(hub: string, name: string): Promise<string> {
  const repository = join(hub, name);
  const snapshot = join(repository, 'snapshots', 'c0ffee');
  await writeModelFolder(snapshot);
  await mkdir(join(repository, 'blobs'));
  for (const [blob, file] of Object.entries({
    one: 'config.json',
    two: 'tokenizer.json',
    three: 'model.safetensors',
  })) {
    await rename(join(snapshot, file), join(repository, 'blobs', blob));
    await symlink(`../../blobs/${blob}`, join(snapshot, file));
  }
  await mkdir(join(repository, 'refs'));
  await writeFile(join(repository, 'refs', 'main'), 'c0ffee\n');
  return repository;
}

describe('openModel', () => {
  it('opens the bundled model, whose float16 weights are converted once', async () => {
    const conversions: number[] = [];
    const options = { cacheFolder, onConvert: ({ bytes }: { bytes: number }) => conversions.push(bytes) };
    const path = join(root, 'media/models/softprompt-9m');
    const model = await openModel(path, options);
    expect(model).toMatchObject({ name: 'softprompt-9m', path, form: 'folder', parameters: 9_629_760 });
    expect(model.checksum).toBe('d94d94876cb09faeb3ae687621ad7ab9f3fc2de86cdd708cc1c8a16ef2f5c38c');
    expect(model.weights.tensors.size).toBe(56);
    await openModel(path, options);
    expect(conversions).toEqual([38_525_128]);
  });

  it('opens a folder, or a file in it', async () => {
    const path = join(folder, 'tiny');
    await writeModelFolder(path, tinyGpt2);
    for (const given of [path, join(path, 'model.safetensors'), join(path, 'config.json')]) {
      const model = await openModel(given, { cacheFolder });
      expect(model).toMatchObject({ name: 'tiny', path, form: 'folder', config: { architecture: 'gpt2' } });
      expect(model.weights.folder).toBe(path);
      expect(model.tokenizer.eos).toBe(4);
    }
  });

  it.skipIf(process.platform === 'win32')(
    'opens a repository of the Hugging Face cache through its snapshot',
    async () => {
      const repository = await writeHubModel(folder, 'models--org--tiny');
      const model = await openModel(repository, { cacheFolder });
      expect(model).toMatchObject({ name: 'org/tiny', path: join(repository, 'snapshots/c0ffee') });
      expect(model.weights.folder).toBe(join(repository, 'blobs'));
      expect(model.weights.tensors.get('model.norm.weight')?.file).toBe('three');
    },
  );

  it('refuses a tokenizer with more tokens than the model has rows', async () => {
    await writeModelFolder(folder, { ...tinyLlama, vocab_size: 4 });
    await expect(openModel(folder, { cacheFolder })).rejects.toMatchObject({
      code: 'model.tokenizerMismatch',
      args: { tokens: 5, rows: 4 },
    });
  });

  it('says that there is no model', async () => {
    await expect(openModel(join(folder, 'none'), { cacheFolder })).rejects.toMatchObject({ code: 'model.notFound' });
    await expect(openModel(folder, { cacheFolder })).rejects.toMatchObject({
      code: 'model.notFound',
      args: { path: folder },
    });
    await writeFile(join(folder, 'notes.txt'), '');
    await expect(openModel(join(folder, 'notes.txt'), { cacheFolder })).rejects.toMatchObject({
      code: 'model.notFound',
    });
  });

  it.skipIf(!hasSmollm2)('makes of SmolLM2’s GGUF the very file that Python makes', { timeout: 120_000 }, async () => {
    let bytes = 0;
    const model = await openModel(smollm2, { cacheFolder, onConvert: (copy) => (bytes = copy.bytes) });
    expect(model).toMatchObject({ form: 'gguf', parameters: 134_515_008 });
    expect(bytes).toBe(538_090_408);
    const location = model.weights.tensors.get('model.norm.weight')!;
    // transformers 5.23.0 opened the GGUF as float32; safetensors 0.8.0 saved it without the tied lm_head.
    const expected = 'a672150fb4f99d7c8f4168cecdd464069c0ef3a37d8113f22ddb9d48031d03cd';
    expect(await weightsChecksum([join(model.weights.folder, location.file)], cacheFolder)).toBe(expected);
  });
});

describe('findModels', () => {
  it('lists what can be used, and why the rest cannot', async () => {
    const hub = join(folder, 'hub');
    await writeModelFolder(join(folder, 'a/good'));
    await writeModelFolder(join(folder, 'a/other'));
    await writeFile(join(folder, 'a/other/config.json'), JSON.stringify({ ...tinyLlama, model_type: 'bloom' }));
    await mkdir(join(folder, 'b'));
    await writeFile(join(folder, 'b/broken.gguf'), 'GGUF');
    await writeModelFolder(join(hub, 'models--org--tiny/snapshots/c0ffee'));
    await mkdir(join(hub, 'models--org--nothing/snapshots'), { recursive: true });
    const found = await findModels([join(folder, 'a'), join(folder, 'b'), join(folder, 'none')], hub);
    expect(found.map((model) => [model.name, model.usable ? model.parameters : model.error.code])).toEqual([
      ['good', 168],
      [join(folder, 'a/other'), 'model.unsupported'],
      [join(folder, 'b/broken.gguf'), 'model.badGguf'],
      ['org/nothing', 'model.notFound'],
      ['org/tiny', 168],
    ]);
  });
});

describe('hubCacheFolder', () => {
  it('is where the environment says', () => {
    expect(hubCacheFolder({ HF_HUB_CACHE: '/x' })).toBe('/x');
    expect(hubCacheFolder({ HF_HOME: '/y' })).toBe(join('/y', 'hub'));
    expect(hubCacheFolder({ XDG_CACHE_HOME: '/z' })).toBe(join('/z', 'huggingface', 'hub'));
  });
});
