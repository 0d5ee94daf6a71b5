import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { openModel } from '../../src/models/openModel.js';
import { readFloatTensors } from '../../src/store/safetensors.js';
import { writeSafetensors } from '../../src/store/writeSafetensors.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import type { RefereeBatch } from '../support/trainAsReferee.js';
import { median } from './median.js';
import { batchSize, smolLm2Folder, smolLm2, sst2Batches, sst2File, sst2Task, vocabularyPrompt } from './prepare.js';
import { refereeScript, runLines } from './referee.js';

interface Setting {
  readonly virtualTokens: number;
  readonly order: 'unsorted' | 'sorted';
}
const settings: readonly Setting[] = [
  { virtualTokens: 20, order: 'unsorted' },
  { virtualTokens: 100, order: 'unsorted' },
  { virtualTokens: 20, order: 'sorted' },
  { virtualTokens: 100, order: 'sorted' },
];

/**
 * The whole comparison on SST-2 and SmolLM2-135M: losses and first gradient, time a step, peak memory and start-up, as a table. PEFT's side
 * runs in turns with ours where PYTHON names a Python that has the referee's packages.
 */
export async function benchCompare(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      steps: { type: 'string', default: '12' },
      rounds: { type: 'string', default: '2' },
      'loss-steps': { type: 'string', default: '40' },
      'memory-steps': { type: 'string', default: '500' },
      'peft-memory-steps': { type: 'string', default: '30' },
      only: { type: 'string', default: 'losses,time,memory,start' },
    },
  });
  if (!existsSync(smolLm2)) throw new Error(`the benchmarks need ${smolLm2}`);
  const python = process.env.PYTHON;
  if (!python) say('PYTHON is not set: ours alone.');
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-bench-'));
  try {
    const work = await prepare(folder);
    const only = values.only.split(',');
    if (only.includes('losses')) await compareLosses(work, python, Number(values['loss-steps']));
    if (only.includes('time')) await compareTimes(work, python, Number(values.steps), Number(values.rounds));
    if (only.includes('memory'))
      await compareMemory(work, python, Number(values['memory-steps']), Number(values['peft-memory-steps']));
    if (only.includes('start')) await measureStart(work);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Work {
  readonly folder: string;
  /** A Hugging Face folder with float32 safetensors, which both sides read. */
  readonly model: string;
  batches(order: Setting['order']): string;
  init(virtualTokens: number): string;
  /** Sorted batches for memory: the longest of all first. */
  readonly longestFirst: string;
}

async function prepare(folder: string): Promise<Work> {
  const base = await openModel(smolLm2, { cacheFolder: cacheFolder() });
  const model = join(folder, 'model');
  await smolLm2Folder(base, model);

  const file = (name: string): string => join(folder, name);
  const sorted = await sst2Batches(base.tokenizer, { bucket: true, count: 500 });
  await writeFile(
    file('unsorted.json'),
    JSON.stringify({ batches: await sst2Batches(base.tokenizer, { bucket: false, count: 500 }) }),
  );
  await writeFile(file('sorted.json'), JSON.stringify({ batches: sorted }));
  const longest = (batch: RefereeBatch): number => Math.max(...batch.input_ids.map((ids) => ids.length));
  const longestFirst = [...sorted].sort((a, b) => longest(b) - longest(a));
  await writeFile(file('longest.json'), JSON.stringify({ batches: longestFirst }));
  for (const virtualTokens of [20, 100]) {
    const { shape, data } = await vocabularyPrompt(base, virtualTokens);
    await writeSafetensors(file(`init${virtualTokens}.safetensors`), [
      ['embedding.weight', { dtype: 'F32', shape, data }],
    ]);
  }
  return {
    folder,
    model,
    batches: (order) => file(`${order}.json`),
    init: (virtualTokens) => file(`init${virtualTokens}.safetensors`),
    longestFirst: file('longest.json'),
  };
}

/** The referee's tolerance for a step: 1e-3 of the loss, or three times what PEFT differs from itself between one and two threads. */
async function compareLosses(work: Work, python: string | undefined, steps: number): Promise<void> {
  say(`\nLosses and first gradient, ${steps} unsorted steps`);
  for (const virtualTokens of [20, 100])
    for (const [optimizer, lr] of [
      ['adamw', '0.01'],
      ['adafactor', '0.3'],
    ] as const) {
      const gradient = (side: string): string => join(work.folder, `gradient.${side}.safetensors`);
      const extra = (side: string): string[] => [
        ...['--optimizer', optimizer, '--lr', lr],
        ...['--dump-gradient', gradient(side)],
      ];
      const common = { work, order: 'unsorted', virtualTokens, steps } as const;
      const ours = await runOurs({ ...common, extra: extra('ours') });
      const label = `P=${virtualTokens} ${optimizer}`;
      if (!python) {
        say(`  ${label}: ours ${ours.losses[0]?.toFixed(5)} … ${ours.losses.at(-1)?.toFixed(5)}`);
        continue;
      }
      const peft = await runPeft(python, { ...common, extra: extra('peft') });
      const alone = await runPeft(python, { ...common, extra: extra('alone'), threads: 1 });
      const apart = (a: readonly number[], i: number): number => {
        const loss = peft.losses[i] ?? NaN;
        return Math.abs((a[i] ?? NaN) - loss) / loss;
      };
      const [distances, itself] = [ours, alone].map(({ losses }) => peft.losses.map((_, i) => apart(losses, i)));
      const outside = distances?.filter((d, i) => !(d <= Math.max(1e-3, 3 * (itself?.[i] ?? 0)))).length;
      const [a, b] = await Promise.all([firstTensor(gradient('ours')), firstTensor(gradient('peft'))]);
      const distance = Math.hypot(...a.map((x, i) => x - (b[i] ?? NaN))) / Math.hypot(...b);
      const largest = (values: readonly number[] = []): string => Math.max(...values).toExponential(1);
      say(
        `  ${label}: steps outside the tolerance: ${outside}; largest relative difference ${largest(distances)}, ` +
          `of PEFT from itself ${largest(itself)}; gradient ${distance.toExponential(1)} (relative L2)`,
      );
    }
}

async function compareTimes(work: Work, python: string | undefined, steps: number, rounds: number): Promise<void> {
  say(
    `\nTime a step, AdamW, batches of ${batchSize}, 2 threads: medians after the third of ${steps} steps, ${rounds} rounds in turns`,
  );
  for (const setting of settings) {
    const [ours, peft]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ours.push((await runOurs({ work, ...setting, steps })).medianMs);
      if (python) peft.push((await runPeft(python, { work, ...setting, steps })).medianMs);
    }
    const ratios = ours.map((ms, i) => (peft[i] ?? NaN) / ms);
    const sides = python
      ? `; PEFT ${peft.map((ms) => ms.toFixed(0)).join(', ')} ms; PEFT / ours ${median(ratios).toFixed(2)}`
      : '';
    say(`  P=${setting.virtualTokens} ${setting.order}: ours ${ours.map((ms) => ms.toFixed(0)).join(', ')} ms${sides}`);
  }
}

async function compareMemory(work: Work, python: string | undefined, steps: number, peftSteps: number): Promise<void> {
  say(
    `\nPeak memory of the process: ours over ${steps} sorted steps, PEFT's over the ${peftSteps} longest of them (its peak over all is no lower)`,
  );
  for (const virtualTokens of [20, 100]) {
    const ours = await runOurs({ work, order: 'sorted', virtualTokens, steps });
    if (!python) {
      say(`  P=${virtualTokens}: ours ${ours.peakMb} MB`);
      continue;
    }
    const peft = await runPeft(python, {
      work,
      order: 'sorted',
      virtualTokens,
      steps: peftSteps,
      extra: ['--batches', work.longestFirst],
    });
    say(
      `  P=${virtualTokens}: ours ${ours.peakMb} MB, PEFT ${peft.peakMb} MB; ours / PEFT ${(ours.peakMb / peft.peakMb).toFixed(3)}`,
    );
  }
}

/** From the start of `softprompt train` to the end of the first step. */
async function measureStart(work: Work): Promise<void> {
  const recipe = join(work.folder, 'sst2.softprompt.json');
  await writeFile(
    recipe,
    JSON.stringify({
      model: work.model,
      data: { train: sst2File('train'), ...sst2Task },
      method: { peft_type: 'PROMPT_TUNING' },
      training: { maxSteps: 500 },
      provider: 'cpu',
    }),
  );
  const times: number[] = [];
  for (let i = 0; i < 4; i++) {
    const start = performance.now();
    const child = spawn(
      process.execPath,
      ['dist/softprompt.mjs', 'train', recipe, '--baseline', 'off', '--json', '--store', join(work.folder, 'store')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    for await (const line of createInterface({ input: child.stdout }))
      if (line.includes('"type":"step"')) {
        times.push((performance.now() - start) / 1000);
        break;
      }
    child.kill('SIGKILL');
  }
  say(
    `\nFrom softprompt train --baseline off to the end of the first step: ${times
      .slice(1)
      .map((t) => t.toFixed(2))
      .join(', ')} s`,
  );
}

interface SideRequest extends Setting {
  readonly work: Work;
  readonly steps: number;
  readonly extra?: readonly string[];
  readonly threads?: number;
}
export interface SideResult {
  readonly losses: number[];
  readonly medianMs: number;
  readonly peakMb: number;
}

const commonArguments = ({ work, order, virtualTokens, steps, threads = 2, extra = [] }: SideRequest): string[] => [
  ...['--model', work.model, '--batches', work.batches(order), '--init', work.init(virtualTokens)],
  ...['--virtual-tokens', String(virtualTokens), '--steps', String(steps), '--threads', String(threads), ...extra],
];

const runOurs = (request: SideRequest): Promise<SideResult> =>
  runSide(process.execPath, [process.argv[1] ?? '', 'step', ...commonArguments(request)]);

const runPeft = (python: string, request: SideRequest): Promise<SideResult> =>
  runSide(python, [
    refereeScript('peft_train'),
    ...commonArguments(request),
    '--out',
    join(request.work.folder, 'peft'),
  ]);

/** Runs a side's program and sums up its JSON lines. */
export async function runSide(program: string, args: string[]): Promise<SideResult> {
  const lines = (await runLines(program, args)).map((line) => JSON.parse(line) as Record<string, number>);
  return {
    losses: lines.flatMap((l) => l.loss ?? []),
    medianMs: lines.at(-1)?.median_ms ?? NaN,
    peakMb: Math.max(...lines.map((l) => l.rss_mb ?? 0)),
  };
}

async function firstTensor(file: string): Promise<Float32Array> {
  const [tensor] = (await readFloatTensors(file)).values();
  if (!tensor) throw new Error(`${file} is empty`);
  return tensor.data;
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
