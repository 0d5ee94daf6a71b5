import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import { inferTask } from '../../src/data/columns.js';
import { makeExamples } from '../../src/data/examples.js';
import { readTable } from '../../src/data/readTable.js';
import { candidateProbabilities } from '../../src/evaluation/metrics.js';
import { openModel } from '../../src/models/openModel.js';
import { recipeSchema } from '../../src/protocol/recipe.js';
import { adapterConfig } from '../../src/store/adapterConfig.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import { largestDifference } from '../support/numbers.js';
import { median } from './median.js';
import { batchSize, smolLm2, smolLm2Folder, sst2File, sst2Task, vocabularyPrompt } from './prepare.js';
import { refereeScript, runLines } from './referee.js';

const labels = [' negative', ' positive'];
/** The dev split names its column differently. */
const devTask = { ...sst2Task, template: sst2Task.template.replace('{sentence}', '{content}') };

/**
 * Scoring SST-2's dev split with SmolLM2 and prompts of its own vocabulary against the referee's `peft_eval.py`, where PYTHON names a Python that
 * has its packages: log-probabilities, and rows a second of the second pass, both sides in turns. The log-probabilities are those of batches of
 * one: PEFT puts the prompt in front of the padding and counts that among the positions, so that a padded row is further from its prompt.
 */
export async function benchEvaluate(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      'virtual-tokens': { type: 'string', default: '20,100' },
      rounds: { type: 'string', default: '3' },
      rows: { type: 'string', default: '872' },
    },
  });
  const python = process.env.PYTHON;
  if (!python) say('PYTHON is not set: ours alone.');
  await inFolder(async (work) => {
    for (const virtualTokens of values['virtual-tokens'].split(',').map(Number)) {
      const adapter = await work.adapter(virtualTokens, virtualTokens);
      const [ours, theirs]: [Side[], Side[]] = [[], []];
      for (let round = 0; round < Number(values.rounds); round++) {
        ours.push(await work.score([adapter], values.rows));
        if (python) theirs.push(await work.referee(python, adapter, values.rows, { batch: batchSize, passes: 2 }));
      }
      const speed = (sides: readonly Side[]): number[] => sides.map((side) => side.rowsPerSecond);
      const rates = `rows/s: ours ${speed(ours).map(Math.round).join(', ')}`;
      if (!python) {
        say(`P=${virtualTokens}: ${rates}`);
        continue;
      }
      const unpadded = await work.referee(python, adapter, values.rows, { batch: 1, passes: 1 });
      const [own, referee] = [defined(ours[0], 'a round'), defined(theirs[0], 'a round')];
      const difference = (other: Side): string =>
        largestDifference(own.scores.flat(2), other.scores.flat(2)).toExponential(1);
      const ratio = median(ours.map((side, i) => side.rowsPerSecond / defined(theirs[i], 'a round').rowsPerSecond));
      say(
        `P=${virtualTokens}: largest difference of log-probabilities ${difference(unpadded)} (from PEFT's padded batches ${difference(referee)}); ` +
          `accuracy ${own.accuracy.toFixed(4)}, PEFT's ${unpadded.accuracy.toFixed(4)}; ` +
          `${rates}, PEFT ${speed(theirs).map(Math.round).join(', ')}; ours / PEFT ${ratio.toFixed(2)}; ` +
          `peak memory ${own.memoryMb} MB, PEFT ${referee.memoryMb} MB`,
      );
    }
  });
}

/** Prompts scored together against each alone: probabilities, time, and the peak memory of the processes. */
export async function benchEnsemble(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      members: { type: 'string', default: '5' },
      'virtual-tokens': { type: 'string', default: '20' },
      rounds: { type: 'string', default: '3' },
      rows: { type: 'string', default: '872' },
    },
  });
  await inFolder(async (work) => {
    const adapters: string[] = [];
    for (let i = 0; i < Number(values.members); i++)
      adapters.push(await work.adapter(Number(values['virtual-tokens']), `member ${i}`));
    const ratios: number[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const together = await work.score(adapters, values.rows);
      const alone: Side[] = [];
      for (const adapter of adapters) alone.push(await work.score([adapter], values.rows));
      const seconds = alone.reduce((sum, side) => sum + side.seconds, 0);
      const memory = Math.max(...alone.map((side) => side.memoryMb));
      const probabilities = (sides: readonly (readonly number[][])[]): number[] =>
        sides.flatMap((rows) => rows.flatMap(candidateProbabilities));
      const difference = largestDifference(
        probabilities(adapters.map((_, m) => together.scores.map((row) => defined(row[m], 'a member')))),
        probabilities(alone.map(({ scores }) => scores.map((row) => defined(row[0], 'a member')))),
      );
      ratios.push(together.seconds / seconds);
      say(
        `${adapters.length} prompts: largest difference of probabilities ${difference.toExponential(1)}; together ${together.seconds.toFixed(1)} s, ` +
          `one by one ${seconds.toFixed(1)} s; peak memory ${together.memoryMb} MB, alone ${memory} MB (${(together.memoryMb / memory).toFixed(3)})`,
      );
    }
    say(`time together / one by one: ${median(ratios).toFixed(3)}`);
  });
}

interface Side {
  /** [row][member][label]. */
  readonly scores: number[][][];
  readonly accuracy: number;
  readonly rowsPerSecond: number;
  readonly seconds: number;
  readonly memoryMb: number;
}

interface Work {
  /** A folder that both sides load: P vectors of the vocabulary. */
  adapter(virtualTokens: number, seed: number | string): Promise<string>;
  score(adapters: readonly string[], rows: string): Promise<Side>;
  referee(
    python: string,
    adapter: string,
    rows: string,
    options: { readonly batch: number; readonly passes: number },
  ): Promise<Side>;
}

async function inFolder(measure: (work: Work) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-bench-'));
  try {
    await measure(await prepareWork(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepareWork(folder: string): Promise<Work> {
  const base = await openModel(smolLm2, { cacheFolder: cacheFolder() });
  const [model, data, out] = ['model', 'dev.jsonl', 'scores.jsonl'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await smolLm2Folder(base, model);
  const table = await readTable(sst2File('dev'), { path: sst2File('dev') });
  const rows = makeExamples(table, inferTask(table, devTask));
  await writeFile(
    data,
    rows.map(({ input, target }) => `${JSON.stringify({ input, target: ` ${target}` })}\n`).join(''),
  );
  const { hiddenSize, numLayers, numHeads, numKeyValueHeads, headDim } = base.config;
  const lastLine = z.object({
    accuracy: z.number(),
    rows: z.number(),
    rows_per_s: z.number(),
    rss_mb: z.number(),
    seconds: z.number().optional(),
  });
  const side = async (lines: readonly string[], scores: z.ZodType<number[][]>): Promise<Side> => {
    const last = lastLine.parse(JSON.parse(defined(lines.at(-1), 'a line')));
    return {
      scores: (await readFile(out, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => scores.parse(JSON.parse(line))),
      accuracy: last.accuracy,
      rowsPerSecond: last.rows_per_s,
      seconds: last.seconds ?? last.rows / last.rows_per_s,
      memoryMb: last.rss_mb,
    };
  };
  return {
    async adapter(virtualTokens, seed) {
      const adapter = join(folder, `adapter.${virtualTokens}.${seed}`);
      await savePrompt(adapter, {
        embeddings: await vocabularyPrompt(base, virtualTokens, seed),
        config: adapterConfig({
          ...{ baseModel: model, numVirtualTokens: virtualTokens, hiddenSize, numLayers, numAttentionHeads: numHeads },
          ...{ numKeyValueHeads, headDim },
          method: recipeSchema.shape.method.parse({ peft_type: 'PROMPT_TUNING', num_virtual_tokens: virtualTokens }),
        }),
      });
      return adapter;
    },
    score: async (adapters, count) =>
      side(
        await runLines(process.execPath, [
          ...[process.argv[1] ?? '', 'score', '--model', model, '--data', data, '--out', out, '--rows', count],
          ...adapters.flatMap((adapter) => ['--adapter', adapter]),
          ...labels.flatMap((label) => ['--label', label]),
        ]),
        z.array(z.array(z.number())),
      ),
    referee: async (python, adapter, count, { batch, passes }) =>
      side(
        await runLines(python, [
          ...[refereeScript('peft_eval'), '--model', model, '--adapter', adapter, '--data', data, '--out', out],
          ...['--labels', ...labels, '--batch', String(batch), '--passes', String(passes), '--rows', count],
        ]),
        z
          .object({ scores: z.record(z.string(), z.number()) })
          .transform(({ scores }) => [labels.map((label) => defined(scores[label], 'a label'))]),
      ),
  };
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
