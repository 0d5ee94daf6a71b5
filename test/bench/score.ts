import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import { commonBeginning } from '../../src/evaluation/candidates.js';
import { openScorer } from '../../src/evaluation/scorer.js';
import { direct } from '../../src/methods/method.js';
import { causalModel } from '../../src/models/architectures.js';
import { openModel } from '../../src/models/openModel.js';
import type { Engine } from '../../src/runtime/engine.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { adapterShape } from '../../src/store/adapterShape.js';
import { loadPrompt } from '../../src/store/promptFolder.js';
import { cacheFolder } from '../../src/store/storeLocation.js';

const rowSchema = z.object({ input: z.string(), target: z.string() });

/**
 * Our side of the referee's `peft_eval.py`: the same rows, labels and adapter, and the same last line. Several adapters are scored together, in
 * the same runs. Each line of --out has the labels' log-probabilities, member by member.
 */
export async function benchScore(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string' },
      adapter: { type: 'string', multiple: true, default: [] },
      data: { type: 'string' },
      label: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
      threads: { type: 'string', default: '2' },
      provider: { type: 'string', default: 'cpu' },
      passes: { type: 'string', default: '2' },
      rows: { type: 'string', default: '1000000' },
    },
  });
  if (!values.model || !values.data || !values.out) throw new Error('score needs --model, --data and --out');
  const base = await openModel(values.model, { cacheFolder: cacheFolder() });
  const model = causalModel(base.config);
  const members = await Promise.all(
    values.adapter.map(async (folder) => {
      const { config, embeddings } = await loadPrompt(folder);
      const entry = config.peft_type === 'PREFIX_TUNING' ? 'keysAndValues' : 'front';
      return { method: direct(entry, ...adapterShape(config)), embeddings };
    }),
  );
  const lines = (await readFile(values.data, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const rows = lines.slice(0, Number(values.rows)).map((line) => rowSchema.parse(JSON.parse(line)));
  const continuations = values.label.map((label) => base.tokenizer.encode(label));
  const examples = rows.map(({ input }) => ({ inputIds: base.tokenizer.encode(input), continuations }));

  // As `softprompt evaluate` does.
  const setting = { provider: values.provider, threads: Number(values.threads), spinning: true };
  const engine: Pick<Engine, 'open'> = {
    open: (graph, weights, own) => openOnnxSession(graph, weights, { ...setting, ...own }),
  };
  const scorer = await openScorer(
    { engine, weights: base.weights, model, packed: true },
    members,
    commonBeginning(examples),
  );
  let scores: number[][][] = [];
  let seconds = 0;
  for (let pass = 0; pass < Number(values.passes); pass++) {
    const start = performance.now();
    scores = await scorer.score(examples);
    seconds = (performance.now() - start) / 1000;
  }
  await scorer.dispose();
  const ofRow = (i: number): number[][] => scores.map((member) => defined(member[i], 'a row'));
  await writeFile(values.out, rows.map((_, i) => `${JSON.stringify(ofRow(i))}\n`).join(''));
  const hits = rows.filter(({ target }, i) => {
    const first = defined(ofRow(i)[0], 'a member');
    return values.label[first.indexOf(Math.max(...first))] === target;
  });
  const rssMb = Math.floor(process.resourceUsage().maxRSS / 1024);
  const line = {
    accuracy: hits.length / rows.length,
    rows: rows.length,
    rows_per_s: Number((rows.length / seconds).toFixed(2)),
    seconds,
    rss_mb: rssMb,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
