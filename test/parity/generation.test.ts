import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import { greedy, openGenerator } from '../../src/evaluation/generation/generate.js';
import type { Member } from '../../src/evaluation/scorer.js';
import { direct, noMethod } from '../../src/methods/method.js';
import { adapterShape } from '../../src/store/adapterShape.js';
import { loadPrompt } from '../../src/store/promptFolder.js';
import { agreement, generationsSchema } from './against/agreement.js';
import { openParityModel, removeCopies } from './parityModels.js';

/** What PEFT's `generate` wrote with the adapters of peftAdapters, recorded by test/golden/makeGenerations.py. */
const goldenFolder = join(import.meta.dirname, '../golden');
const golden = z
  .object({
    request: z.object({
      inputs: z.array(z.array(z.int())),
      max_new_tokens: z.int(),
      eos: z.array(z.int()),
      beams: z.array(z.int()),
    }),
    generations: z.record(z.string(), z.object({ model: z.enum(['llama', 'gpt2']), rows: generationsSchema })),
  })
  .parse(JSON.parse(await readFile(join(goldenFolder, 'generations.json'), 'utf8')));
const { inputs, max_new_tokens: maxTokens, eos: endTokens, beams } = golden.request;

async function memberOf(name: string): Promise<Member> {
  if (name === 'bare') return { method: noMethod };
  const { config, embeddings } = await loadPrompt(join(goldenFolder, 'peftAdapters', name));
  const entry = config.peft_type === 'PREFIX_TUNING' ? 'keysAndValues' : 'front';
  return { method: direct(entry, ...adapterShape(config)), embeddings };
}

afterAll(removeCopies);

describe.each(Object.entries(golden.generations))('texts written with %s', (name, { model: base, rows }) => {
  it.each(beams)("are PEFT's, with %i beams", async (count) => {
    const { model, weights, open } = await openParityModel(base);
    const tokenizer = { decode: (ids: readonly number[]): string => ids.join(' ') };
    const setting = { engine: { open }, weights, model, tokenizer, endTokens };
    const generator = await openGenerator(setting, await memberOf(name));
    for (const [i, ids] of inputs.entries()) {
      const found = await generator.generate(ids, { ...greedy, maxTokens, beams: count });
      const { tokens, gaps } = defined(rows[i]?.[count], 'a text');
      const hasEnded = endTokens.includes(defined(tokens.at(-1), 'a token'));
      expect(found.ended, `text ${i}`).toBe(hasEnded ? 'eos' : 'length');
      const expected = hasEnded ? tokens.slice(0, -1) : tokens;
      expect(
        agreement(found.ids, { tokens: expected, gaps }),
        `text ${i}: ${found.ids.join()} for ${expected.join()}`,
      ).not.toBe('different');
    }
    await generator.dispose();
  });
});
