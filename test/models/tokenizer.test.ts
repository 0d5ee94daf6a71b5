import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGguf } from '../../src/models/gguf.js';
import { ggufTokenizer } from '../../src/models/ggufTokenizer.js';
import { checkVocabulary, createTokenizer, openTokenizer, type Tokenizer } from '../../src/models/tokenizer.js';
import { writeGguf } from './ggufFile.js';
import { tinyTokenizer } from './tinyModels.js';

const root = resolve(import.meta.dirname, '../..');
const data = resolve(root, '../shared/data');
const hasData = existsSync(data);
if (!hasData) console.log(`Skipped: token ids of real text, because there is no ${data}.`);

const golden = z
  .object({
    texts: z.array(z.object({ file: z.string(), encoding: z.enum(['utf-8', 'latin-1']), lines: z.number() })),
    hashes: z.record(
      z.string(),
      z.array(z.object({ file: z.string(), start: z.number(), end: z.number(), sha256: z.string() })),
    ),
  })
  .parse(JSON.parse(readFileSync(join(root, 'test/golden/tokenIds.json'), 'utf8')));

const known = new Map<string, string[]>();

/** The lines that the golden file counts; a .jsonl.gz file stands for the lines of its "text" fields. */
function linesOf({ file, encoding, lines: count }: (typeof golden.texts)[number]): string[] {
  let lines = known.get(file);
  if (!lines) {
    const bytes = readFileSync(join(data, file));
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString(encoding === 'utf-8' ? 'utf8' : 'latin1');
    lines = text.split('\n').slice(0, count);
    if (file.endsWith('.gz')) lines = lines.flatMap((json) => (JSON.parse(json) as { text: string }).text.split('\n'));
    known.set(file, lines.slice(0, count));
  }
  return lines;
}

/** Where the ids differ from those of Python's tokenizers: nowhere, one hopes. */
function differences(tokenizer: Tokenizer, path: string): string[] {
  const wrong: string[] = [];
  for (const { file, start, end, sha256 } of golden.hashes[path]!) {
    const ids = linesOf(golden.texts.find((text) => text.file === file)!)
      .slice(start, end)
      .map((line) => tokenizer.encode(line));
    if (createHash('sha256').update(JSON.stringify(ids)).digest('hex') !== sha256)
      wrong.push(`${file} ${start}-${end}`);
  }
  return wrong;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-tokenizer-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(!hasData)('on real text', () => {
  it.each(Object.keys(golden.hashes))('gives the ids of Python’s tokenizers: %s', { timeout: 60_000 }, async (path) => {
    expect(basename(path)).toBe('tokenizer.json');
    expect(differences(await openTokenizer(join(data, path, '..')), path)).toEqual([]);
  });

  it('gives the same ids from the metadata of SmolLM2’s GGUF file', { timeout: 60_000 }, async () => {
    const models = 'models/smollm2-135m-instruct';
    const tokenizer = ggufTokenizer(await openGguf(join(data, models, 'SmolLM2-135M-Instruct.Q4_1.gguf')));
    expect(differences(tokenizer, `${models}/tokenizer.json`)).toEqual([]);
    expect(tokenizer).toMatchObject({ vocabularySize: 49152, eos: 2, addsSpace: false });
    expect(tokenizer.bos).toBeUndefined();
  });

  it('gives the same ids from T5’s spiece.model', { timeout: 60_000 }, async () => {
    await copyFile(join(data, 'tokenizers/t5/spiece.model'), join(folder, 'spiece.model'));
    await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: '</s>', extra_ids: 100 }));
    const [own, theirs] = [await openTokenizer(folder), await openTokenizer(join(data, 'tokenizers/t5'))];
    expect(differences(own, 'tokenizers/t5/tokenizer.json')).toEqual([]);
    expect(own).toMatchObject({ vocabularySize: 32100, eos: 1, addsSpace: true });
    expect(own.bos).toBeUndefined();
    const text = 'Great movie!  Die Straße: naïve ﬁlm №½ <extra_id_0> x';
    expect(own.encode(text)).toEqual(theirs.encode(text));
    expect(own.encode(text)).toContain(32099);
    expect(own.decode(own.encode('Die Straße'))).toBe('Die Straße');
    expect(own.tokenText(own.encode('movie')[0]!)).toBe(' movie');
    expect([own.isSpecial(32099), own.isSpecial(1), own.isSpecial(100)]).toEqual([true, true, false]);
  });

  it('gives the same ids from a SentencePiece vocabulary with scores', { timeout: 60_000 }, async () => {
    const models = 'models/stories260K';
    const json = JSON.parse(readFileSync(join(data, models, 'hf/tokenizer.json'), 'utf8')) as {
      model: { vocab: Record<string, number> };
    };
    const tokens: string[] = [];
    for (const [token, id] of Object.entries(json.model.vocab)) tokens[id] = token;
    await writeGguf(
      join(folder, 'stories.gguf'),
      {
        'tokenizer.ggml.model': 'llama',
        'tokenizer.ggml.pre': 'default',
        'tokenizer.ggml.tokens': tokens,
        'tokenizer.ggml.scores': scoresOf(join(data, models, 'orig/tok512.bin'), tokens.length),
        'tokenizer.ggml.token_type': tokens.map((token, id) =>
          id === 0 ? 2 : id < 3 ? 3 : /^<0x..>$/.test(token) ? 6 : 1,
        ),
        'tokenizer.ggml.bos_token_id': 1,
        'tokenizer.ggml.eos_token_id': 2,
        'tokenizer.ggml.unknown_token_id': 0,
      },
      [],
    );
    const tokenizer = ggufTokenizer(await openGguf(join(folder, 'stories.gguf')));
    expect(differences(tokenizer, `${models}/hf/tokenizer.json`)).toEqual([]);
    expect(tokenizer).toMatchObject({ vocabularySize: 512, bos: 1, eos: 2, addsSpace: true });
    expect(tokenizer.decode(tokenizer.encode('Once upon a time'))).toBe('Once upon a time');
    expect(tokenizer.tokenText(tokenizer.encode('the')[0]!)).toBe(' the');
  });
});

/** llama2.c's tokenizer file: the longest token's length, then of each token its score, its length and its bytes. */
function scoresOf(file: string, count: number): number[] {
  const bytes = readFileSync(file);
  let at = 4;
  return Array.from({ length: count }, () => {
    const score = bytes.readFloatLE(at);
    at += 8 + bytes.readInt32LE(at + 4);
    return score;
  });
}

describe('the bundled model’s tokenizer', async () => {
  const tokenizer = await openTokenizer(join(root, 'media/models/softprompt-9m'));
  const ids: [text: string, ids: number[]][] = [
    ['Hello world, it is 2024!', [41, 4020, 1192, 13, 375, 339, 222, 19, 17, 19, 21, 2]],
    // A digit that is not 0-9 stands alone; U+0085 is white space and U+FEFF is not (JavaScript has it the other way round).
    ['10 ² m', [18, 17, 222, 128, 112, 291]],
    [' \u0085a', [222, 128, 229, 66]],
    ['  \ufeff  a', [222, 222, 173, 121, 125, 222, 260]],
    ['naïve 😀', [1388, 129, 109, 743, 222, 174, 255, 248, 224]],
    ['<|endoftext|>Hi', [0, 41, 74]],
    [' ', [222]],
    ['', []],
  ];
  // The ids are those of Python's tokenizers 0.23.3.
  it.each(ids)('encodes %j as Python does, and back', (text, expected) => {
    expect(tokenizer.encode(text)).toEqual(expected);
    expect(tokenizer.decode(expected)).toBe(text.replace('<|endoftext|>', ''));
  });

  it('knows its size and its end of text, and adds nothing in front', () => {
    expect(tokenizer).toMatchObject({ vocabularySize: 8192, eos: 0, addsSpace: false });
    expect(tokenizer.bos).toBeUndefined();
    expect(tokenizer.isSpecial(0)).toBe(true);
    expect(tokenizer.isSpecial(41)).toBe(false);
  });

  it('writes single tokens for a reader', () => {
    expect(tokenizer.tokenText(1192)).toBe(' world');
    expect(tokenizer.tokenText(0)).toBe('<|endoftext|>');
    expect(tokenizer.tokenText(128)).toBe('<0xC2>');
    expect(tokenizer.encode('\n').map((id) => tokenizer.tokenText(id))).toEqual(['\\n']);
    expect(tokenizer.tokenText(9999)).toBe('<9999>');
  });
});

describe('openTokenizer', () => {
  it('reads the end of text from tokenizer_config.json, as a name or an object', async () => {
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tinyTokenizer));
    expect((await openTokenizer(folder)).eos).toBeUndefined();
    for (const eos of ['<end>', { content: '<end>', lstrip: false }]) {
      await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: eos }));
      expect((await openTokenizer(folder)).eos).toBe(4);
    }
  });

  it('names a file that is missing or cannot be read', async () => {
    const file = join(folder, 'tokenizer.json');
    await expect(openTokenizer(folder)).rejects.toMatchObject({
      code: 'model.badTokenizer',
      args: { file, found: 'no such file' },
    });
    await writeFile(file, '{"model":');
    await expect(openTokenizer(folder)).rejects.toMatchObject({
      code: 'model.badTokenizer',
      args: { file, found: 'no JSON' },
    });
  });
});

describe('createTokenizer', () => {
  const bad = (change: object) => () => createTokenizer({ ...tinyTokenizer, ...change }, 'tokenizer.json');

  it('finds the beginning of text that the tokenizer itself adds', () => {
    const template = {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<end>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<end>': { id: '<end>', ids: [4], tokens: ['<end>'] } },
    };
    const vocab = { ...tinyTokenizer.model.vocab, x: 5 };
    const model = { ...tinyTokenizer.model, vocab };
    const tokenizer = createTokenizer({ ...tinyTokenizer, model, post_processor: template }, 'tokenizer.json');
    expect(tokenizer.bos).toBe(4);
    expect(tokenizer.encode('ab')).toEqual([2]);
  });

  it('sees a space that is put in front', () => {
    const vocab = { ...tinyTokenizer.model.vocab, x: 5 };
    const change = {
      model: { ...tinyTokenizer.model, vocab },
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true },
    };
    const tokenizer = createTokenizer({ ...tinyTokenizer, ...change }, 'tokenizer.json');
    expect(tokenizer.addsSpace).toBe(true);
    expect(tokenizer.encode('ab')).toEqual([3, 2]);
    expect(tokenizer.encode(' ab')).toEqual([3, 2]);
  });

  it('refuses what it does not know', () => {
    const refused = (found: string) =>
      expect.objectContaining({ code: 'model.badTokenizer', args: expect.objectContaining({ found }) });
    expect(bad({ model: { type: 'WordLevel', vocab: { a: 0 } } })).toThrow(refused('a model of type WordLevel'));
    expect(bad({ decoder: { type: 'Morse' } })).toThrow(refused('Unknown Decoder type: Morse'));
    expect(bad({ model: null })).toThrow(expect.objectContaining({ code: 'model.badTokenizer' }));
  });

  it('must fit the embedding', () => {
    const tokenizer = createTokenizer(tinyTokenizer, 'tokenizer.json');
    expect(() => checkVocabulary(tokenizer, 5, 'tokenizer.json')).not.toThrow();
    expect(() => checkVocabulary(tokenizer, 4, 'tokenizer.json')).toThrow(
      expect.objectContaining({
        code: 'model.tokenizerMismatch',
        args: { file: 'tokenizer.json', tokens: 5, rows: 4 },
      }),
    );
  });
});

describe('ggufTokenizer', () => {
  const open = async (metadata: Parameters<typeof writeGguf>[1]) => {
    await writeGguf(join(folder, 'model.gguf'), metadata, []);
    return ggufTokenizer(await openGguf(join(folder, 'model.gguf')));
  };
  const characters = [
    '1',
    '2',
    '3',
    '4',
    'x',
    '.',
    '12',
    '123',
    '234',
    '<s>',
    'é',
    'Ã',
    '©',
    'Ã©',
    '34',
    "'",
    'S',
    "'S",
  ];
  const merges = ['1 2', '12 3', '3 4', '2 34', 'Ã ©', "' S"];
  const metadata = (pre: string) => ({
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': pre,
    'tokenizer.ggml.tokens': characters,
    'tokenizer.ggml.merges': merges,
    'tokenizer.ggml.token_type': characters.map((token) => (token === '<s>' ? 3 : 1)),
    'tokenizer.ggml.bos_token_id': 9,
  });
  const texts = async (pre: string, text: string) => {
    const tokenizer = await open(metadata(pre));
    return tokenizer.encode(text).map((id) => tokenizer.tokenText(id));
  };

  it('splits numbers as each family does', async () => {
    expect(await texts('gpt-2', '1234')).toEqual(['123', '4']);
    expect(await texts('smollm', '1234')).toEqual(['1', '2', '3', '4']);
    expect(await texts('qwen2', '1234')).toEqual(['1', '2', '3', '4']);
    expect(await texts('llama-bpe', '1234')).toEqual(['123', '4']);
    expect(await texts('default', '12.34')).toEqual(['12', '.', '34']);
  });

  it('knows which families fold contractions, compose characters and add a beginning of text', async () => {
    expect(await texts('gpt-2', "x'S")).toEqual(['x', "'", 'S']);
    expect(await texts('llama-bpe', "x'S")).toEqual(['x', "'S"]);
    expect(await texts('qwen2', 'e\u0301')).toEqual(['é']);
    expect((await open(metadata('llama-bpe'))).bos).toBe(9);
    expect((await open(metadata('qwen2'))).bos).toBeUndefined();
    expect((await open({ ...metadata('qwen2'), 'tokenizer.ggml.add_bos_token': true })).bos).toBe(9);
    expect((await open(metadata('gpt-2'))).encode('x<s>1')).toEqual([4, 9, 0]);
  });

  it('refuses a kind or a splitting that is not known', async () => {
    await expect(open(metadata('tekken'))).rejects.toMatchObject({
      code: 'model.unsupported',
      args: { field: 'tokenizer.ggml.pre', found: 'tekken', supported: 'default, gpt-2, smollm, llama-bpe, qwen2' },
    });
    await expect(open({ ...metadata('gpt-2'), 'tokenizer.ggml.model': 't5' })).rejects.toMatchObject({
      code: 'model.unsupported',
      args: { field: 'tokenizer.ggml.model', found: 't5' },
    });
    await expect(open({ 'tokenizer.ggml.model': 'gpt2' })).rejects.toMatchObject({ code: 'model.badTokenizer' });
  });
});
