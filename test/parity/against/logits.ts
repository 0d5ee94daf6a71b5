import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { defined } from '../../../src/common/assert.js';
import { direct, promptEmbeddings, type Method } from '../../../src/methods/method.js';
import type { Tensor } from '../../../src/runtime/executor.js';
import type { MethodConfig } from '../../../src/protocol/recipe.js';
import { adapterConfig, type AdapterConfig } from '../../../src/store/adapterConfig.js';
import { adapterShape } from '../../../src/store/adapterShape.js';
import { loadPrompt, savePrompt } from '../../../src/store/promptFolder.js';
import { readFloatTensors } from '../../../src/store/safetensors.js';
import { refereeScript, runLines } from '../../bench/referee.js';
import { everyPosition, logitsOf } from '../../support/logitsOf.js';
import { largestDifference } from '../../support/numbers.js';
import type { JudgedCase } from './judgedCases.js';
import type { JudgedModel, Preparation } from './judgedModels.js';
import type { TrainedCase } from './training.js';
import { short, type Verdict } from './verdict.js';

export const logitsBar = 1e-4;

/** Bar 3: what PEFT saved gives its logits here, and what is saved here gives ours in PEFT. */
export async function judgeRoundTrip(
  judged: JudgedModel,
  { name, config }: JudgedCase,
  { method, adapter, embeddings }: TrainedCase,
  preparation: Preparation,
): Promise<Verdict> {
  const opened = await openAdapter(adapter);
  const here = await compareLogits(
    await ourLogits(judged, opened.method, opened.embeddings),
    await refereeLogits('peft', judged, preparation, { adapter }),
    () => refereeLogits('exact', judged, preparation, { adapter }),
  );
  const saved = join(preparation.folder, 'saved');
  await savePrompt(saved, { embeddings, config: savedConfig(judged, config, method) });
  const there = await compareLogits(
    await ourLogits(judged, direct(method.entry, method.virtualTokens, method.width), embeddings),
    await refereeLogits('peft', judged, preparation, { adapter: saved }),
    () => refereeLogits('exact', judged, preparation, { adapter: saved }),
  );
  return {
    ok: here.ok && there.ok,
    line: `logits of ${judged.name}, ${name}: PEFT's adapter here ${here.words}, ours in PEFT ${there.words} (bar ${logitsBar})`,
  };
}

/** As the product saves what a method made. */
export function savedConfig(
  { folder, model: { hiddenSize, numLayers, heads } }: JudgedModel,
  config: MethodConfig,
  { virtualTokens }: Method,
): AdapterConfig {
  return adapterConfig({
    baseModel: folder,
    method: config,
    numVirtualTokens: virtualTokens,
    hiddenSize,
    numLayers,
    numAttentionHeads: heads.numHeads,
    numKeyValueHeads: heads.numKeyValueHeads,
    headDim: heads.headDim,
  });
}

/** As the product opens it. */
async function openAdapter(folder: string): Promise<{ method: Method; embeddings: Tensor<Float32Array> }> {
  const { config, embeddings } = await loadPrompt(folder);
  const entry = config.peft_type === 'PREFIX_TUNING' ? 'keysAndValues' : 'front';
  return { method: direct(entry, ...adapterShape(config)), embeddings };
}

/** Of the model's texts, every position. */
const ourLogits = (judged: JudgedModel, method: Method, embeddings: Tensor<Float32Array>): Promise<Float32Array> =>
  logitsOf(
    judged,
    method,
    { [promptEmbeddings]: embeddings },
    judged.texts.map((ids) => everyPosition(ids)),
  );

/**
 * Ours against PEFT's. Where they are further apart than the bar, both are compared with PEFT in float64, to tell rounding from mistakes: ours must
 * be within the bar of that, or as near to it as PEFT's own float32 is, which on a trained model with large logits is often not within the bar
 * either: in the root mean square, and nowhere more than three times as far.
 */
export async function compareLogits(
  ours: Float32Array,
  peft: Float32Array,
  exactly: () => Promise<Float32Array>,
): Promise<{ ok: boolean; words: string }> {
  const difference = largestDifference(ours, peft);
  if (difference <= logitsBar) return { ok: true, words: short(difference) };
  const exact = await exactly();
  const [oursOff, peftOff] = [distance(ours, exact), distance(peft, exact)];
  const asNear = oursOff.rms <= peftOff.rms && oursOff.largest <= 3 * peftOff.largest;
  return {
    ok: oursOff.largest <= logitsBar || asNear,
    words: `${short(difference)} (from PEFT in float64: ours ${oursOff.words}, PEFT in float32 ${peftOff.words})`,
  };
}

function distance(found: Float32Array, exact: Float32Array): { largest: number; rms: number; words: string } {
  const largest = largestDifference(found, exact);
  const rms = Math.sqrt(found.reduce((sum, x, i) => sum + (x - (exact[i] ?? NaN)) ** 2, 0) / found.length);
  return { largest, rms, words: `${short(largest)}, rms ${short(rms)}` };
}

const programs = { peft: refereeScript('peft_logits'), exact: resolve('test/parity/against/exactLogits.py') };

/** Of the model's texts, every position, with an adapter or behind words. */
export async function refereeLogits(
  program: keyof typeof programs,
  { folder: model, texts }: JudgedModel,
  { python, folder }: Preparation,
  { adapter, words = [] }: { adapter?: string; words?: readonly number[] },
): Promise<Float32Array> {
  const [inputs, out] = [join(folder, 'inputs.json'), join(folder, 'logits.safetensors')];
  await writeFile(inputs, JSON.stringify({ input_ids: texts.map((ids) => [...words, ...ids]) }));
  const options = ['--model', model, '--inputs', inputs, '--out', out];
  await runLines(python, [programs[program], ...options, ...(adapter === undefined ? [] : ['--adapter', adapter])]);
  const rows = await readFloatTensors(out);
  return joined(
    texts.map((_, i) => {
      const { data, shape } = defined(rows.get(`logits.${i}`), `logits of text ${i}`);
      return data.subarray(words.length * defined(shape[1], 'the vocabulary'));
    }),
  );
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
