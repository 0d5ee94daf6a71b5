import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom, type Random } from '../../src/common/random.js';
import { modelOf } from '../../src/models/architectures.js';
import { readWeightRows } from '../../src/models/embeddingRows.js';
import { openModel } from '../../src/models/openModel.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import { writeSafetensors } from '../../src/store/writeSafetensors.js';
import { tinyUnigrams } from '../support/tinyT5.js';
import type { RefereeBatch } from '../support/trainAsReferee.js';
import { runSide, type SideResult } from './compare.js';
import { median } from './median.js';
import { batchSize } from './prepare.js';
import { refereeScript, runLines } from './referee.js';

const [shortest, longest] = [20, 60];
/** `</s>` of T5, which ends inputs and targets. */
const end = 1;
const batchCount = 40;

/**
 * Time a step, peak memory and losses of prompt tuning on the referee's random T5 1.1 of the size "small" beside PEFT, in turns, with inputs of
 * 20 to 60 tokens in batches as they come and in batches of like length; `--size tiny` shows in a moment that it runs. PYTHON names a Python that has the referee's packages.
 */
export async function benchT5(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      steps: { type: 'string', default: '12' },
      rounds: { type: 'string', default: '3' },
      threads: { type: 'string', default: '2' },
      only: { type: 'string' },
      size: { type: 'string', default: 'small' },
    },
  });
  const python = process.env.PYTHON;
  if (!python) throw new Error('the random T5 is made by the referee: PYTHON must name a Python with its packages');
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-t5-'));
  try {
    const model = join(folder, 'model');
    await runLines(python, [refereeScript('random_model'), '--kind', 't5v1_1', '--size', values.size, '--out', model]);
    // A folder is opened with a tokenizer, which this comparison does not use.
    await writeFile(join(model, 'tokenizer.json'), JSON.stringify(tinyUnigrams));
    const base = await openModel(model, { cacheFolder: cacheFolder() });
    const { embeddingName, hiddenSize, vocabularySize } = modelOf(base.config);

    for (const virtualTokens of [20, 100]) {
      const init = join(folder, `init${virtualTokens}.safetensors`);
      const random = seededRandom('t5', virtualTokens);
      const ids = Array.from({ length: virtualTokens }, () => random.integer(vocabularySize));
      const rows = await readWeightRows(base.weights, embeddingName, ids);
      // PEFT has as many again for the decoder, which never enter.
      const data = Float32Array.from([...rows, ...rows].flatMap((row) => [...row]));
      await writeSafetensors(init, [
        ['embedding.weight', { dtype: 'F32', shape: [2 * virtualTokens, hiddenSize], data }],
      ]);
      for (const order of ['unsorted', 'sorted'] as const) {
        if (values.only !== undefined && values.only !== `${virtualTokens} ${order}`) continue;
        const batches = join(folder, `${order}.json`);
        await writeFile(batches, JSON.stringify({ batches: randomBatches(vocabularySize, order === 'sorted') }));
        const common = ['--model', model, '--batches', batches, '--init', init, '--lr', '0.01'];
        common.push('--virtual-tokens', String(virtualTokens), '--steps', values.steps, '--threads', values.threads);
        const [ours, peft]: [SideResult[], SideResult[]] = [[], []];
        for (let round = 0; round < Number(values.rounds); round++) {
          ours.push(await runSide(process.execPath, [process.argv[1] ?? '', 'step', ...common]));
          peft.push(await runSide(python, [refereeScript('peft_train'), ...common, '--out', join(folder, 'peft')]));
        }
        say(`P=${virtualTokens} ${order}: ${described(ours, peft)}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function described(ours: readonly SideResult[], peft: readonly SideResult[]): string {
  const times = (side: readonly SideResult[]): string => side.map(({ medianMs }) => medianMs.toFixed(0)).join(', ');
  const ratio = median(ours.map(({ medianMs }, i) => (peft[i]?.medianMs ?? NaN) / medianMs));
  const apart = (ours[0]?.losses ?? []).map((loss, i) => Math.abs(loss / (peft[0]?.losses[i] ?? NaN) - 1));
  const peak = (side: readonly SideResult[]): number => Math.max(...side.map(({ peakMb }) => peakMb));
  return (
    `ours ${times(ours)} ms, PEFT ${times(peft)} ms a step; PEFT / ours ${ratio.toFixed(2)}; ` +
    `losses apart by at most ${Math.max(...apart).toExponential(1)}; peak ${peak(ours)} and ${peak(peft)} MB`
  );
}

/** Inputs of 20 to 60 tokens with their end, and targets of one to three; in batches of like length where they are sorted. */
function randomBatches(vocabularySize: number, sorted: boolean): RefereeBatch[] {
  const random = seededRandom('t5 batches');
  const words = (count: number, of: Random): number[] => [
    ...Array.from({ length: count - 1 }, () => 3 + of.integer(vocabularySize - 3)),
    end,
  ];
  const pairs = Array.from({ length: batchCount * batchSize }, () => ({
    input: words(shortest + random.integer(longest - shortest + 1), random),
    target: words(2 + random.integer(3), random),
  }));
  if (sorted) pairs.sort((a, b) => a.input.length - b.input.length);
  const batches = Array.from({ length: batchCount }, (_, n) => pairs.slice(n * batchSize, (n + 1) * batchSize));
  // Short and long ones in turns, so that a few steps see all lengths.
  const order = sorted ? batches.map((_, n) => (n * 7) % batchCount) : batches.map((_, n) => n);
  return order.map((n) => {
    const batch = batches[n] ?? [];
    return { input_ids: batch.map(({ input }) => input), labels: batch.map(({ target }) => target) };
  });
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
