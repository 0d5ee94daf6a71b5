import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPrompt, savePrompt, trainingStateFile } from '../../src/store/promptFolder.js';
import { loadStart } from '../../src/store/promptStart.js';
import { exportPrompt, importPrompt, inspectImport } from '../../src/store/promptTransfer.js';
import { readFloatTensors } from '../../src/store/safetensors.js';
import { writeSafetensors } from '../../src/store/writeSafetensors.js';
import { expectRejection } from '../data/expectError.js';
import { plainPrompt, prefixPrompt, promptDetails } from '../support/prompts.js';

/** A prompt that PEFT itself saved; see makePeftPrompt.py. */
const golden = join(import.meta.dirname, '../golden/peftPrompt');
/** See makePeftAdapters.py. */
const adapters = join(import.meta.dirname, '../golden/peftAdapters');
/** Of google-research/prompt-tuning; the project works without them, but then these tests do not run. */
const google = resolve(import.meta.dirname, '../../../shared/data/prompts/google-t5-base-lm100k');
if (!existsSync(google)) console.warn('Skipped: google-research prompts, for ../shared/data/prompts is not there.');

let folder: string;
let store: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-transfer-'));
  store = join(folder, '.softprompt');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('importPrompt', () => {
  it('copies what PEFT saved, under its folder’s name or the next that is free', async () => {
    expect(await importPrompt(store, golden)).toBe(join(store, 'prompts', 'peftPrompt'));
    expect(await importPrompt(store, golden)).toBe(join(store, 'prompts', 'peftPrompt-2'));
    expect(await loadPrompt(join(store, 'prompts', 'peftPrompt-2'))).toEqual(await loadPrompt(golden));
    expect((await readdir(store)).sort()).toEqual(['.gitignore', 'prompts']);
  });

  it('leaves behind what is no part of a prompt, and copies read-only files', async () => {
    const from = join(folder, 'my adapter v1.5');
    await cp(golden, from, { recursive: true });
    await writeFile(join(from, 'optimizer.pt'), 'large');
    await chmod(join(from, 'adapter_config.json'), 0o444);
    const imported = await importPrompt(store, from);
    expect(imported).toBe(join(store, 'prompts', 'my-adapter-v1.5'));
    expect((await readdir(imported)).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  });

  it('keeps what one of ours says of itself, with the name that it gets here', async () => {
    const from = join(folder, 'elsewhere');
    await savePrompt(from, { ...plainPrompt, details: promptDetails });
    await importPrompt(store, from);
    const second = await importPrompt(store, from);
    expect(second).toBe(join(store, 'prompts', 'tickets-2'));
    expect((await loadPrompt(second)).details).toEqual({ ...promptDetails, name: 'tickets-2' });
  });

  it('lets no name lead out of the store', async () => {
    const from = join(folder, 'elsewhere');
    await savePrompt(from, { ...plainPrompt, details: { ...promptDetails, name: '../../up' } });
    const imported = await importPrompt(store, from);
    expect(imported).toBe(join(store, 'prompts', 'elsewhere'));
    expect((await loadPrompt(imported)).details?.name).toBe('elsewhere');
  });

  it('brings the training state along', async () => {
    const [from, trainingState] = [join(folder, 'elsewhere'), join(folder, 'last.safetensors')];
    await writeFile(trainingState, 'state');
    await chmod(trainingState, 0o444);
    await savePrompt(from, { ...plainPrompt, details: promptDetails, trainingState });
    const imported = await importPrompt(store, from);
    expect(await readFile(trainingStateFile(imported), 'utf8')).toBe('state');
    expect((await readdir(imported)).sort()).toEqual((await readdir(from)).sort());
  });

  it('reads vectors in NumPy’s format, which say nothing of their model', async () => {
    const from = join(adapters, 'prompt.npy');
    const imported = await importPrompt(store, from);
    expect(imported).toBe(join(store, 'prompts', 'prompt'));
    const { config, embeddings } = await loadPrompt(imported);
    expect(config).toMatchObject({
      peft_type: 'PROMPT_TUNING',
      base_model_name_or_path: null,
      num_virtual_tokens: 5,
      token_dim: 32,
      task_type: 'CAUSAL_LM',
    });
    expect(embeddings).toEqual((await loadPrompt(join(adapters, 'prompt'))).embeddings);
    expect(await readFile(join(imported, 'README.md'), 'utf8')).toContain('converted from an .npy file');
    expect(await inspectImport(from)).toEqual({});
    await expectRejection(importPrompt(store, from, { task: 0 }), 'store.noTask', { from, task: 0, last: -1 });
  });

  it('refuses what is no prompt and makes nothing', async () => {
    const from = join(folder, 'empty');
    await mkdir(from);
    await expectRejection(importPrompt(store, from), 'store.notAPrompt', { folder: from });
    const npy = join(folder, 'nowhere.npy');
    await expectRejection(importPrompt(store, npy), 'store.fileMissing', { file: npy });
    expect(await readdir(folder)).toEqual(['empty']);
  });

  describe('of a broken adapter', () => {
    /** A copy of a golden adapter with its config changed. */
    const broken = async (name: string, change: Record<string, unknown> = {}): Promise<string> => {
      const from = join(folder, name);
      await cp(join(adapters, name), from, { recursive: true });
      const file = join(from, 'adapter_config.json');
      const config = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...config, ...change }));
      return from;
    };
    const weights = 'adapter_model.safetensors';
    const refused = async (from: string, code: string, args: object): Promise<void> => {
      await expect(importPrompt(store, from, from.endsWith('multitask') ? { task: 0 } : {})).rejects.toMatchObject({
        code,
        args,
      });
      // Never half imported: the store is not even made.
      expect(existsSync(store)).toBe(false);
    };

    const every = ['prompt', 'prefix', 'pTuningMlp', 'multitask', 'cpt', 'cartridge'];

    it.each(every)('refuses %s as a pickle', async (name) => {
      const from = await broken(name);
      await rename(join(from, weights), join(from, 'adapter_model.bin'));
      await refused(from, 'store.promptPickle', { file: join(from, 'adapter_model.bin') });
    });

    it.each(every)('refuses %s whose tensor is not as its config says', async (name) => {
      const from = await broken(name, { token_dim: 4, num_attention_heads: 2 });
      await refused(from, 'store.badPrompt', { file: join(from, weights) });
    });

    it.each([
      ['multitask', { num_tasks: 4 }, 'prefix_task_cols [3, 5, 2]', 'prefix_task_cols [4, 5, 2]'],
      ['multitask', { num_ranks: 1 }, 'prefix_task_cols [3, 5, 2]', 'prefix_task_cols [3, 5, 1]'],
      ['prefix', { num_layers: 2 }, 'prompt_embeddings [5, 96]', 'prompt_embeddings [5, 64]'],
      ['cartridge', { num_virtual_tokens: 4 }, 'prompt_embeddings [5, 96]', 'prompt_embeddings [4, 96]'],
    ])('refuses %s with %j', async (name, change, found, expected) => {
      const from = await broken(name, change);
      await refused(from, 'store.badPrompt', { found, expected: `${expected}, as adapter_config.json says` });
    });

    it.each([
      ['prefix', { num_attention_heads: 3 }, 'token_dim 16'],
      ['cartridge', { num_attention_heads: 3 }, 'token_dim 16'],
      ['cartridge', { num_frozen_tokens: 6 }, 'num_frozen_tokens 6'],
      ['cpt', { cpt_token_ids: [1, 2] }, '2 cpt_token_ids'],
      ['prefix', { num_layers: null }, 'num_layers: Invalid input: expected number, received null'],
    ])('refuses %s with %j, which cannot be', async (name, change, found) => {
      const from = await broken(name, change);
      await refused(from, 'store.badPrompt', { file: join(from, 'adapter_config.json'), found });
    });

    it.each(every)('refuses %s with a number that is not finite in any tensor', async (name) => {
      const from = await broken(name);
      const whole = await readFloatTensors(join(from, weights));
      for (const bad of whole.keys()) {
        await writeSafetensors(
          join(from, weights),
          [...whole].map(([tensor, { shape, data }]) => [
            tensor,
            { dtype: 'F32', shape, data: tensor === bad ? data.with(-1, NaN) : data },
          ]),
        );
        await refused(from, 'store.badPrompt', { found: 'numbers that are not finite' });
      }
    });

    it.each(every)('refuses %s with a classifier’s head', async (name) => {
      const from = await broken(name);
      const head = { dtype: 'F32', shape: [1], data: new Float32Array(1) } as const;
      const whole = [...(await readFloatTensors(join(from, weights)))];
      await writeSafetensors(join(from, weights), [
        ['base_model.score.weight', head],
        ...whole.map(([tensor, { shape, data }]) => [tensor, { dtype: 'F32', shape, data }] as const),
      ]);
      await refused(from, 'store.adapterHead', { found: 'base_model.score.weight' });
    });

    it.each(every)('refuses %s for an encoder-decoder, for a classifier and of an unknown type', async (name) => {
      const isConverted = ['multitask', 'cpt', 'cartridge'].includes(name);
      await refused(
        await broken(name, { task_type: 'SEQ_2_SEQ_LM' }),
        isConverted ? 'store.encoderDecoder' : 'store.unsupportedAdapter',
        { supported: isConverted ? 'PROMPT_TUNING, P_TUNING, PREFIX_TUNING' : '2' },
      );
      await refused(await broken(name, { task_type: 'TOKEN_CLS' }), 'store.adapterHead', {});
      await refused(await broken(name, { peft_type: 'ADAPTION_PROMPT' }), 'store.unsupportedAdapter', {
        field: 'peft_type',
        supported: 'PROMPT_TUNING, P_TUNING, PREFIX_TUNING, MULTITASK_PROMPT_TUNING, CPT, CARTRIDGE',
      });
    });
  });
});

describe('exportPrompt', () => {
  it('copies PEFT’s files and the card into a folder of its own, beside what is there', async () => {
    const from = join(store, 'prompts', 'tickets');
    await savePrompt(from, { ...plainPrompt, details: promptDetails });
    const target = join(folder, 'tickets');
    expect(await exportPrompt(from, folder, 'peft')).toBe(target);
    expect(await exportPrompt(from, folder, 'peft')).toBe(`${target}-2`);
    expect((await readdir(target)).sort()).toEqual(['README.md', 'adapter_config.json', 'adapter_model.safetensors']);
    expect(await loadPrompt(target)).toEqual(plainPrompt);
    expect(await readFile(join(target, 'README.md'), 'utf8')).toBe(await readFile(join(from, 'README.md'), 'utf8'));
  });

  it('writes a card where PEFT saved none', async () => {
    const target = await exportPrompt(golden, folder, 'peft');
    expect(await readFile(join(target, 'README.md'), 'utf8')).toContain('library_name: peft');
  });

  it('keeps a prefix bit by bit, in both directions', async () => {
    const target = await exportPrompt(join(adapters, 'prefix'), folder, 'peft');
    for (const file of ['adapter_config.json', 'adapter_model.safetensors']) {
      expect((await readFile(join(target, file))).equals(await readFile(join(adapters, 'prefix', file)))).toBe(true);
    }
  });

  it('writes vectors as numpy.save does, in a file of its own', async () => {
    const target = await exportPrompt(join(adapters, 'prompt'), folder, 'npy');
    expect(target).toBe(join(folder, 'prompt.npy'));
    expect((await readFile(target)).equals(await readFile(join(adapters, 'prompt.npy')))).toBe(true);
    expect(await exportPrompt(join(adapters, 'prompt'), folder, 'npy')).toBe(join(folder, 'prompt-2.npy'));
  });

  it.skipIf(!existsSync(google)).each(['sst2', 'mrpc', 'rte'])(
    'gives google-research’s prompt for %s back byte for byte',
    async (name) => {
      const from = join(google, `${name}.npy`);
      const imported = await importPrompt(store, from);
      expect((await loadPrompt(imported)).embeddings.shape).toEqual([100, 768]);
      const exported = await readFile(await exportPrompt(imported, folder, 'npy'));
      expect(exported.equals(await readFile(from))).toBe(true);
    },
  );

  it('writes vectors for vLLM, and says how they are used', async () => {
    const target = await exportPrompt(join(adapters, 'pTuningMlp'), folder, 'prompt_embeds');
    expect(target).toBe(join(folder, 'pTuningMlp-prompt-embeds'));
    const { embeddings } = await loadPrompt(join(adapters, 'pTuningMlp'));
    expect(await readFloatTensors(join(target, 'prompt_embeds.safetensors'))).toEqual(
      new Map([['prompt_embeds', embeddings]]),
    );
    expect(await readFile(join(target, 'README.md'), 'utf8')).toMatchInlineSnapshot(`
      "# Soft prompt for vLLM

      \`prompt_embeds.safetensors\` holds \`prompt_embeds\`: 5 virtual tokens of 32 numbers, float32. vLLM takes the vectors of the whole
      sequence, so those of the text are put behind them. It needs \`enable_prompt_embeds=True\` (the server: \`--enable-prompt-embeds\`).

      \`\`\`python
      import torch
      from safetensors.torch import load_file
      from transformers import AutoModelForCausalLM, AutoTokenizer
      from vllm import LLM, SamplingParams

      base = "softprompt/llama"
      tokenizer = AutoTokenizer.from_pretrained(base)
      embed_tokens = AutoModelForCausalLM.from_pretrained(base).get_input_embeddings()
      prompt = load_file("prompt_embeds.safetensors")["prompt_embeds"]

      ids = tokenizer("a row as the template words it", return_tensors="pt").input_ids[0]
      with torch.no_grad():
          text = embed_tokens(ids)
      prompt_embeds = torch.cat([prompt.to(text.dtype), text])  # [tokens, hidden]

      llm = LLM(model=base, enable_prompt_embeds=True)
      outputs = llm.generate({"prompt_embeds": prompt_embeds}, SamplingParams(temperature=0, max_tokens=8))
      print(outputs[0].outputs[0].text)
      \`\`\`

      The OpenAI server takes the same tensor as base64 of what \`torch.save\` writes, in the field \`prompt_embeds\` of a completion request.
      "
    `);
  });

  it.each(['npy', 'prompt_embeds'] as const)('refuses keys and values as %s', async (format) => {
    await expectRejection(exportPrompt(join(adapters, 'prefix'), folder, format), 'store.prefixExport', {
      prompt: 'prefix',
      format,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses virtual tokens inside the text where the reader puts all of them in front', async () => {
    const from = join(folder, 'placed');
    const template = '[P×1] {text} [P×1] Queue:';
    await savePrompt(from, {
      ...plainPrompt,
      details: { ...promptDetails, task: { ...promptDetails.task, template } },
    });
    for (const format of ['peft', 'prompt_embeds'] as const) {
      const args = { prompt: 'tickets', template, format };
      await expectRejection(exportPrompt(from, folder, format), 'store.placedPrompt', args);
    }
    expect(await exportPrompt(from, folder, 'npy')).toBe(join(folder, 'placed.npy'));
    expect(await readFile(join(from, 'README.md'), 'utf8')).toContain('PEFT puts all of them in front of the text');
  });
});

describe('loadStart', () => {
  it('gives vectors at the input, of a folder or an .npy file', async () => {
    const { embeddings } = await loadPrompt(join(adapters, 'prompt'));
    const start = { kind: 'inputVectors', embeddings };
    expect(await loadStart(join(adapters, 'prompt'))).toEqual(start);
    expect(await loadStart(join(adapters, 'prompt.npy'))).toEqual(start);
    expect((await loadStart(join(adapters, 'pTuningLstm'))).kind).toBe('inputVectors');
  });

  it('gives keys and values, with the checkpoint of their run', async () => {
    const trainingState = join(folder, 'last.safetensors');
    await writeFile(trainingState, 'state');
    const from = join(folder, 'prefix');
    await savePrompt(from, { ...prefixPrompt, trainingState });
    expect(await loadStart(from)).toEqual({
      kind: 'keysAndValues',
      embeddings: prefixPrompt.embeddings,
      trainingState: trainingStateFile(from),
    });
  });

  it('refuses what must be converted first, and what is nowhere', async () => {
    const from = join(adapters, 'multitask');
    await expectRejection(loadStart(from), 'store.importFirst', { folder: from, found: 'MULTITASK_PROMPT_TUNING' });
    const [nowhere, npy] = [join(folder, 'nowhere'), join(folder, 'nowhere.npy')];
    await expectRejection(loadStart(nowhere), 'store.notAPrompt', { folder: nowhere });
    await expectRejection(loadStart(npy), 'store.fileMissing', { file: npy });
  });
});
