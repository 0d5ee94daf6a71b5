import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { defined } from '../../../src/common/assert.js';
import { greedy, openGenerator } from '../../../src/evaluation/generation/generate.js';
import { embeddingsGraph, kept } from '../../../src/methods/method.js';
import { runOnce } from '../../../src/runtime/runOnce.js';
import { savePrompt } from '../../../src/store/promptFolder.js';
import { runLines } from '../../bench/referee.js';
import { agreement, generationsSchema } from './agreement.js';
import { beginning } from './beginning.js';
import { judgedMethod, type JudgedCase } from './judgedCases.js';
import type { JudgedModel, Preparation } from './judgedModels.js';
import { savedConfig } from './logits.js';
import type { Verdict } from './verdict.js';

const maxTokens = 24;

/**
 * Bar 6: greedily, a batch of one, with what each method makes of its first values: tokens against PEFT's `generate`. Where PEFT's two highest
 * logits are nearer than 1e-3 either token is right.
 */
export async function judgeGenerations(
  judged: JudgedModel,
  { id, name, config, begins }: JudgedCase,
  { python, folder }: Preparation,
): Promise<Verdict> {
  const { model, weights, inputs } = judged;
  const method = judgedMethod(judged, config);
  const values = await beginning(judged, method, begins[judged.kind].init);
  const embeddings = await runOnce(judged, embeddingsGraph(method), weights, values);
  const adapter = join(folder, `${judged.name}.${id}.generated`);
  await savePrompt(adapter, { embeddings, config: savedConfig(judged, config, method) });

  const [endToken] = judged.config.eosTokenIds;
  const endTokens = [endToken ?? 0];
  const [request, out] = [join(folder, 'request.json'), join(folder, 'generations.json')];
  await writeFile(request, JSON.stringify({ inputs, max_new_tokens: maxTokens, eos: endTokens, beams: [1] }));
  const script = resolve('test/golden/makeGenerations.py');
  await runLines(python, [script, judged.folder, adapter, request, out]);
  const rows = generationsSchema.parse(JSON.parse(await readFile(out, 'utf8')));

  const tokenizer = { decode: (ids: readonly number[]): string => ids.join(' ') };
  const generator = await openGenerator(
    { engine: judged, weights, model, tokenizer, endTokens },
    { method: kept(method), embeddings },
  );
  const found = { equal: 0, tie: 0, different: 0 };
  for (const [i, input] of inputs.entries()) {
    const { ids } = await generator.generate(input, { ...greedy, maxTokens });
    const { tokens, gaps } = defined(rows[i]?.[1], 'a text');
    const written = endTokens.includes(defined(tokens.at(-1), 'a token')) ? tokens.slice(0, -1) : tokens;
    found[agreement(ids, { tokens: written, gaps })]++;
  }
  await generator.dispose();
  return {
    ok: found.different === 0,
    line:
      `texts of ${judged.name}, ${name}: of ${inputs.length}, ${found.equal} equal to PEFT's, ${found.tie} equal up to logits nearer than 1e-3, ` +
      `${found.different} different`,
  };
}
