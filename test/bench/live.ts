import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { defined } from '../../src/common/assert.js';
import { readTableText } from '../../src/data/readTable.js';
import { readText, textRows } from '../../src/evaluation/live/textRows.js';
import { causalModel } from '../../src/models/architectures.js';
import { readWeightRows } from '../../src/models/embeddingRows.js';
import { openModel } from '../../src/models/openModel.js';
import type { ErrorMessage } from '../../src/errors/errorMessage.js';
import type { Verdict } from '../../src/protocol/evaluation.js';
import {
  changeText,
  finishedNotification,
  judgedNotification,
  layoutNotification,
  openEvaluation,
  startEvaluation,
  stopEvaluation,
} from '../../src/protocol/evaluationMessages.js';
import { parseRecipe } from '../../src/protocol/parseRecipe.js';
import { adapterConfig } from '../../src/store/adapterConfig.js';
import { appendKeptRows, newEvaluationFolder, readKept, writeKept } from '../../src/store/evaluationFolder.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import { median } from './median.js';
import { smolLm2, sst2File, sst2Task } from './prepare.js';

/** A window's side, as the extension has it: nothing but messages. */
interface Window {
  readonly connection: MessageConnection;
  readonly pid: number;
  onJudged(heard: (verdicts: readonly Verdict[], revision: number) => void): void;
  finished(): Promise<void>;
  end(): void;
}

/**
 * What a person waits for in a live evaluation, on SmolLM2: from the start to the first verdict, from a change to the new one (the model is
 * loaded). And what it costs the window's process: its event loop's delay while 100,000 rows are judged or opened again.
 */
export async function benchLive(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      'virtual-tokens': { type: 'string', default: '20' },
      times: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '30' },
      rows: { type: 'string', default: '100000' },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-live-'));
  const window = openWindow();
  try {
    const prompt = await anyPrompt(join(folder, 'prompts', 'any'), Number(values['virtual-tokens']));
    await benchWaits(window, prompt, Number(values.times));
    const large = await largeFile(join(folder, 'large.tsv'), Number(values.rows));
    await benchStream(window, prompt, large, Number(values.seconds));
    await benchOpen(window, prompt, large, join(folder, 'store'));
  } finally {
    window.end();
    await rm(folder, { recursive: true });
  }
}

const tell = (line: object): void => console.log(JSON.stringify(line));
const baselines = { none: false, examples: 0 };
let ids = 0;

async function benchWaits(window: Window, prompt: string, times: number): Promise<void> {
  const source = { path: sst2File('dev') };
  const { text } = await readTableText(source.path, source);
  const [start, change, rowsPerSecond]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i <= times; i++) {
    const id = `wait${ids++}`;
    const begun = performance.now();
    const first = new Promise<number>((told) => window.onJudged((v) => v.length > 0 && told(performance.now())));
    const whole = window.finished();
    const { rows } = await window.connection.sendRequest(startEvaluation, {
      id,
      judge: { prompts: [prompt] },
      source,
      text,
      columns: { sentence: 'content' },
      maxRows: 100,
      baselines,
      first: [1, 40],
    });
    const firstMs = (await first) - begun;
    await whole;
    const seconds = (performance.now() - begun) / 1000;
    const word = text.indexOf('charming');
    const edited = performance.now();
    const marked = new Promise<number>((told) =>
      window.onJudged((v, r) => r === 1 && v.length > 0 && told(performance.now())),
    );
    const again = window.finished();
    await window.connection.sendNotification(changeText, {
      id,
      revision: 1,
      changes: [{ offset: word, length: 8, text: `charming ${i}` }],
    });
    const changeMs = (await marked) - edited;
    await again;
    // The first time, the model is being loaded.
    if (i === 0) continue;
    start.push(firstMs);
    change.push(changeMs);
    rowsPerSecond.push(rows / seconds);
  }
  tell({
    bench: 'waits',
    times,
    firstVerdictMs: median(start),
    changeMs: median(change),
    most: Math.max(...start, ...change),
    rowsPerSecond: median(rowsPerSecond),
  });
}

async function benchStream(window: Window, prompt: string, file: string, seconds: number): Promise<void> {
  const id = `stream${ids++}`;
  let told = 0;
  window.onJudged((verdicts) => (told += verdicts.length));
  const delay = watchLoop();
  const source = { path: file };
  const request = { id, judge: { prompts: [prompt] }, source, baselines };
  const { rows } = await window.connection.sendRequest(startEvaluation, request);
  await new Promise((passed) => setTimeout(passed, seconds * 1000));
  const asked = performance.now();
  const whole = window.finished();
  await window.connection.sendRequest(stopEvaluation, { id });
  await whole;
  tell({ bench: 'stream', rows, told, seconds, stopMs: performance.now() - asked, ...delay() });
}

async function benchOpen(window: Window, prompt: string, file: string, store: string): Promise<void> {
  const id = `kept${ids++}`;
  const source = { path: file };
  const whole = window.finished();
  const request = { id, judge: { prompts: [prompt] }, source, baselines, maxRows: 8, store };
  const { folder } = await window.connection.sendRequest(startEvaluation, request);
  await whole;
  const kept = await readKept(defined(folder, 'a folder'));
  delete kept.maxRows;
  const opened = await newEvaluationFolder(store, file);
  await writeKept(opened, kept);
  const { text } = await readTableText(file, source);
  const rows = textRows(text, readText(text, { file, source }), { task: kept.task, grouping: undefined });
  await appendKeptRows(
    opened,
    rows.map(({ key }, i) => [key, 0, [[-1.25 - (i % 7), -2.5]], 1]),
  );
  const before = process.memoryUsage().rss;
  const delay = watchLoop();
  const begun = performance.now();
  let told = 0;
  const marks: Verdict[] = [];
  window.onJudged((verdicts) => {
    told += verdicts.length;
    for (const verdict of verdicts) marks[verdict.row] = verdict;
  });
  const all = window.finished();
  await window.connection.sendRequest(openEvaluation, { id: `open${ids++}`, folder: opened });
  await all;
  const addedMb = (process.memoryUsage().rss - before) / 1e6;
  tell({ bench: 'open', told, seconds: (performance.now() - begun) / 1000, addedMb, ...delay() });
}

/** The event loop's delay beyond its own resolution of 1 ms, in milliseconds. */
function watchLoop(): () => { p999Ms: number; maxMs: number } {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  return () => {
    histogram.disable();
    return { p999Ms: histogram.percentile(99.9) / 1e6 - 1, maxMs: histogram.max / 1e6 - 1 };
  };
}

function openWindow(): Window {
  const child = spawn(process.execPath, [resolve('dist/trainer.mjs'), 'evaluate', '0'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createMessageConnection(child.stdout, child.stdin);
  let judged: (verdicts: readonly Verdict[], revision: number) => void = () => undefined;
  let ended: (problem?: ErrorMessage) => void = () => undefined;
  connection.onNotification(judgedNotification, ({ verdicts, revision }) => judged(verdicts, revision));
  connection.onNotification(layoutNotification, () => undefined);
  connection.onNotification(finishedNotification, ({ problem }) => {
    ended(problem);
  });
  connection.listen();
  return {
    connection,
    pid: child.pid ?? 0,
    onJudged: (heard) => {
      judged = heard;
    },
    finished: () =>
      new Promise((whole, fail) => {
        ended = (problem) => (problem ? fail(new Error(JSON.stringify(problem))) : whole());
      }),
    end: () => {
      connection.dispose();
      child.kill();
    },
  };
}

/** A prompt of real words' vectors: how well it does is no matter here. */
async function anyPrompt(folder: string, numVirtualTokens: number): Promise<string> {
  const base = await openModel(smolLm2, { cacheFolder: cacheFolder() });
  const model = causalModel(base.config);
  const words = Array.from({ length: numVirtualTokens }, (_, i) => 1000 + i);
  const vectors = await readWeightRows(base.weights, model.embeddingName, words);
  const data = new Float32Array(numVirtualTokens * model.hiddenSize);
  vectors.forEach((vector, i) => data.set(vector, i * model.hiddenSize));
  const { numLayers, numHeads, numKeyValueHeads, headDim } = base.config;
  await savePrompt(folder, {
    config: adapterConfig({
      baseModel: base.path,
      method: parseRecipe('{ "data": { "train": "-" } }', '-').method,
      numVirtualTokens,
      hiddenSize: model.hiddenSize,
      numLayers,
      numAttentionHeads: numHeads,
      numKeyValueHeads,
      headDim,
    }),
    embeddings: { shape: [numVirtualTokens, model.hiddenSize], data },
    details: {
      version: 1,
      name: 'any',
      created: new Date().toISOString(),
      versions: {},
      model: { name: base.name, configHash: '-', checksum: base.checksum, parameters: base.parameters },
      task: { task: 'classification', ...sst2Task, targetPrefix: ' ', addBos: false, addEos: false, maxLength: 512 },
      data: { train: '-', rows: { train: 0, dev: 0, test: 0 } },
      training: { steps: 0, bestStep: 0, seconds: 0, trainable: data.length },
      scores: [],
    },
  });
  return folder;
}

/** SST-2's training rows, again and again with a number behind them, so that no two are alike. */
async function largeFile(path: string, rows: number): Promise<string> {
  const { text } = await readTableText(sst2File('train'), { path: sst2File('train') });
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const made = Array.from({ length: rows }, (_, i) => `${lines[i % lines.length] ?? ''} ${i}`);
  await writeFile(path, `${[header, ...made].join('\n')}\n`);
  return path;
}
